#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libmongoc, the MongoDB client in C, as far as flowctl uses it. Documents come and go as bytes of BSON: its own type
// for them has an alignment that Swift can't give.
//
// A client and all that is made from it may be used by one thread at a time.

/// Why libmongoc can't be used, as words for a message; NULL where it can. It is loaded by the first call; nothing else
/// here may be called before, nor where this says no.
const char *flow_mongo_problem(void);

/// The same of another library, for tests.
const char *flow_mongo_problem_of(const char *library);

/// A document that its owner keeps while it is used.
typedef struct {
    const uint8_t *bytes;
    size_t size;
} flow_bson;

/// A document whose bytes the caller frees.
typedef struct {
    uint8_t *bytes;
    size_t size;
} flow_mongo_reply;

/// Where an error comes from.
typedef enum {
    FLOW_MONGO_OTHER,
    /// The server has answered so; the code is its own.
    FLOW_MONGO_SERVER,
    /// No server was found that could be asked.
    FLOW_MONGO_SELECTION,
    /// A connection could not be made, or has broken.
    FLOW_MONGO_STREAM,
    /// The account was refused.
    FLOW_MONGO_AUTHENTICATION,
    /// What was given can't be sent.
    FLOW_MONGO_ARGUMENT,
    /// The server did not keep a write as widely as asked.
    FLOW_MONGO_WRITE_CONCERN,
    /// The session or transaction can't do that.
    FLOW_MONGO_SESSION,
} flow_mongo_origin;

typedef struct {
    flow_mongo_origin origin;
    uint32_t code;
    char message[504];
} flow_mongo_error;

// MARK: Addresses

typedef struct flow_mongo_uri flow_mongo_uri;

/// NULL and an error where the text is no address.
flow_mongo_uri *flow_mongo_uri_new(const char *text, flow_mongo_error *error);
void flow_mongo_uri_free(flow_mongo_uri *uri);
bool flow_mongo_uri_has(const flow_mongo_uri *uri, const char *option);
bool flow_mongo_uri_flag(const flow_mongo_uri *uri, const char *option, bool otherwise);
bool flow_mongo_uri_set_text(flow_mongo_uri *uri, const char *option, const char *value);
bool flow_mongo_uri_set_number(flow_mongo_uri *uri, const char *option, int32_t value);
bool flow_mongo_uri_set_flag(flow_mongo_uri *uri, const char *option, bool value);
bool flow_mongo_uri_set_account(flow_mongo_uri *uri, const char *username, const char *password);
bool flow_mongo_uri_set_source(flow_mongo_uri *uri, const char *database);
bool flow_mongo_uri_set_mechanism(flow_mongo_uri *uri, const char *mechanism);
/// NULL where it names none.
const char *flow_mongo_uri_database(const flow_mongo_uri *uri);
const char *flow_mongo_uri_username(const flow_mongo_uri *uri);
/// The `host:port` at a place, NULL behind the last; for an address of a service, its name.
const char *flow_mongo_uri_host(const flow_mongo_uri *uri, size_t index);

// MARK: Clients

typedef struct flow_mongo_client flow_mongo_client;
typedef struct flow_mongo_session flow_mongo_session;

flow_mongo_client *flow_mongo_client_new(const flow_mongo_uri *uri, flow_mongo_error *error);
void flow_mongo_client_free(flow_mongo_client *client);

/// NULL and an error where the server knows none.
flow_mongo_session *flow_mongo_session_new(flow_mongo_client *client, flow_mongo_error *error);
void flow_mongo_session_free(flow_mongo_session *session);
/// What the server calls it.
flow_bson flow_mongo_session_id(const flow_mongo_session *session);

bool flow_mongo_begin(flow_mongo_session *session, flow_mongo_error *error);
bool flow_mongo_commit(flow_mongo_session *session, flow_mongo_reply *reply, flow_mongo_error *error);
void flow_mongo_abort(flow_mongo_session *session);

typedef enum {
    /// Sent once.
    FLOW_MONGO_ONCE,
    /// Sent a second time where the connection breaks.
    FLOW_MONGO_READ,
    /// The same where the server can tell whether the first one was done.
    FLOW_MONGO_WRITE,
} flow_mongo_mode;

/// Sends a command. The session may be NULL here and below. The reply is there in any case.
bool flow_mongo_command(
    flow_mongo_client *client, flow_mongo_mode mode, const char *database, flow_bson command,
    flow_mongo_session *session, flow_mongo_reply *reply, flow_mongo_error *error);

// MARK: Reading

typedef struct flow_mongo_cursor flow_mongo_cursor;

flow_mongo_cursor *flow_mongo_find(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson filter, flow_bson options,
    flow_mongo_session *session);
flow_mongo_cursor *flow_mongo_aggregate(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson pipeline, flow_bson options,
    flow_mongo_session *session);
flow_mongo_cursor *flow_mongo_list_collections(
    flow_mongo_client *client, const char *database, flow_bson options, flow_mongo_session *session);
/// Follows changes: of a collection, of a database where that is NULL, of all where both are.
flow_mongo_cursor *flow_mongo_watch(
    flow_mongo_client *client, const char *database, const char *collection, flow_bson pipeline, flow_bson options,
    flow_mongo_session *session);
/// The next document, valid until the next call; false at the end, where nothing has changed for a while, or after an
/// error.
bool flow_mongo_cursor_next(flow_mongo_cursor *cursor, flow_bson *document);
/// Whether it ended with an error. The answer of the server is empty where it gave none, and valid as long as the cursor.
bool flow_mongo_cursor_error(flow_mongo_cursor *cursor, flow_mongo_error *error, flow_bson *answer);
/// Where following changes can go on later; empty where that isn't known.
flow_bson flow_mongo_cursor_token(flow_mongo_cursor *cursor);
void flow_mongo_cursor_free(flow_mongo_cursor *cursor);

// MARK: Writing

typedef struct flow_mongo_batch flow_mongo_batch;

flow_mongo_batch *flow_mongo_batch_new(
    flow_mongo_client *client, const char *database, const char *collection, bool ordered,
    flow_mongo_session *session);
void flow_mongo_batch_free(flow_mongo_batch *batch);
bool flow_mongo_batch_insert(flow_mongo_batch *batch, flow_bson document, flow_mongo_error *error);
/// With operators or a pipeline, of one or of all that fit.
bool flow_mongo_batch_update(
    flow_mongo_batch *batch, bool many, flow_bson filter, flow_bson update, flow_bson options,
    flow_mongo_error *error);
bool flow_mongo_batch_replace(
    flow_mongo_batch *batch, flow_bson filter, flow_bson document, flow_bson options, flow_mongo_error *error);
bool flow_mongo_batch_delete(
    flow_mongo_batch *batch, bool many, flow_bson filter, flow_bson options, flow_mongo_error *error);
/// Sends all. The reply is there in any case.
bool flow_mongo_batch_execute(flow_mongo_batch *batch, flow_mongo_reply *reply, flow_mongo_error *error);

// MARK: Decimal numbers of 128 bits

enum { FLOW_DECIMAL_TEXT = 43 };

/// Writes at most FLOW_DECIMAL_TEXT bytes, the last of them zero.
void flow_decimal_text(uint64_t high, uint64_t low, char *text);
bool flow_decimal_parse(const char *text, uint64_t *high, uint64_t *low);
