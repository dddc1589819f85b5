// Addresses, clients, sessions and commands.

#include "Library.h"

static mongoc_uri_t *uri_of(const flow_mongo_uri *uri) { return (mongoc_uri_t *)uri; }

flow_mongo_uri *flow_mongo_uri_new(const char *text, flow_mongo_error *error) {
    bson_error_t reason;
    mongoc_uri_t *uri = mongo.mongoc_uri_new_with_error(text, &reason);
    if (!uri) flow_mongo_tell(error, &reason);
    return (flow_mongo_uri *)uri;
}

void flow_mongo_uri_free(flow_mongo_uri *uri) { mongo.mongoc_uri_destroy(uri_of(uri)); }

bool flow_mongo_uri_has(const flow_mongo_uri *uri, const char *option) {
    return mongo.mongoc_uri_has_option(uri_of(uri), option);
}

bool flow_mongo_uri_flag(const flow_mongo_uri *uri, const char *option, bool otherwise) {
    return mongo.mongoc_uri_get_option_as_bool(uri_of(uri), option, otherwise);
}

bool flow_mongo_uri_set_text(flow_mongo_uri *uri, const char *option, const char *value) {
    return mongo.mongoc_uri_set_option_as_utf8(uri_of(uri), option, value);
}

bool flow_mongo_uri_set_number(flow_mongo_uri *uri, const char *option, int32_t value) {
    return mongo.mongoc_uri_set_option_as_int32(uri_of(uri), option, value);
}

bool flow_mongo_uri_set_flag(flow_mongo_uri *uri, const char *option, bool value) {
    return mongo.mongoc_uri_set_option_as_bool(uri_of(uri), option, value);
}

bool flow_mongo_uri_set_account(flow_mongo_uri *uri, const char *username, const char *password) {
    return mongo.mongoc_uri_set_username(uri_of(uri), username)
           && (!password || mongo.mongoc_uri_set_password(uri_of(uri), password));
}

bool flow_mongo_uri_set_source(flow_mongo_uri *uri, const char *database) {
    return mongo.mongoc_uri_set_auth_source(uri_of(uri), database);
}

bool flow_mongo_uri_set_mechanism(flow_mongo_uri *uri, const char *mechanism) {
    return mongo.mongoc_uri_set_auth_mechanism(uri_of(uri), mechanism);
}

const char *flow_mongo_uri_database(const flow_mongo_uri *uri) { return mongo.mongoc_uri_get_database(uri_of(uri)); }

const char *flow_mongo_uri_username(const flow_mongo_uri *uri) { return mongo.mongoc_uri_get_username(uri_of(uri)); }

const char *flow_mongo_uri_host(const flow_mongo_uri *uri, size_t index) {
    const char *service = mongo.mongoc_uri_get_srv_hostname(uri_of(uri));
    if (service) return index == 0 ? service : NULL;
    const mongoc_host_list_t *host = mongo.mongoc_uri_get_hosts(uri_of(uri));
    while (host && index--) host = host->next;
    return host ? host->host_and_port : NULL;
}

flow_mongo_client *flow_mongo_client_new(const flow_mongo_uri *uri, flow_mongo_error *error) {
    bson_error_t reason;
    mongoc_client_t *client = mongo.mongoc_client_new_from_uri_with_error(uri_of(uri), &reason);
    if (!client)
        flow_mongo_tell(error, &reason);
    else
        // Errors of the server are told apart from the client's own.
        mongo.mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
    return (flow_mongo_client *)client;
}

void flow_mongo_client_free(flow_mongo_client *client) { mongo.mongoc_client_destroy((mongoc_client_t *)client); }

flow_mongo_session *flow_mongo_session_new(flow_mongo_client *client, flow_mongo_error *error) {
    bson_error_t reason;
    mongoc_client_session_t *session = mongo.mongoc_client_start_session((mongoc_client_t *)client, NULL, &reason);
    if (!session) flow_mongo_tell(error, &reason);
    return (flow_mongo_session *)session;
}

void flow_mongo_session_free(flow_mongo_session *session) {
    mongo.mongoc_client_session_destroy((mongoc_client_session_t *)session);
}

flow_bson flow_mongo_session_id(const flow_mongo_session *session) {
    const bson_t *id = mongo.mongoc_client_session_get_lsid((const mongoc_client_session_t *)session);
    return (flow_bson){mongo.bson_get_data(id), id->len};
}

bool flow_mongo_begin(flow_mongo_session *session, flow_mongo_error *error) {
    bson_error_t reason;
    if (mongo.mongoc_client_session_start_transaction((mongoc_client_session_t *)session, NULL, &reason)) return true;
    flow_mongo_tell(error, &reason);
    return false;
}

bool flow_mongo_commit(flow_mongo_session *session, flow_mongo_reply *reply, flow_mongo_error *error) {
    bson_error_t reason;
    bson_t answer;
    bool done = mongo.mongoc_client_session_commit_transaction((mongoc_client_session_t *)session, &answer, &reason);
    if (!done) flow_mongo_tell(error, &reason);
    flow_mongo_give(reply, &answer);
    return done;
}

void flow_mongo_abort(flow_mongo_session *session) {
    mongo.mongoc_client_session_abort_transaction((mongoc_client_session_t *)session, NULL);
}

bool flow_mongo_command(
    flow_mongo_client *client, flow_mongo_mode mode, const char *database, flow_bson command,
    flow_mongo_session *session, flow_mongo_reply *reply, flow_mongo_error *error) {
    bson_t view, options, answer;
    bson_error_t reason;
    mongoc_client_t *on = (mongoc_client_t *)client;
    *reply = (flow_mongo_reply){0};
    if (!flow_mongo_view(&view, command)) {
        *error = (flow_mongo_error){.origin = FLOW_MONGO_ARGUMENT, .message = "the command is no document"};
        return false;
    }
    if (!flow_mongo_options(&options, (flow_bson){0}, session, error)) {
        mongo.bson_destroy(&options);
        return false;
    }
    bool done = mode == FLOW_MONGO_READ
                    ? mongo.mongoc_client_read_command_with_opts(on, database, &view, NULL, &options, &answer, &reason)
                : mode == FLOW_MONGO_WRITE
                    ? mongo.mongoc_client_write_command_with_opts(on, database, &view, &options, &answer, &reason)
                    : mongo.mongoc_client_command_with_opts(on, database, &view, NULL, &options, &answer, &reason);
    mongo.bson_destroy(&options);
    if (!done) flow_mongo_tell(error, &reason);
    flow_mongo_give(reply, &answer);
    return done;
}
