#pragma once
#include <stddef.h>

/// Bytes that the kernel keeps for a time, under a name, for all processes of this user (keyrings(7)).
///
/// Results are 0, or the number of an error.
int flow_keyring_keep(const char *name, const void *bytes, size_t size, unsigned int seconds);
int flow_keyring_forget(const char *name);

/// Returns the size, or the number of an error below zero.
long flow_keyring_read(const char *name, void *bytes, size_t room);
