#pragma once
#include <postgresql/libpq-fe.h>

/// Loads libpq from the file that is named. Nothing of it may be called before this has said yes.
///
/// What libpq would take from variables of the process is taken out of them: a credential says all there is to say.
///
/// Returns NULL, or why it can't be used, as words for a message. Calls from several threads must be kept apart.
const char *flow_postgresql_load(const char *file);
