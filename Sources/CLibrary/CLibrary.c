// Libraries that are loaded when something first needs them, so that flowctl starts without them and runs where they are
// not installed (docs/decisions/0005-libcurl-on-first-use.md).

#define _GNU_SOURCE
#include "CLibrary.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const char *flow_library_load(const char *file, const flow_symbol *symbols, size_t count) {
    char *words;
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) return asprintf(&words, "the library %s is not there", file) < 0 ? "a library is not there" : words;
    for (size_t i = 0; i < count; i++) {
        if (dlsym(library, symbols[i].name)) continue;
        int length = asprintf(&words, "the library %s has no %s", file, symbols[i].name);
        dlclose(library);
        return length < 0 ? "a library is too old" : words;
    }
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, symbols[i].name);
        memcpy(symbols[i].pointer, &address, sizeof address);
    }
    return NULL;
}
