#include "CCatalog.h"

// The list is made by scripts/embed-catalog: byte arrays, then `catalog_list` over them.
#include "catalog.list.h"

const struct catalog_entry *catalog_entries(size_t *count) {
    *count = sizeof(catalog_list) / sizeof(catalog_list[0]);
    return catalog_list;
}
