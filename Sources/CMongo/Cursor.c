// What comes document by document: cursors, and streams of changes.

#include <stdlib.h>

#include "Library.h"

struct flow_mongo_cursor {
    mongoc_cursor_t *cursor;
    mongoc_change_stream_t *changes;
    // What stood in the way of making it.
    bool failed;
    flow_mongo_error error;
};

typedef struct {
    flow_mongo_client *client;
    const char *database;
    const char *collection;
    const bson_t *query;
    const bson_t *options;
} question;

static flow_mongo_cursor *ask(
    question asked, flow_bson query, flow_bson options, flow_mongo_session *session,
    void (*make)(flow_mongo_cursor *cursor, question asked)) {
    flow_mongo_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor) abort();
    bson_t view, copy;
    if (!flow_mongo_view(&view, query)) {
        cursor->failed = true;
        cursor->error = (flow_mongo_error){.origin = FLOW_MONGO_ARGUMENT, .message = "the query is no document"};
        return cursor;
    }
    if (flow_mongo_options(&copy, options, session, &cursor->error)) {
        asked.query = &view;
        asked.options = &copy;
        make(cursor, asked);
    } else {
        cursor->failed = true;
    }
    mongo.bson_destroy(&copy);
    return cursor;
}

static void make_find(flow_mongo_cursor *cursor, question asked) {
    mongoc_collection_t *in
        = mongo.mongoc_client_get_collection((mongoc_client_t *)asked.client, asked.database, asked.collection);
    cursor->cursor = mongo.mongoc_collection_find_with_opts(in, asked.query, asked.options, NULL);
    mongo.mongoc_collection_destroy(in);
}

static void make_aggregate(flow_mongo_cursor *cursor, question asked) {
    mongoc_collection_t *in
        = mongo.mongoc_client_get_collection((mongoc_client_t *)asked.client, asked.database, asked.collection);
    cursor->cursor = mongo.mongoc_collection_aggregate(in, MONGOC_QUERY_NONE, asked.query, asked.options, NULL);
    mongo.mongoc_collection_destroy(in);
}

static void make_list(flow_mongo_cursor *cursor, question asked) {
    mongoc_database_t *in = mongo.mongoc_client_get_database((mongoc_client_t *)asked.client, asked.database);
    cursor->cursor = mongo.mongoc_database_find_collections_with_opts(in, asked.options);
    mongo.mongoc_database_destroy(in);
}

static void make_watch(flow_mongo_cursor *cursor, question asked) {
    mongoc_client_t *client = (mongoc_client_t *)asked.client;
    if (!asked.database) {
        cursor->changes = mongo.mongoc_client_watch(client, asked.query, asked.options);
    } else if (!asked.collection) {
        mongoc_database_t *in = mongo.mongoc_client_get_database(client, asked.database);
        cursor->changes = mongo.mongoc_database_watch(in, asked.query, asked.options);
        mongo.mongoc_database_destroy(in);
    } else {
        mongoc_collection_t *in
            = mongo.mongoc_client_get_collection(client, asked.database, asked.collection);
        cursor->changes = mongo.mongoc_collection_watch(in, asked.query, asked.options);
        mongo.mongoc_collection_destroy(in);
    }
}

flow_mongo_cursor *flow_mongo_find(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson filter, flow_bson options,
    flow_mongo_session *session) {
    return ask((question){client, database, collection, NULL, NULL}, filter, options, session, make_find);
}

flow_mongo_cursor *flow_mongo_aggregate(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson pipeline, flow_bson options,
    flow_mongo_session *session) {
    return ask((question){client, database, collection, NULL, NULL}, pipeline, options, session, make_aggregate);
}

flow_mongo_cursor *flow_mongo_list_collections(
    flow_mongo_client *client, const char *database, flow_bson options, flow_mongo_session *session) {
    return ask((question){client, database, NULL, NULL, NULL}, (flow_bson){0}, options, session, make_list);
}

flow_mongo_cursor *flow_mongo_watch(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson pipeline, flow_bson options,
    flow_mongo_session *session) {
    return ask((question){client, database, collection, NULL, NULL}, pipeline, options, session, make_watch);
}

bool flow_mongo_cursor_next(flow_mongo_cursor *cursor, flow_bson *document) {
    const bson_t *found = NULL;
    bool is_there = cursor->failed    ? false
                    : cursor->changes ? mongo.mongoc_change_stream_next(cursor->changes, &found)
                                      : mongo.mongoc_cursor_next(cursor->cursor, &found);
    if (is_there) *document = (flow_bson){mongo.bson_get_data(found), found->len};
    return is_there;
}

bool flow_mongo_cursor_error(flow_mongo_cursor *cursor, flow_mongo_error *error, flow_bson *answer) {
    *answer = (flow_bson){0};
    if (cursor->failed) {
        *error = cursor->error;
        return true;
    }
    bson_error_t reason;
    const bson_t *document = NULL;
    bool failed = cursor->changes
                      ? mongo.mongoc_change_stream_error_document(cursor->changes, &reason, &document)
                      : mongo.mongoc_cursor_error_document(cursor->cursor, &reason, &document);
    if (!failed) return false;
    flow_mongo_tell(error, &reason);
    if (document) *answer = (flow_bson){mongo.bson_get_data(document), document->len};
    return true;
}

flow_bson flow_mongo_cursor_token(flow_mongo_cursor *cursor) {
    const bson_t *token
        = cursor->changes ? mongo.mongoc_change_stream_get_resume_token(cursor->changes) : NULL;
    return token ? (flow_bson){mongo.bson_get_data(token), token->len} : (flow_bson){0};
}

void flow_mongo_cursor_free(flow_mongo_cursor *cursor) {
    if (cursor->changes) mongo.mongoc_change_stream_destroy(cursor->changes);
    if (cursor->cursor) mongo.mongoc_cursor_destroy(cursor->cursor);
    free(cursor);
}
