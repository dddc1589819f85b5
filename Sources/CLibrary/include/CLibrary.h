#pragma once
#include <stddef.h>

/// A function that a library must have.
typedef struct {
    const char *name;
    /// The pointer that shall lead to it.
    void *pointer;
} flow_symbol;

/// Loads a library and finds the functions, in it and in those it needs itself.
///
/// The pointers are set together, once all functions are found; calls that set the same ones must be kept apart.
///
/// Returns NULL, or why the library can't be used, as words for a message that stay for ever.
const char *flow_library_load(const char *file, const flow_symbol *symbols, size_t count);
