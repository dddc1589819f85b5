// Writes that are sent together.

#include "Library.h"

static mongoc_bulk_operation_t *batch_of(flow_mongo_batch *batch) { return (mongoc_bulk_operation_t *)batch; }

flow_mongo_batch *flow_mongo_batch_new(
    flow_mongo_client *client, const char *database, const char *collection, bool ordered,
    flow_mongo_session *session) {
    bson_t options;
    flow_mongo_error error;
    if (!flow_mongo_options(&options, (flow_bson){0}, session, &error)) {
        mongo.bson_destroy(&options);
        return NULL;
    }
    mongo.bson_append_bool(&options, "ordered", -1, ordered);
    mongoc_collection_t *in
        = mongo.mongoc_client_get_collection((mongoc_client_t *)client, database, collection);
    mongoc_bulk_operation_t *batch = mongo.mongoc_collection_create_bulk_operation_with_opts(in, &options);
    mongo.mongoc_collection_destroy(in);
    mongo.bson_destroy(&options);
    return (flow_mongo_batch *)batch;
}

void flow_mongo_batch_free(flow_mongo_batch *batch) { mongo.mongoc_bulk_operation_destroy(batch_of(batch)); }

static bool viewed(bson_t *first, flow_bson one, bson_t *second, flow_bson two, flow_mongo_error *error) {
    if (flow_mongo_view(first, one) && flow_mongo_view(second, two)) return true;
    *error = (flow_mongo_error){.origin = FLOW_MONGO_ARGUMENT, .message = "what is written is no document"};
    return false;
}

static bool told(bool done, const bson_error_t *reason, flow_mongo_error *error) {
    if (!done) flow_mongo_tell(error, reason);
    return done;
}

bool flow_mongo_batch_insert(flow_mongo_batch *batch, flow_bson document, flow_mongo_error *error) {
    // The server looks at names of members; it also knows which are allowed since when.
    static const uint8_t unchecked[] = {19, 0, 0, 0, 0x10, 'v', 'a', 'l', 'i', 'd', 'a', 't', 'e', 0, 0, 0, 0, 0, 0};
    bson_t view, options;
    bson_error_t reason;
    return viewed(&view, document, &options, (flow_bson){unchecked, sizeof unchecked}, error)
           && told(
               mongo.mongoc_bulk_operation_insert_with_opts(batch_of(batch), &view, &options, &reason), &reason,
               error);
}

bool flow_mongo_batch_update(
    flow_mongo_batch *batch, bool many, flow_bson filter, flow_bson update, flow_bson options,
    flow_mongo_error *error) {
    bson_t which, what, how;
    bson_error_t reason;
    if (!viewed(&which, filter, &what, update, error) || !viewed(&which, filter, &how, options, error)) return false;
    return told(
        (many ? mongo.mongoc_bulk_operation_update_many_with_opts : mongo.mongoc_bulk_operation_update_one_with_opts)(
            batch_of(batch), &which, &what, &how, &reason),
        &reason, error);
}

bool flow_mongo_batch_replace(
    flow_mongo_batch *batch, flow_bson filter, flow_bson document, flow_bson options, flow_mongo_error *error) {
    bson_t which, what, how;
    bson_error_t reason;
    if (!viewed(&which, filter, &what, document, error)) return false;
    bool done = flow_mongo_options(&how, options, NULL, error);
    if (done) {
        // As for what is inserted.
        mongo.bson_append_bool(&how, "validate", -1, false);
        done = told(
            mongo.mongoc_bulk_operation_replace_one_with_opts(batch_of(batch), &which, &what, &how, &reason), &reason,
            error);
    }
    mongo.bson_destroy(&how);
    return done;
}

bool flow_mongo_batch_delete(
    flow_mongo_batch *batch, bool many, flow_bson filter, flow_bson options, flow_mongo_error *error) {
    bson_t which, how;
    bson_error_t reason;
    if (!viewed(&which, filter, &how, options, error)) return false;
    return told(
        (many ? mongo.mongoc_bulk_operation_remove_many_with_opts : mongo.mongoc_bulk_operation_remove_one_with_opts)(
            batch_of(batch), &which, &how, &reason),
        &reason, error);
}

bool flow_mongo_batch_execute(flow_mongo_batch *batch, flow_mongo_reply *reply, flow_mongo_error *error) {
    bson_t answer;
    bson_error_t reason;
    bool done = mongo.mongoc_bulk_operation_execute(batch_of(batch), &answer, &reason) != 0;
    if (!done) flow_mongo_tell(error, &reason);
    flow_mongo_give(reply, &answer);
    return done;
}
