/// An INSERT that may be sent with many rows at once: `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`.
struct MySQLInsert {
    /// Up to the first row.
    private let head: String
    private let row: String
    /// What follows the last row.
    private let tail: String
    /// How many values a row has.
    let width: Int

    /// - Parameters:
    ///   - table: quoted.
    ///   - names: of the columns, quoted, with commas between them.
    init(table: String, names: String, width: Int) {
        head = "INSERT INTO \(table) (\(names)) VALUES "
        row = "(" + Array(repeating: "?", count: width).joined(separator: ", ") + ")"
        tail = ""
        self.width = width
    }

    /// A statement that a user wrote for one row; nil where it isn't such an INSERT, or where many rows at once could be
    /// something else than one after the other.
    init?(_ sql: String) {
        var tokens = MySQLTokens(sql)
        guard let first = tokens.next(), first.isWord("insert") || first.isWord("replace") else { return nil }
        while let token = tokens.next(), !token.isWord("values"), !token.isWord("value") {
            guard token.mayStandInHead else { return nil }
        }
        guard let open = tokens.next(), open.isMark("(") else { return nil }
        var depth = 1
        var width = 0
        while depth > 0 {
            guard let token = tokens.next(), token.isIndependent else { return nil }
            if token.isMark("(") { depth += 1 }
            if token.isMark(")") { depth -= 1 }
            if token.isMark("?") { width += 1 }
        }
        guard width > 0 else { return nil }
        let end = tokens.position
        if let next = tokens.next() {
            guard next.isWord("on") else { return nil }
            while let token = tokens.next() {
                guard token.isIndependent, !token.isMark("?"), !token.isMark(";"), !token.isWord("returning") else {
                    return nil
                }
            }
        }
        let start = open.start
        head = String(sql[..<start])
        row = String(sql[start..<end])
        tail = String(sql[end...])
        self.width = width
    }

    func text(rows: Int) -> String { head + Array(repeating: row, count: rows).joined(separator: ", ") + tail }
}

extension MySQLTokens.Token {
    /// Whether it may stand before the values of an INSERT: none of the other forms, no placeholder.
    fileprivate var mayStandInHead: Bool {
        !isWord("select") && !isWord("set") && !isWord("with") && !isMark("?") && !isMark(";")
    }

    /// Whether what it means in a row does not depend on the rows before.
    fileprivate var isIndependent: Bool { !isWord("select") && !isWord("last_insert_id") && !isMark("@") }
}

/// The words and marks of a statement. Comments and spaces are passed over.
struct MySQLTokens {
    struct Token {
        let text: Substring
        /// Whether it is a string, or a name in quotes.
        let isQuoted: Bool

        var start: String.Index { text.startIndex }
        func isWord(_ word: String) -> Bool { !isQuoted && text.lowercased() == word }
        func isMark(_ mark: Character) -> Bool { !isQuoted && text.count == 1 && text.first == mark }
    }

    private let text: String
    private(set) var position: String.Index

    init(_ text: String) {
        self.text = text
        position = text.startIndex
    }

    mutating func next() -> Token? {
        skipSpace()
        let start = position
        guard let first = take() else { return nil }
        switch first {
        case "'", "\"", "`":
            skipString(first)
            return Token(text: text[start..<position], isQuoted: true)
        case _ where Self.isOfWord(first):
            while let next = peek(), Self.isOfWord(next) { take() }
            return Token(text: text[start..<position], isQuoted: false)
        default: return Token(text: text[start..<position], isQuoted: false)
        }
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "$" || scalar.value >= 0x80 || scalar.properties.isAlphabetic
            || ("0"..."9").contains(scalar)
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        let rest = text.unicodeScalars[position...]
        return rest.dropFirst(offset).first
    }

    @discardableResult private mutating func take() -> Unicode.Scalar? {
        guard let scalar = peek() else { return nil }
        position = text.unicodeScalars.index(after: position)
        return scalar
    }

    /// A doubled quote ends a string and begins the next one, which does no harm.
    private mutating func skipString(_ quote: Unicode.Scalar) {
        while let scalar = take(), scalar != quote {
            if scalar == "\\", quote != "`" { take() }
        }
    }

    private mutating func skipSpace() {
        while let scalar = peek() {
            if scalar.properties.isWhitespace {
                take()
            } else if scalar == "#" || scalar == "-" && peek(1) == "-" && peek(2)?.properties.isWhitespace != false {
                while let next = take(), next != "\n" {}
            } else if scalar == "/", peek(1) == "*", peek(2) != "!" {
                take()
                take()
                while let next = take(), next != "*" || peek() != "/" {}
                take()
            } else {
                return
            }
        }
    }
}
