#pragma once
#include <sqlite3.h>

/// Binds text that SQLite copies; `SQLITE_TRANSIENT` is a cast pointer that Swift does not import.
int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 length);
/// Binds bytes that SQLite copies; zero bytes are an empty blob, not NULL.
int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length);
/// The magic number of the file system a path is on, as statfs(2) has it, which Swift's Glibc leaves out; 0 where there
/// is none.
long csqlite_file_system_type(const char *path);
