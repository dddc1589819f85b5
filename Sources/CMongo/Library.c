// libmongoc, loaded when the first step needs it (docs/decisions/0005-libcurl-on-first-use.md).

#include <CLibrary.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Library.h"

struct flow_mongo_library mongo;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *problem;

// It writes to standard error where nobody takes its remarks.
static void ignore(mongoc_log_level_t level, const char *domain, const char *message, void *context) {
    (void)level, (void)domain, (void)message, (void)context;
}

static const char *load(const char *file) {
    // Those of libbson are found in it, too, as it needs them.
    static const flow_symbol symbols[] = {
#define SYMBOL(name) {#name, &mongo.name},
        FLOW_MONGO_FUNCTIONS(SYMBOL)
#undef SYMBOL
    };
    return flow_library_load(file, symbols, sizeof symbols / sizeof *symbols);
}

static void begin(void) {
    problem = load("libmongoc-1.0.so.0");
    if (problem) return;
    mongo.mongoc_log_set_handler(ignore, NULL);
    mongo.mongoc_init();
}

const char *flow_mongo_problem(void) {
    pthread_once(&once, begin);
    return problem;
}

const char *flow_mongo_problem_of(const char *file) { return load(file); }

bool flow_mongo_view(bson_t *view, flow_bson document) {
    static const uint8_t empty[5] = {5};
    if (!document.bytes) document = (flow_bson){empty, sizeof empty};
    return mongo.bson_init_static(view, document.bytes, document.size);
}

void flow_mongo_give(flow_mongo_reply *reply, bson_t *document) {
    reply->size = document->len;
    reply->bytes = malloc(document->len);
    if (reply->bytes)
        memcpy(reply->bytes, mongo.bson_get_data(document), document->len);
    else
        reply->size = 0;
    mongo.bson_destroy(document);
}

bool flow_mongo_options(bson_t *copy, flow_bson options, flow_mongo_session *session, flow_mongo_error *error) {
    bson_t view;
    bson_error_t reason;
    if (!flow_mongo_view(&view, options)) {
        *error = (flow_mongo_error){.origin = FLOW_MONGO_ARGUMENT, .message = "the options are no document"};
        mongo.bson_init(copy);
        return false;
    }
    mongo.bson_copy_to(&view, copy);
    if (!session || mongo.mongoc_client_session_append((mongoc_client_session_t *)session, copy, &reason)) return true;
    flow_mongo_tell(error, &reason);
    return false;
}

static flow_mongo_origin origin(const bson_error_t *reason) {
    switch (reason->domain) {
    case MONGOC_ERROR_SERVER: return FLOW_MONGO_SERVER;
    case MONGOC_ERROR_SERVER_SELECTION: return FLOW_MONGO_SELECTION;
    case MONGOC_ERROR_STREAM: return FLOW_MONGO_STREAM;
    case MONGOC_ERROR_SCRAM:
    case MONGOC_ERROR_SASL: return FLOW_MONGO_AUTHENTICATION;
    case MONGOC_ERROR_CLIENT:
        if (reason->code == MONGOC_ERROR_CLIENT_AUTHENTICATE) return FLOW_MONGO_AUTHENTICATION;
        return reason->code == MONGOC_ERROR_CLIENT_SESSION_FAILURE ? FLOW_MONGO_SESSION : FLOW_MONGO_OTHER;
    case MONGOC_ERROR_BSON:
    case MONGOC_ERROR_NAMESPACE:
    case MONGOC_ERROR_COMMAND: return FLOW_MONGO_ARGUMENT;
    case MONGOC_ERROR_WRITE_CONCERN: return FLOW_MONGO_WRITE_CONCERN;
    case MONGOC_ERROR_TRANSACTION: return FLOW_MONGO_SESSION;
    default: return FLOW_MONGO_OTHER;
    }
}

void flow_mongo_tell(flow_mongo_error *error, const bson_error_t *reason) {
    error->origin = origin(reason);
    error->code = reason->code;
    snprintf(error->message, sizeof error->message, "%s", reason->message);
}

void flow_decimal_text(uint64_t high, uint64_t low, char *text) {
    bson_decimal128_t decimal = {.high = high, .low = low};
    mongo.bson_decimal128_to_string(&decimal, text);
}

bool flow_decimal_parse(const char *text, uint64_t *high, uint64_t *low) {
    bson_decimal128_t decimal;
    if (!mongo.bson_decimal128_from_string(text, &decimal)) return false;
    *high = decimal.high;
    *low = decimal.low;
    return true;
}
