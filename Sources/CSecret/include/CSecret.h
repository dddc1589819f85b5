#pragma once
#include <stdbool.h>

/// The keyring of the user's session (the Secret Service of freedesktop.org), through libsecret, which is loaded by the
/// first call.
enum flow_secret_result {
    FLOW_SECRET_DONE,
    /// There is none of that name.
    FLOW_SECRET_NONE,
    /// The keyring is locked, and nobody was there to unlock it.
    FLOW_SECRET_LOCKED,
    /// The library is missing, or says what is wrong.
    FLOW_SECRET_FAILED,
};

/// - secret: set where there is one; flow_secret_free it.
/// - problem: words for a message, set with FLOW_SECRET_FAILED; free() it.
enum flow_secret_result flow_secret_lookup(const char *vault, bool may_ask, char **secret, char **problem);
enum flow_secret_result flow_secret_store(const char *vault, const char *label, const char *secret, char **problem);
enum flow_secret_result flow_secret_clear(const char *vault, char **problem);

/// Overwrites it first.
void flow_secret_free(char *secret);
