/// Statements that ask a server what it holds.
struct SQLCatalog: Sendable {
    /// Gives `schema`, `name` and `kind` (`table`, `view` and the like) of all tables of the schema that is its first
    /// value; where that is null, of all that are not the server's own.
    var tables: String
    /// Gives `name`, `type`, `nullable` (true or false), `default` and `key` (the place in the primary key from 1, or
    /// null) of the columns, in order, of the table whose schema and name are its values; a null schema is the one that
    /// is looked in where none is written.
    var columns: String
    /// Gives `index` and `column` of all unique indexes of such a table; nil where the server itself refuses to update
    /// rows by what is not unique.
    var uniqueColumns: String?
}
