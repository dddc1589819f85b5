// libsecret, loaded when a vault has a slot for the system keyring: hardly any start of flowctl needs it, and it brings
// GLib along.
//
// Its functions and structures are declared here as its headers have had them since libsecret 0.19, so that building
// flowctl needs no package more.

#define _GNU_SOURCE
#include "CSecret.h"

#include <CLibrary.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t domain;
    int code;
    char *message;
} GError;

typedef struct list {
    void *data;
    struct list *next;
    struct list *previous;
} GList;

typedef struct {
    const char *name;
    int type;
} Attribute;

typedef struct {
    const char *name;
    int flags;
    Attribute attributes[32];
    int reserved;
    void *pointers[7];
} SecretSchema;

static const SecretSchema schema = {.name = "flowctl.vault", .attributes = {{"vault", 0}}};

static struct {
    int (*store)(const SecretSchema *schema, const char *collection, const char *label, const char *password,
                 void *cancellable, GError **error, ...);
    char *(*lookup)(const SecretSchema *schema, void *cancellable, GError **error, ...);
    int (*clear)(const SecretSchema *schema, void *cancellable, GError **error, ...);
    GList *(*search)(const SecretSchema *schema, int flags, void *cancellable, GError **error, ...);
    int (*is_locked)(void *item);
    void (*free)(char *password);
    void (*error_free)(GError *error);
    void (*list_free_full)(GList *list, void (*free)(void *));
    void (*object_unref)(void *object);
} libsecret;

static const flow_symbol symbols[] = {
    {"secret_password_store_sync", &libsecret.store},
    {"secret_password_lookup_sync", &libsecret.lookup},
    {"secret_password_clear_sync", &libsecret.clear},
    {"secret_password_search_sync", &libsecret.search},
    {"secret_item_get_locked", &libsecret.is_locked},
    {"secret_password_free", &libsecret.free},
    // GLib's, which it brings along.
    {"g_error_free", &libsecret.error_free},
    {"g_list_free_full", &libsecret.list_free_full},
    {"g_object_unref", &libsecret.object_unref},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *obstacle;

static void load(void) {
    obstacle = flow_library_load("libsecret-1.so.0", symbols, sizeof symbols / sizeof *symbols);
}

static bool is_loaded(char **problem) {
    pthread_once(&once, load);
    if (obstacle) *problem = strdup(obstacle);
    return !obstacle;
}

static enum flow_secret_result failed(GError *error, char **problem) {
    *problem = strdup(error->message);
    libsecret.error_free(error);
    return FLOW_SECRET_FAILED;
}

enum flow_secret_result flow_secret_lookup(const char *vault, bool may_ask, char **secret, char **problem) {
    if (!is_loaded(problem)) return FLOW_SECRET_FAILED;
    GError *error = NULL;
    // A look-up opens a window where the keyring is locked, even for a job of cron, and gives nothing where that can't
    // be done or is closed again. So the item is looked for first.
    GList *items = libsecret.search(&schema, 0, NULL, &error, "vault", vault, NULL);
    if (error) return failed(error, problem);
    if (!items) return FLOW_SECRET_NONE;
    bool locked = libsecret.is_locked(items->data);
    libsecret.list_free_full(items, libsecret.object_unref);
    if (locked && !may_ask) return FLOW_SECRET_LOCKED;
    char *found = libsecret.lookup(&schema, NULL, &error, "vault", vault, NULL);
    if (error) return failed(error, problem);
    if (!found) return locked ? FLOW_SECRET_LOCKED : FLOW_SECRET_NONE;
    *secret = strdup(found);
    libsecret.free(found);
    return FLOW_SECRET_DONE;
}

enum flow_secret_result flow_secret_store(const char *vault, const char *label, const char *secret, char **problem) {
    if (!is_loaded(problem)) return FLOW_SECRET_FAILED;
    GError *error = NULL;
    libsecret.store(&schema, NULL, label, secret, NULL, &error, "vault", vault, NULL);
    return error ? failed(error, problem) : FLOW_SECRET_DONE;
}

enum flow_secret_result flow_secret_clear(const char *vault, char **problem) {
    if (!is_loaded(problem)) return FLOW_SECRET_FAILED;
    GError *error = NULL;
    int cleared = libsecret.clear(&schema, NULL, &error, "vault", vault, NULL);
    if (error) return failed(error, problem);
    return cleared ? FLOW_SECRET_DONE : FLOW_SECRET_NONE;
}

void flow_secret_free(char *secret) {
    explicit_bzero(secret, strlen(secret));
    free(secret);
}
