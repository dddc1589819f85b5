#pragma once

#include <stdbool.h>
#include <stddef.h>

// The Mustache library kainjow/mustache (header-only C++) behind C functions: a tree of data is built, then a template
// is rendered with it. Nothing here throws; a NULL tree, where memory is short, is passed over.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct flow_mustache_data flow_mustache_data;

flow_mustache_data *flow_mustache_text(const unsigned char *bytes, size_t count);
flow_mustache_data *flow_mustache_bool(bool value);
/// Prints nothing, and opens no section.
flow_mustache_data *flow_mustache_nothing(void);
flow_mustache_data *flow_mustache_list(void);
flow_mustache_data *flow_mustache_map(void);

/// Both take `item` over.
void flow_mustache_append(flow_mustache_data *list, flow_mustache_data *item);
void flow_mustache_set(flow_mustache_data *map, const char *name, flow_mustache_data *item);

void flow_mustache_free(flow_mustache_data *data);

/// `text` of `count` bytes, or why there is none: one of the others.
typedef struct {
    char *text;
    size_t count;
    char *error;
    /// A name that is printed but not in the data.
    char *missing;
    /// A name that is printed but stands for a list or a map.
    char *unprintable;
} flow_mustache_result;

/// `sections`: the names the template asks for with # or ^, separated by line feeds; these may be missing.
flow_mustache_result flow_mustache_render(
    const char *source, const flow_mustache_data *data, bool escape_html, const char *sections);

void flow_mustache_result_free(flow_mustache_result *result);

#ifdef __cplusplus
}
#endif
