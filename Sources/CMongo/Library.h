#pragma once
#include <libmongoc-1.0/mongoc/mongoc.h>

#include "CMongo.h"

// The functions of libmongoc and libbson that are used, with the types that their headers give them.
#define FLOW_MONGO_FUNCTIONS(X)                                                                                        \
    X(mongoc_init) X(mongoc_log_set_handler)                                                                           \
    X(mongoc_uri_new_with_error) X(mongoc_uri_destroy) X(mongoc_uri_has_option) X(mongoc_uri_get_option_as_bool)       \
    X(mongoc_uri_set_option_as_utf8) X(mongoc_uri_set_option_as_int32) X(mongoc_uri_set_option_as_bool)                \
    X(mongoc_uri_set_username) X(mongoc_uri_set_password) X(mongoc_uri_set_auth_source)                                \
    X(mongoc_uri_set_auth_mechanism) X(mongoc_uri_get_database) X(mongoc_uri_get_username) X(mongoc_uri_get_hosts)     \
    X(mongoc_uri_get_srv_hostname)                                                                                     \
    X(mongoc_client_new_from_uri_with_error) X(mongoc_client_destroy) X(mongoc_client_set_error_api)                   \
    X(mongoc_client_get_collection) X(mongoc_collection_destroy)                                                       \
    X(mongoc_client_get_database) X(mongoc_database_destroy)                                                           \
    X(mongoc_client_command_with_opts) X(mongoc_client_read_command_with_opts)                                         \
    X(mongoc_client_write_command_with_opts)                                                                           \
    X(mongoc_client_start_session) X(mongoc_client_session_destroy) X(mongoc_client_session_get_lsid)                  \
    X(mongoc_client_session_append) X(mongoc_client_session_start_transaction)                                         \
    X(mongoc_client_session_commit_transaction) X(mongoc_client_session_abort_transaction)                             \
    X(mongoc_collection_find_with_opts) X(mongoc_collection_aggregate) X(mongoc_database_find_collections_with_opts)   \
    X(mongoc_cursor_next) X(mongoc_cursor_error_document) X(mongoc_cursor_destroy)                                     \
    X(mongoc_collection_watch) X(mongoc_database_watch) X(mongoc_client_watch)                                         \
    X(mongoc_change_stream_next) X(mongoc_change_stream_error_document) X(mongoc_change_stream_get_resume_token)       \
    X(mongoc_change_stream_destroy)                                                                                    \
    X(mongoc_collection_create_bulk_operation_with_opts) X(mongoc_bulk_operation_destroy)                              \
    X(mongoc_bulk_operation_insert_with_opts) X(mongoc_bulk_operation_update_one_with_opts)                            \
    X(mongoc_bulk_operation_update_many_with_opts) X(mongoc_bulk_operation_replace_one_with_opts)                      \
    X(mongoc_bulk_operation_remove_one_with_opts) X(mongoc_bulk_operation_remove_many_with_opts)                       \
    X(mongoc_bulk_operation_execute)                                                                                   \
    X(bson_init) X(bson_init_static) X(bson_destroy) X(bson_copy_to) X(bson_get_data) X(bson_append_bool)              \
    X(bson_decimal128_to_string) X(bson_decimal128_from_string)

struct flow_mongo_library {
#define DECLARE(name) __typeof__(name) *name;
    FLOW_MONGO_FUNCTIONS(DECLARE)
#undef DECLARE
};

// Filled by flow_mongo_problem.
__attribute__((visibility("hidden"))) extern struct flow_mongo_library mongo;

// What a call needs as libmongoc has it.
__attribute__((visibility("hidden"))) bool flow_mongo_view(bson_t *view, flow_bson document);
__attribute__((visibility("hidden"))) void flow_mongo_tell(flow_mongo_error *error, const bson_error_t *reason);
__attribute__((visibility("hidden"))) void flow_mongo_give(flow_mongo_reply *reply, bson_t *document);
__attribute__((visibility("hidden"))) bool
flow_mongo_options(bson_t *copy, flow_bson options, flow_mongo_session *session, flow_mongo_error *error);
