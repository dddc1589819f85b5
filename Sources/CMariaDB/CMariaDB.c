// libmariadb, loaded when a workflow first uses it, so that flowctl starts without it and runs where it is not installed
// (docs/decisions/0005-libcurl-on-first-use.md).
//
// Each function of the library that is used is defined here once more under its own name, hidden, so that the library
// itself does not find it, and passes its arguments on.

#include <CLibrary.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

#include "CMariaDB.h"

// Result, name, parameters, arguments.
#define FUNCTIONS(F)                                                                                                   \
    F(int, mysql_server_init, (int count, char **arguments, char **groups), (count, arguments, groups))                \
    F(MYSQL *, mysql_init, (MYSQL *memory), (memory))                                                                  \
    F(void, mysql_close, (MYSQL *connection), (connection))                                                            \
    F(int, mysql_options, (MYSQL *connection, enum mysql_option option, const void *value),                            \
      (connection, option, value))                                                                                     \
    F(int, mysql_options4, (MYSQL *connection, enum mysql_option option, const void *key, const void *value),          \
      (connection, option, key, value))                                                                                \
    F(int, mysql_real_connect_start,                                                                                   \
      (MYSQL **result, MYSQL *connection, const char *host, const char *user, const char *password,                    \
       const char *database, unsigned int port, const char *socket, unsigned long flags),                              \
      (result, connection, host, user, password, database, port, socket, flags))                                       \
    F(int, mysql_real_connect_cont, (MYSQL **result, MYSQL *connection, int ready), (result, connection, ready))       \
    F(my_socket, mysql_get_socket, (MYSQL *connection), (connection))                                                  \
    F(unsigned int, mysql_get_timeout_value_ms, (const MYSQL *connection), (connection))                               \
    F(const char *, mysql_get_ssl_cipher, (MYSQL *connection), (connection))                                           \
    F(unsigned long, mysql_thread_id, (MYSQL *connection), (connection))                                               \
    F(my_bool, mariadb_connection, (MYSQL *connection), (connection))                                                  \
    F(unsigned int, mysql_errno, (MYSQL *connection), (connection))                                                    \
    F(const char *, mysql_error, (MYSQL *connection), (connection))                                                    \
    F(int, mysql_real_query, (MYSQL *connection, const char *text, unsigned long length), (connection, text, length))  \
    F(unsigned int, mysql_warning_count, (MYSQL *connection), (connection))                                            \
    F(MYSQL_RES *, mysql_store_result, (MYSQL *connection), (connection))                                              \
    F(int, mysql_reset_connection, (MYSQL *connection), (connection))                                                  \
    F(int, mysql_ping, (MYSQL *connection), (connection))                                                              \
    F(void, mysql_free_result, (MYSQL_RES *result), (result))                                                          \
    F(unsigned int, mysql_num_fields, (MYSQL_RES *result), (result))                                                   \
    F(MYSQL_FIELD *, mysql_fetch_fields, (MYSQL_RES *result), (result))                                                \
    F(int, mariadb_field_attr,                                                                                         \
      (MARIADB_CONST_STRING *text, const MYSQL_FIELD *field, enum mariadb_field_attr_t attribute),                     \
      (text, field, attribute))                                                                                        \
    F(MYSQL_STMT *, mysql_stmt_init, (MYSQL *connection), (connection))                                                \
    F(my_bool, mysql_stmt_close, (MYSQL_STMT *statement), (statement))                                                 \
    F(int, mysql_stmt_prepare, (MYSQL_STMT *statement, const char *text, unsigned long length),                        \
      (statement, text, length))                                                                                       \
    F(unsigned long, mysql_stmt_param_count, (MYSQL_STMT *statement), (statement))                                     \
    F(my_bool, mysql_stmt_bind_param, (MYSQL_STMT *statement, MYSQL_BIND *values), (statement, values))                \
    F(int, mysql_stmt_execute, (MYSQL_STMT *statement), (statement))                                                   \
    F(MYSQL_RES *, mysql_stmt_result_metadata, (MYSQL_STMT *statement), (statement))                                   \
    F(my_bool, mysql_stmt_bind_result, (MYSQL_STMT *statement, MYSQL_BIND *columns), (statement, columns))             \
    F(int, mysql_stmt_fetch, (MYSQL_STMT *statement), (statement))                                                     \
    F(int, mysql_stmt_fetch_column,                                                                                    \
      (MYSQL_STMT *statement, MYSQL_BIND *column, unsigned int index, unsigned long offset),                           \
      (statement, column, index, offset))                                                                              \
    F(my_bool, mysql_stmt_free_result, (MYSQL_STMT *statement), (statement))                                           \
    F(my_bool, mysql_stmt_more_results, (MYSQL_STMT *statement), (statement))                                          \
    F(int, mysql_stmt_next_result, (MYSQL_STMT *statement), (statement))                                               \
    F(unsigned long long, mysql_stmt_affected_rows, (MYSQL_STMT *statement), (statement))                              \
    F(unsigned int, mysql_stmt_errno, (MYSQL_STMT *statement), (statement))                                            \
    F(const char *, mysql_stmt_error, (MYSQL_STMT *statement), (statement))

static struct {
#define MEMBER(result, name, parameters, arguments) result(*name) parameters;
    FUNCTIONS(MEMBER)
#undef MEMBER
} libmariadb;

static const flow_symbol symbols[] = {
#define SYMBOL(result, name, parameters, arguments) {#name, &libmariadb.name},
    FUNCTIONS(SYMBOL)
#undef SYMBOL
};

#define DEFINITION(result, name, parameters, arguments)                                                                \
    result name parameters { return libmariadb.name arguments; }
FUNCTIONS(DEFINITION)
#undef DEFINITION

const char *flow_mariadb_load(const char *file) {
    const char *problem = flow_library_load(file, symbols, sizeof symbols / sizeof *symbols);
    if (problem) return problem;
    // What it sets up for all threads must be there before a second one comes.
    return mysql_server_init(0, NULL, NULL) == 0 ? NULL : "libmariadb can't be set up";
}
