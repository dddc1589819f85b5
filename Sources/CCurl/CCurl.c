// libcurl, loaded when the first request needs it: linked, its thirty libraries cost every start of flowctl more time
// than all the rest (docs/decisions/0005-libcurl-on-first-use.md).
//
// Each function of libcurl that is used is defined here once more under its own name, hidden, so that libcurl itself
// does not find it, and passes its arguments on.

#define _GNU_SOURCE
#include <CLibrary.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#pragma GCC visibility push(hidden)

#include "CCurl.h"

// Macros that check the types of arguments, or fix their number.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

static struct {
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *handle);
    void (*easy_reset)(CURL *handle);
    CURLcode (*easy_perform)(CURL *handle);
    CURLcode (*easy_send)(CURL *handle, const void *bytes, size_t size, size_t *sent);
    CURLcode (*easy_recv)(CURL *handle, void *bytes, size_t size, size_t *received);
    const char *(*easy_strerror)(CURLcode code);
    void (*free)(void *memory);
    CURLcode (*global_init)(long flags);
    curl_version_info_data *(*version_info)(CURLversion age);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd fds[], unsigned int count, int timeout, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    CURLSH *(*share_init)(void);
    CURLSHcode (*share_cleanup)(CURLSH *share);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    CURLU *(*url)(void);
    void (*url_cleanup)(CURLU *url);
    CURLUcode (*url_get)(CURLU *url, CURLUPart part, char **text, unsigned int flags);
    CURLUcode (*url_set)(CURLU *url, CURLUPart part, const char *text, unsigned int flags);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO option, ...);
    CURLMcode (*multi_setopt)(CURLM *handle, CURLMoption option, ...);
    CURLSHcode (*share_setopt)(CURLSH *handle, CURLSHoption option, ...);
} libcurl;

static const flow_symbol symbols[] = {
#define SYMBOL(name) {"curl_" #name, &libcurl.name}
    SYMBOL(easy_init), SYMBOL(easy_cleanup), SYMBOL(easy_reset), SYMBOL(easy_perform), SYMBOL(easy_send),
    SYMBOL(easy_recv), SYMBOL(easy_strerror), SYMBOL(free), SYMBOL(global_init), SYMBOL(version_info), SYMBOL(multi_init),
    SYMBOL(multi_cleanup), SYMBOL(multi_add_handle), SYMBOL(multi_remove_handle), SYMBOL(multi_perform),
    SYMBOL(multi_poll), SYMBOL(multi_info_read), SYMBOL(share_init), SYMBOL(share_cleanup),
    SYMBOL(slist_append), SYMBOL(slist_free_all), SYMBOL(url), SYMBOL(url_cleanup), SYMBOL(url_get),
    SYMBOL(url_set), SYMBOL(easy_setopt), SYMBOL(easy_getinfo), SYMBOL(multi_setopt), SYMBOL(share_setopt),
#undef SYMBOL
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *problem;

// What is repeated hangs on being told when a request is about to be written, and that came with 7.80.
static const char *age(void) {
    const curl_version_info_data *info = libcurl.version_info(CURLVERSION_FIRST);
    char *words;
    if (info->version_num >= 0x075000) return NULL;
    return asprintf(&words, "the library libcurl.so.4 is version %s, and 7.80.0 or newer is needed", info->version) < 0
        ? "the library libcurl.so.4 is too old"
        : words;
}

typedef long (*bio_callback)(
    void *bio, int operation, const char *, size_t, int argument, long, int result, size_t *);

// Of the OpenSSL that libcurl uses, whatever else the process has; NULL where it uses another library for TLS.
static struct {
    uint64_t (*SSL_CTX_clear_options)(void *context, uint64_t options);
    void *(*SSL_get_rbio)(const void *connection);
    void (*BIO_set_callback_ex)(void *bio, bio_callback callback);
} openssl;

static void find_openssl(void) {
    const char *tls = libcurl.version_info(CURLVERSION_FIRST)->ssl_version;
    if (!tls || strncmp(tls, "OpenSSL/", 8) != 0) return;
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    // Looks into the libraries that this one needs as well.
    struct { const char *name; void *function; } wanted[] = {
#define SYMBOL(name) {#name, &openssl.name}
        SYMBOL(SSL_CTX_clear_options), SYMBOL(SSL_get_rbio), SYMBOL(BIO_set_callback_ex),
#undef SYMBOL
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *address = dlsym(library, wanted[i].name);
        memcpy(wanted[i].function, &address, sizeof address);
    }
}

static void load(void) {
    problem = flow_library_load("libcurl.so.4", symbols, sizeof symbols / sizeof *symbols);
    if (!problem) problem = age();
    // Once for all that use it, as older versions can't be started by two threads at a time.
    if (!problem && libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        problem = "the library libcurl.so.4 could not be started";
    if (!problem) find_openssl();
}

// What makes something of libcurl asks this first; the rest is only called with what those made.
const char *flow_curl_problem(void) {
    pthread_once(&once, load);
    return problem;
}

CURL *curl_easy_init(void) { return flow_curl_problem() ? NULL : libcurl.easy_init(); }
void curl_easy_cleanup(CURL *handle) { libcurl.easy_cleanup(handle); }
void curl_easy_reset(CURL *handle) { libcurl.easy_reset(handle); }
CURLcode curl_easy_perform(CURL *handle) { return libcurl.easy_perform(handle); }
CURLcode curl_easy_send(CURL *handle, const void *bytes, size_t size, size_t *sent) { return libcurl.easy_send(handle, bytes, size, sent); }
CURLcode curl_easy_recv(CURL *handle, void *bytes, size_t size, size_t *received) { return libcurl.easy_recv(handle, bytes, size, received); }
const char *curl_easy_strerror(CURLcode code) { return libcurl.easy_strerror(code); }
void curl_free(void *memory) { libcurl.free(memory); }
CURLM *curl_multi_init(void) { return flow_curl_problem() ? NULL : libcurl.multi_init(); }
CURLMcode curl_multi_cleanup(CURLM *multi) { return libcurl.multi_cleanup(multi); }
CURLMcode curl_multi_add_handle(CURLM *multi, CURL *handle) { return libcurl.multi_add_handle(multi, handle); }
CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *handle) { return libcurl.multi_remove_handle(multi, handle); }
CURLMcode curl_multi_perform(CURLM *multi, int *running) { return libcurl.multi_perform(multi, running); }
CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd fds[], unsigned int count, int timeout, int *ready) { return libcurl.multi_poll(multi, fds, count, timeout, ready); }
CURLMsg *curl_multi_info_read(CURLM *multi, int *left) { return libcurl.multi_info_read(multi, left); }
CURLSH *curl_share_init(void) { return flow_curl_problem() ? NULL : libcurl.share_init(); }
CURLSHcode curl_share_cleanup(CURLSH *share) { return libcurl.share_cleanup(share); }
struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) { return flow_curl_problem() ? NULL : libcurl.slist_append(list, text); }
void curl_slist_free_all(struct curl_slist *list) { libcurl.slist_free_all(list); }
CURLU *curl_url(void) { return flow_curl_problem() ? NULL : libcurl.url(); }
void curl_url_cleanup(CURLU *url) { libcurl.url_cleanup(url); }
// Under a name of its own for the compiler: some versions of libcurl declare the URL as const, some don't.
CURLUcode flow_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) __asm__("curl_url_get");
CURLUcode flow_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) {
    return libcurl.url_get(url, part, text, flags);
}
CURLUcode curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) { return libcurl.url_set(url, part, text, flags); }

// SSL_OP_NO_TICKET, which libcurl sets.
static const uint64_t no_ticket = 1 << 14;

static CURLcode take_tickets(CURL *handle, void *tls, void *context) {
    openssl.SSL_CTX_clear_options(tls, no_ticket);
    return CURLE_OK;
}

void flow_set_tickets(CURL *handle) {
    if (openssl.SSL_CTX_clear_options) curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, (void *)take_tickets);
}

// BIO_CB_CTRL | BIO_CB_RETURN and BIO_CTRL_EOF.
enum { asked = 0x06 | 0x80, whether_ended = 2 };

// OpenSSL asks where nothing came and nothing is to be waited for. libcurl says no whatever the truth is, so that it
// knows of no end (libcurl's issue 17471).
static long say_ended(
    void *bio, int operation, const char *bytes, size_t size, int argument, long number, int result, size_t *count) {
    return operation == asked && argument == whether_ended ? 1 : result;
}

void flow_need_orderly_end(CURL *handle) {
    struct curl_tlssessioninfo *tls = NULL;
    if (!openssl.SSL_get_rbio || !openssl.BIO_set_callback_ex) return;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls || !tls->internals) return;
    void *bio = openssl.SSL_get_rbio(tls->internals);
    if (bio) openssl.BIO_set_callback_ex(bio, say_ended);
}

int flow_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Every argument that these take is a long, a pointer or a curl_off_t: eight bytes in a general register on the 64-bit
// Linux systems that flowctl is for, so one type stands for all.
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "one register each");

CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return libcurl.easy_setopt(handle, option, argument);
}

CURLcode curl_easy_getinfo(CURL *handle, CURLINFO option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return libcurl.easy_getinfo(handle, option, argument);
}

CURLMcode curl_multi_setopt(CURLM *handle, CURLMoption option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return libcurl.multi_setopt(handle, option, argument);
}

CURLSHcode curl_share_setopt(CURLSH *handle, CURLSHoption option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return libcurl.share_setopt(handle, option, argument);
}

#pragma GCC visibility pop
