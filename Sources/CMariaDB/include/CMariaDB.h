#pragma once
#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>
#include <mariadb/mysqld_error.h>
#include <stdbool.h>
#include <stddef.h>

/// Loads the library from the file that is named. Nothing of it may be called before this has said yes.
///
/// Returns NULL, or why it can't be used, as words for a message. Calls from several threads must be kept apart.
const char *flow_mariadb_load(const char *file);

/// Sets an option that is a number.
static inline int flow_mariadb_set_number(MYSQL *connection, enum mysql_option option, unsigned int value) {
    return mysql_options(connection, option, &value);
}

/// Sets an option that is on or off.
static inline int flow_mariadb_set_flag(MYSQL *connection, enum mysql_option option, bool value) {
    my_bool flag = value;
    return mysql_options(connection, option, &flag);
}

/// The library copies the text.
static inline int flow_mariadb_set_text(MYSQL *connection, enum mysql_option option, const char *value) {
    return mysql_options(connection, option, value);
}

/// Whether a column has `name` for its format or its type, as MariaDB says of what it keeps as text: "json", "uuid".
static inline bool flow_mariadb_field_is(const MYSQL_FIELD *field, enum mariadb_field_attr_t attribute,
                                         const char *name) {
    MARIADB_CONST_STRING text;
    return mariadb_field_attr(&text, field, attribute) == 0 && text.length == __builtin_strlen(name)
        && __builtin_memcmp(text.str, name, text.length) == 0;
}
