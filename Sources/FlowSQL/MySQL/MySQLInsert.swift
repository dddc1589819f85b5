/// An INSERT that may be sent with many rows at once: `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`.
struct MySQLInsert {
    /// Up to the first row.
    private let head: String
    private let row: String
    /// What follows the last row.
    private let tail: String
    /// How many values a row has.
    let width: Int
    /// Whether a row has values besides those that are given, such as NULL or NULLIF(?, '').
    let hasOwnValues: Bool

    /// - Parameters:
    ///   - table: quoted.
    ///   - names: of the columns, quoted, with commas between them.
    init(table: String, names: String, width: Int) {
        head = "INSERT INTO \(table) (\(names)) VALUES "
        row = "(" + Array(repeating: "?", count: width).joined(separator: ", ") + ")"
        tail = ""
        self.width = width
        hasOwnValues = false
    }

    /// A statement that a user wrote for one row; nil where it isn't such an INSERT, or where many rows at once could be
    /// something else than one after the other.
    init?(_ sql: String) {
        // What stands in such a comment is code.
        guard !sql.contains("/*!"), !sql.contains("/*M!") else { return nil }
        var words = SQLWords(sql, MySQL.dialect)
        guard let first = words.next(), first == "insert" || first == "replace" else { return nil }
        while let word = words.next(), word != "values", word != "value" {
            // The other forms of it.
            guard !["select", "set", "with", "?", ";"].contains(word) else { return nil }
        }
        guard words.next() == "(" else { return nil }
        let start = words.position - 1
        var depth = 1
        var width = 0
        var hasOwnValues = false
        while depth > 0 {
            guard let word = words.next(), !Self.dependsOnRowsBefore(word) else { return nil }
            if word == "(" { depth += 1 }
            if word == ")" { depth -= 1 }
            if word == "?" { width += 1 }
            if !["(", ")", ",", "?"].contains(word) { hasOwnValues = true }
        }
        guard width > 0 else { return nil }
        let end = words.position
        if let next = words.next() {
            guard next == "on" else { return nil }
            while let word = words.next() {
                guard !Self.dependsOnRowsBefore(word), !["?", ";", "returning"].contains(word) else { return nil }
            }
        }
        let bytes = Array(sql.utf8)
        head = String(decoding: bytes[..<start], as: UTF8.self)
        row = String(decoding: bytes[start..<end], as: UTF8.self)
        tail = String(decoding: bytes[end...], as: UTF8.self)
        self.width = width
        self.hasOwnValues = hasOwnValues
    }

    private static func dependsOnRowsBefore(_ word: String) -> Bool {
        ["select", "last_insert_id", "@"].contains(word)
    }

    func text(rows: Int) -> String { head + Array(repeating: row, count: rows).joined(separator: ", ") + tail }
}
