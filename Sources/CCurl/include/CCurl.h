#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/// Why libcurl can't be used, as words for a message; NULL where it can. It is loaded by the first call; nothing else
/// of it may be called before, nor where this says no.
const char *flow_curl_problem(void);

/// A descriptor that wakes who polls it: 8 bytes written make it readable, 8 bytes read put that back. -1 and `errno`
/// where there is none.
int flow_wake_descriptor(void);

/// Has TLS 1.2 sessions resumed by tickets as well. libcurl asks for session ids alone, which many servers, nginx as it
/// comes among them, give out and don't know again.
void flow_set_tickets(CURL *handle);

/// Has the transfer that is on its way fail where its connection ends without the alert with which TLS says that this
/// was all (RFC 8446, 6.1). libcurl 7.87 to 8.14 takes such an end for that of an answer without a length.
void flow_need_orderly_end(CURL *handle);

// Swift cannot call C functions with variable arguments: one shim for each type of argument that is used.

typedef size_t (*flow_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*flow_seek_callback)(void *context, curl_off_t offset, int origin);
typedef int (*flow_progress_callback)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
typedef curl_socket_t (*flow_socket_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*flow_prerequest_callback)(void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode flow_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode flow_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

/// libcurl copies the text, but for CURLOPT_POSTFIELDS.
static inline CURLcode flow_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode flow_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode flow_set_headers(CURL *handle, struct curl_slist *list) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
}

/// Copies `size` bytes, which may hold zeros.
static inline CURLcode flow_set_body(CURL *handle, const void *bytes, size_t size) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, size ? bytes : "");
}

/// Has certificates checked by those of a file and no others.
static inline void flow_set_authorities(CURL *handle, const char *file) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, file);
    // Else the folder of the system's that libcurl was built with would be asked, too.
    curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
}

/// Copies `size` bytes.
static inline CURLcode flow_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t size) {
    struct curl_blob blob = {.data = (void *)bytes, .len = size, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

/// What is PEM stays in memory: a key from the vault never gets near the disk. Anything else is the path of a file.
static inline void flow_set_pem(CURL *handle, const char *text, bool is_pem, CURLoption path, CURLoption blob) {
    if (is_pem)
        flow_set_blob(handle, blob, text, strlen(text));
    else
        curl_easy_setopt(handle, path, text);
}

/// The certificate that says who asks, and its key.
static inline void flow_set_certificate(
    CURL *handle, const char *certificate, bool certificate_is_pem, const char *key, bool key_is_pem) {
    flow_set_pem(handle, certificate, certificate_is_pem, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB);
    flow_set_pem(handle, key, key_is_pem, CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB);
    // Else OpenSSL would ask for the pass phrase of a key that has one on the terminal.
    curl_easy_setopt(handle, CURLOPT_KEYPASSWD, "");
}

/// Has TLS 1.2 or later spoken, and certificates checked by the system's authorities, or those of `authorities`. Those of
/// `proxy_authorities` count beside the system's, as who runs the server need not run the proxy. NULL and an empty text
/// as `proxy` mean none, also where the environment names one; and a proxy that is given is used, also where the
/// environment exempts the host.
static inline void flow_set_way(
    CURL *handle, const char *proxy, const char *authorities, const char *proxy_authorities) {
    curl_easy_setopt(handle, CURLOPT_PROXY, proxy ? proxy : "");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (authorities) flow_set_authorities(handle, authorities);
    if (proxy_authorities) curl_easy_setopt(handle, CURLOPT_PROXY_CAINFO, proxy_authorities);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
}

static inline void flow_set_reader(CURL *handle, flow_data_callback read, flow_seek_callback seek, void *context) {
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, context);
}

static inline void flow_set_writer(CURL *handle, flow_data_callback header, flow_data_callback body, void *context) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline void flow_set_opener(CURL *handle, flow_socket_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
}

static inline void flow_set_prerequest(CURL *handle, flow_prerequest_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

/// Has `callback` asked about once a second whether to go on; anything but 0 ends the transfer.
static inline void flow_set_progress(CURL *handle, flow_progress_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

/// The socket of the connection that the handle used last; CURL_SOCKET_BAD where that is closed.
static inline curl_socket_t flow_active_socket(CURL *handle) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? socket : CURL_SOCKET_BAD;
}

/// What every handle is told: no signals, and a transfer that ends while its host's name is being looked up leaves that to
/// the thread that does it. Else libcurl would wait for that thread, which the system may keep for many seconds, and with
/// it all other transfers. Before 7.87 it can't be told.
static inline void flow_set_common(CURL *handle) {
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#endif
}

/// `mask` is for libcurl before 7.85, which may be older than the one that flowctl was built with and takes no names.
static inline CURLcode flow_set_protocols(CURL *handle, const char *names, long mask) {
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, names);
    if (code != CURLE_UNKNOWN_OPTION) return code;
#endif
    // CURLOPT_PROTOCOLS, by its number, as newer headers warn of its name.
    return curl_easy_setopt(handle, (CURLoption)(CURLOPTTYPE_LONG + 181), mask);
}

/// Lets the handle speak http and https, and nothing else that libcurl can.
static inline CURLcode flow_set_http_only(CURL *handle) {
    return flow_set_protocols(handle, "http,https", CURLPROTO_HTTP | CURLPROTO_HTTPS);
}

/// Lets the handle speak the protocols of mail, and nothing else that libcurl can.
static inline CURLcode flow_set_mail_only(CURL *handle) {
    return flow_set_protocols(
        handle, "imap,imaps,smtp,smtps", CURLPROTO_IMAP | CURLPROTO_IMAPS | CURLPROTO_SMTP | CURLPROTO_SMTPS);
}

static inline long flow_info_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline curl_off_t flow_info_offset(CURL *handle, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline void *flow_info_private(CURL *handle) {
    char *value = NULL;
    return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode flow_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// What share holds is used by one thread only, so it needs no locks.
static inline void flow_share_tls_sessions(CURLSH *share) {
    curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}
