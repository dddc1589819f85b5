#pragma once

#include <stddef.h>

/// The time zones of the tz database, packed as scripts/embed-reference says. They lie in the binary and are read where
/// they are looked at only.
const unsigned char *reference_zones(size_t *length);

/// The scripts of Unicode with their ranges, as text that scripts/embed-reference wrote.
const unsigned char *reference_scripts(size_t *length);
