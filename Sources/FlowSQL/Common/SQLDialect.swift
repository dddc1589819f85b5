/// How a server's SQL differs from that of others, as far as its text is looked at or made here.
struct SQLDialect: Sendable, Hashable {
    /// How a statement says where its values stand.
    enum Placeholder: Sendable, Hashable {
        /// `$1`
        case numbered
        /// `?`
        case questionMark
    }

    var placeholder: Placeholder
    /// What stands around names, doubled inside them.
    var nameQuote: Character
    /// Whether a backslash keeps the quote after it from ending a string, without an `E` before the string.
    var hasBackslashEscapes: Bool
    /// Whether `#` begins a comment.
    var hasHashComments: Bool
    /// Whether `$tag$ … $tag$` is a string, and comments nest.
    var hasDollarQuotes: Bool

    static let postgreSQL = SQLDialect(
        placeholder: .numbered, nameQuote: "\"", hasBackslashEscapes: false, hasHashComments: false,
        hasDollarQuotes: true)
    static let mySQL = SQLDialect(
        placeholder: .questionMark, nameQuote: "`", hasBackslashEscapes: true, hasHashComments: true,
        hasDollarQuotes: false)

    func quoted(_ name: String) -> String {
        let quote = String(nameQuote)
        return quote
            + name.split(separator: nameQuote, omittingEmptySubsequences: false).joined(separator: quote + quote)
            + quote
    }

    func quoted(_ name: SQLName) -> String { name.parts.map(quoted).joined(separator: ".") }
}

/// The name of a table, perhaps with the schema or database it is in: `sales.orders`.
struct SQLName: Sendable, Hashable {
    var parts: [String]

    init(_ text: String) { parts = text.split(separator: ".").map(String.init) }
}
