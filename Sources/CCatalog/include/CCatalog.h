#pragma once

#include <stddef.h>

/// A file of the source tree that is part of the binary.
struct catalog_entry {
    /// Its path from the root of the tree, such as `connectors/slack.yaml`.
    const char *path;
    const unsigned char *bytes;
    size_t length;
    /// For a connector, the names of its operations, sorted, with a space between; empty for other files.
    const char *names;
};

/// All entries in the order of their paths; their number goes to `count`.
const struct catalog_entry *catalog_entries(size_t *count);
