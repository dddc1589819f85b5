/// Cuts a statement into what is left alone and what stands for values.
struct SQLReader {
    enum Piece {
        case text(ArraySlice<UInt8>)
        /// `$2` with its number, or `?`.
        case value(Int?, ArraySlice<UInt8>)
        /// `:name`
        case name(String, ArraySlice<UInt8>)
    }

    private let bytes: [UInt8]
    private let dialect: SQLDialect
    private var position = 0

    init(_ text: String, _ dialect: SQLDialect) {
        bytes = Array(text.utf8)
        self.dialect = dialect
    }

    mutating func next() -> Piece? {
        let start = position
        while position < bytes.count {
            if let end = endOfQuoted {
                position = end
                continue
            }
            if let (piece, end) = placeholder {
                guard position == start else { return .text(bytes[start..<position]) }
                position = end
                return piece
            }
            // `::` and `:=` are no names, nor is what follows them.
            position += byte(0) == ":" && (byte(1) == ":" || byte(1) == "=") ? 2 : 1
        }
        return start < position ? .text(bytes[start..<position]) : nil
    }

    private func byte(_ offset: Int) -> Character? {
        let index = position + offset
        return bytes.indices.contains(index) ? Character(Unicode.Scalar(bytes[index])) : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    /// Whether a name, number or bracket ends right before here, so that a colon is that of a slice.
    private var isBehindWord: Bool {
        guard position > 0 else { return false }
        let before = bytes[position - 1]
        return Self.isWord(before) || ")]\"".utf8.contains(before)
    }

    private func endOfWord(from start: Int) -> Int {
        bytes[start...].firstIndex { !Self.isWord($0) } ?? bytes.count
    }

    private var placeholder: (Piece, Int)? {
        switch (byte(0), dialect.placeholder) {
        case ("?", .questionMark): return (.value(nil, bytes[position...position]), position + 1)
        case ("$", .numbered):
            guard !isBehindWord else { return nil }
            let end = endOfWord(from: position + 1)
            guard let number = Int(String(decoding: bytes[(position + 1)..<end], as: UTF8.self)) else { return nil }
            return (.value(number, bytes[position..<end]), end)
        case (":", _):
            let end = endOfWord(from: position + 1)
            guard !isBehindWord, end > position + 1, byte(1)?.isNumber == false else { return nil }
            return (.name(String(decoding: bytes[(position + 1)..<end], as: UTF8.self), bytes[position..<end]), end)
        default: return nil
        }
    }

    /// Behind the text, name or comment that begins here; nil where none does.
    private var endOfQuoted: Int? {
        switch byte(0) {
        case "'": return end(of: "'", escapes: dialect.hasBackslashEscapes || isEscapeString)
        case "\"": return end(of: "\"", escapes: dialect.hasBackslashEscapes)
        case "`" where dialect.nameQuote == "`": return end(of: "`", escapes: false)
        case "#" where dialect.hasHashComments: return endOfLine
        case "-" where byte(1) == "-":
            // MySQL wants a space behind them, else they are two signs.
            guard dialect.hasHashComments, let next = byte(2), !next.isWhitespace else { return endOfLine }
            return nil
        case "/" where byte(1) == "*": return endOfComment
        case "$" where dialect.hasDollarQuotes && !isBehindWord: return endOfDollarQuoted
        default: return nil
        }
    }

    /// `E'…'`
    private var isEscapeString: Bool {
        guard position > 0, bytes[position - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return position == 1 || !Self.isWord(bytes[position - 2])
    }

    /// A quote that is doubled is passed over twice, as if two texts stood side by side.
    private func end(of quote: Character, escapes: Bool) -> Int {
        var index = position + 1
        while index < bytes.count {
            if escapes, bytes[index] == UInt8(ascii: "\\") {
                index += 2
            } else if bytes[index] == quote.asciiValue {
                return index + 1
            } else {
                index += 1
            }
        }
        return bytes.count
    }

    private var endOfLine: Int { bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count }

    private var endOfComment: Int {
        var depth = 0
        var index = position
        while index + 1 < bytes.count {
            switch (bytes[index], bytes[index + 1]) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")) where depth == 0 || dialect.hasDollarQuotes:
                depth += 1
                index += 2
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                index += 2
                if depth == 0 { return index }
            default: index += 1
            }
        }
        return bytes.count
    }

    /// `$$ … $$`, `$tag$ … $tag$`
    private var endOfDollarQuoted: Int? {
        let end = endOfWord(from: position + 1)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$"), byte(1)?.isNumber == false else { return nil }
        let mark = bytes[position...end]
        var index = end + 1
        while index + mark.count <= bytes.count {
            if bytes[index..<(index + mark.count)] == mark { return index + mark.count }
            index += 1
        }
        return bytes.count
    }
}

extension SQLReader {
    /// A statement with spaces in place of its comments and dots in place of what is in quotes, as many bytes as before,
    /// for code that looks for its words.
    static func skeleton(of text: String, _ dialect: SQLDialect) -> [UInt8] {
        var reader = SQLReader(text, dialect)
        var skeleton = reader.bytes
        while reader.position < skeleton.count {
            guard let end = reader.endOfQuoted else {
                reader.position += 1
                continue
            }
            let isText = ["'", "\"", "`", "$"].contains(reader.byte(0))
            for index in reader.position..<end { skeleton[index] = UInt8(ascii: isText ? "." : " ") }
            reader.position = end
        }
        return skeleton
    }
}
