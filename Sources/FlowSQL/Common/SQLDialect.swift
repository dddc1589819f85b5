import FlowCore

/// How a server's SQL differs from that of others, as far as its text is looked at or made here.
struct SQLDialect: Sendable, Hashable {
    /// How a statement says where its values stand.
    enum Placeholder: Sendable, Hashable {
        /// `$1`
        case numbered
        /// `?`
        case questionMark
    }

    /// What an INSERT says to update a row that is there.
    enum Upsert: Sendable, Hashable { case onConflict, onDuplicateKey }

    var placeholder: Placeholder
    var upsert: Upsert
    /// What stands around names, doubled inside them.
    var nameQuote: Unicode.Scalar
    /// Whether a backslash keeps the quote after it from ending a string, without an `E` before the string.
    var hasBackslashEscapes: Bool
    /// Whether `#` begins a comment.
    var hasHashComments: Bool
    /// Whether `$tag$ … $tag$` is a string, and comments nest.
    var hasDollarQuotes: Bool

    static let postgreSQL = SQLDialect(
        placeholder: .numbered, upsert: .onConflict, nameQuote: "\"", hasBackslashEscapes: false,
        hasHashComments: false,
        hasDollarQuotes: true)
    static let mySQL = SQLDialect(
        placeholder: .questionMark, upsert: .onDuplicateKey, nameQuote: "`", hasBackslashEscapes: true,
        hasHashComments: true,
        hasDollarQuotes: false)

    func quoted(_ name: String) -> String { name.asSQLName(quotedBy: nameQuote) }

    /// A statement that inserts a row, or updates the one that has the same key.
    func upsert(into table: SQLName, _ columns: [String], key: [String]) -> String {
        let names = columns.map(quoted)
        let others = columns.filter { !key.contains($0) }.map(quoted)
        let places = columns.indices.map { placeholder == .numbered ? "$\($0 + 1)" : "?" }
        let insert =
            "INSERT INTO \(quoted(table)) (\(names.joined(separator: ", ")))"
            + " VALUES (\(places.joined(separator: ", ")))"
        switch upsert {
        case .onConflict:
            let target = " ON CONFLICT (\(key.map(quoted).joined(separator: ", "))) DO "
            let changes = others.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
            return insert + target + (others.isEmpty ? "NOTHING" : "UPDATE SET \(changes)")
        case .onDuplicateKey:
            // It must change something; a key that is set to itself does not.
            let changed = others.isEmpty ? key.map(quoted) : others
            return insert + " ON DUPLICATE KEY UPDATE "
                + changed.map { "\($0) = VALUES(\($0))" }.joined(separator: ", ")
        }
    }

    func quoted(_ name: SQLName) -> String { name.parts.map(quoted).joined(separator: ".") }
}

/// The name of a table, perhaps with the schema or database it is in: `sales.orders`.
struct SQLName: Sendable, Hashable {
    var parts: [String]

    /// - Parameter text: a part with a dot in it stands in the quotes that the server has for names.
    init(_ text: String, _ dialect: SQLDialect) { parts = text.sqlNameParts(quotedBy: dialect.nameQuote) }

    var text: String { parts.joined(separator: ".") }

    /// Schema, or null, and name, as statements of ``SQLCatalog`` take them.
    var values: [Value] {
        [parts.count > 1 ? .string(parts[parts.count - 2]) : .null, .string(parts.last ?? "")]
    }

    /// Runs `body`, whose statements have the names of tables and columns in quotes: what is missing is not to be quoted.
    static func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var failure as Failure {
            if let hint = PostgreSQLFailure.hintsForQuotedNames[failure.code ?? ""] { failure.hint = hint }
            throw failure
        }
    }
}
