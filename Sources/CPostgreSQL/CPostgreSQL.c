// libpq, loaded when a workflow first uses it, so that flowctl starts without it and runs where it is not installed
// (docs/decisions/0005-libcurl-on-first-use.md).
//
// Each function of libpq that is used is defined here once more under its own name, hidden, so that libpq itself does
// not find it, and passes its arguments on.

#define _GNU_SOURCE
#include <CLibrary.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC visibility push(hidden)

#include "CPostgreSQL.h"

// Result, name, parameters, arguments.
#define FUNCTIONS(F)                                                                                                   \
    F(PGconn *, PQconnectStartParams, (const char *const *names, const char *const *values, int expand),               \
      (names, values, expand))                                                                                         \
    F(PostgresPollingStatusType, PQconnectPoll, (PGconn * connection), (connection))                                   \
    F(void, PQfinish, (PGconn * connection), (connection))                                                             \
    F(ConnStatusType, PQstatus, (const PGconn *connection), (connection))                                              \
    F(PGTransactionStatusType, PQtransactionStatus, (const PGconn *connection), (connection))                          \
    F(const char *, PQparameterStatus, (const PGconn *connection, const char *name), (connection, name))               \
    F(char *, PQerrorMessage, (const PGconn *connection), (connection))                                                \
    F(PGVerbosity, PQsetErrorVerbosity, (PGconn * connection, PGVerbosity verbosity), (connection, verbosity))         \
    F(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn * connection, PQnoticeReceiver receiver, void *context),          \
      (connection, receiver, context))                                                                                 \
    F(const char *, PQsslAttribute, (PGconn * connection, const char *name), (connection, name))                       \
    F(int, PQsslInUse, (PGconn * connection), (connection))                                                            \
    F(int, PQsocket, (const PGconn *connection), (connection))                                                         \
    F(int, PQsetnonblocking, (PGconn * connection, int flag), (connection, flag))                                      \
    F(int, PQflush, (PGconn * connection), (connection))                                                               \
    F(int, PQconsumeInput, (PGconn * connection), (connection))                                                        \
    F(int, PQisBusy, (PGconn * connection), (connection))                                                              \
    F(PGcancel *, PQgetCancel, (PGconn * connection), (connection))                                                    \
    F(int, PQcancel, (PGcancel * request, char *message, int size), (request, message, size))                          \
    F(void, PQfreeCancel, (PGcancel * request), (request))                                                             \
    F(int, PQsendQueryParams,                                                                                          \
      (PGconn * connection, const char *text, int count, const Oid *types, const char *const *values,                  \
       const int *lengths, const int *formats, int format),                                                            \
      (connection, text, count, types, values, lengths, formats, format))                                              \
    F(int, PQsendPrepare, (PGconn * connection, const char *name, const char *text, int count, const Oid *types),      \
      (connection, name, text, count, types))                                                                          \
    F(int, PQsendDescribePrepared, (PGconn * connection, const char *name), (connection, name))                        \
    F(int, PQsendQueryPrepared,                                                                                        \
      (PGconn * connection, const char *name, int count, const char *const *values, const int *lengths,                \
       const int *formats, int format),                                                                                \
      (connection, name, count, values, lengths, formats, format))                                                     \
    F(int, PQsetSingleRowMode, (PGconn * connection), (connection))                                                    \
    F(int, PQenterPipelineMode, (PGconn * connection), (connection))                                                   \
    F(int, PQexitPipelineMode, (PGconn * connection), (connection))                                                    \
    F(int, PQpipelineSync, (PGconn * connection), (connection))                                                        \
    F(PGresult *, PQgetResult, (PGconn * connection), (connection))                                                    \
    F(void, PQclear, (PGresult * result), (result))                                                                    \
    F(ExecStatusType, PQresultStatus, (const PGresult *result), (result))                                              \
    F(char *, PQresultErrorField, (const PGresult *result, int field), (result, field))                                \
    F(char *, PQcmdStatus, (PGresult * result), (result))                                                              \
    F(char *, PQcmdTuples, (PGresult * result), (result))                                                              \
    F(int, PQntuples, (const PGresult *result), (result))                                                              \
    F(int, PQnfields, (const PGresult *result), (result))                                                              \
    F(char *, PQfname, (const PGresult *result, int field), (result, field))                                           \
    F(Oid, PQftype, (const PGresult *result, int field), (result, field))                                              \
    F(int, PQnparams, (const PGresult *result), (result))                                                              \
    F(Oid, PQparamtype, (const PGresult *result, int parameter), (result, parameter))                                  \
    F(int, PQgetisnull, (const PGresult *result, int row, int field), (result, row, field))                            \
    F(char *, PQgetvalue, (const PGresult *result, int row, int field), (result, row, field))                          \
    F(int, PQgetlength, (const PGresult *result, int row, int field), (result, row, field))                            \
    F(int, PQputCopyData, (PGconn * connection, const char *bytes, int count), (connection, bytes, count))             \
    F(int, PQputCopyEnd, (PGconn * connection, const char *error), (connection, error))                                \
    F(PGnotify *, PQnotifies, (PGconn * connection), (connection))                                                     \
    F(void, PQfreemem, (void *memory), (memory))

static struct {
#define MEMBER(result, name, parameters, arguments) result(*name) parameters;
    FUNCTIONS(MEMBER)
#undef MEMBER
} libpq;

static const flow_symbol symbols[] = {
#define SYMBOL(result, name, parameters, arguments) {#name, &libpq.name},
    FUNCTIONS(SYMBOL)
#undef SYMBOL
};

#define DEFINITION(result, name, parameters, arguments)                                                                \
    result name parameters { return libpq.name arguments; }
FUNCTIONS(DEFINITION)
#undef DEFINITION

// PGHOST, PGPASSFILE, PGTZ and the like; not all of them can be overruled by what a connection is opened with.
static void forget_variables(void) {
    for (char **variable = environ; variable && *variable;) {
        char name[64];
        size_t length = strcspn(*variable, "=");
        if (strncmp(*variable, "PG", 2) != 0 || length >= sizeof name) {
            variable++;
            continue;
        }
        memcpy(name, *variable, length);
        name[length] = 0;
        // Those behind it move up.
        unsetenv(name);
    }
}

const char *flow_postgresql_load(const char *file) {
    const char *problem = flow_library_load(file, symbols, sizeof symbols / sizeof *symbols);
    if (!problem) forget_variables();
    return problem;
}
