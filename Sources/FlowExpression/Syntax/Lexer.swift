import FlowCore

/// Cuts the text of an expression into tokens, by the lexis of the CEL specification.
struct Lexer {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ text: String) { self.init(Array(text.utf8), at: 0) }

    init(_ bytes: [UInt8], at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The next token; `end` again and again after the last.
    mutating func next() throws(SyntaxFault) -> Token {
        skipBlanks()
        guard position < bytes.count else { return Token(kind: .end, range: bytes.count..<bytes.count) }
        let start = position
        let byte = bytes[position]
        if let token = try stringLiteral() { return token }
        if Lexer.startsName(byte) {
            while position < bytes.count, Lexer.continuesName(bytes[position]) { position += 1 }
            return token(.identifier(text(start..<position)), from: start)
        }
        if Lexer.isDigit(byte) || (byte == UInt8(ascii: ".") && Lexer.isDigit(peek(1))) { return try number() }
        if byte == UInt8(ascii: "`") { return try quotedName() }
        for length in [2, 1] where start + length <= bytes.count {
            if let symbol = Token.Symbol(rawValue: text(start..<start + length)) {
                position += length
                return token(.symbol(symbol), from: start)
            }
        }
        throw unexpectedCharacter(at: start)
    }

    private func token(_ kind: Token.Kind, from start: Int) -> Token { Token(kind: kind, range: start..<position) }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func peek(_ ahead: Int) -> UInt8 { position + ahead < bytes.count ? bytes[position + ahead] : 0 }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }

    private func unexpectedCharacter(at start: Int) -> SyntaxFault {
        var end = start + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        let shown = text(start..<end)
        let hint: String? =
            switch shown {
            case "=": "compare with \"==\""
            case "&": "write \"&&\""
            case "|": "write \"||\""
            case "$" where bytes[end...].starts(with: "{{".utf8):
                "leave the inner ${{ }} out: the whole text is one expression already"
            case "$": "a variable of the environment is env.NAME, where the file says env: { NAME: { from: NAME } }"
            default: nil
            }
        return SyntaxFault(
            message: "unexpected character \"\(shown)\" in an expression", hint: hint, range: start..<end)
    }
}

// MARK: - Names

extension Lexer {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    static func startsName(_ byte: UInt8) -> Bool {
        (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == UInt8(ascii: "_")
    }

    static func continuesName(_ byte: UInt8) -> Bool { startsName(byte) || isDigit(byte) }

    private mutating func quotedName() throws(SyntaxFault) -> Token {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "`") {
            let byte = bytes[position]
            let isAllowed = Lexer.continuesName(byte) || "-./ ".utf8.contains(byte)
            guard isAllowed else {
                throw SyntaxFault(
                    message: "a name in backticks holds letters, digits, \"_\", \"-\", \".\", \"/\" and spaces only",
                    hint: "select other keys with [\"…\"]", range: position..<position + 1)
            }
            position += 1
        }
        guard position < bytes.count, position > start + 1 else {
            throw SyntaxFault(message: "the name in backticks is empty or doesn't end", range: start..<position)
        }
        position += 1
        return token(.quotedIdentifier(text(start + 1..<position - 1)), from: start)
    }
}

// MARK: - Numbers

extension Lexer {
    private mutating func number() throws(SyntaxFault) -> Token {
        let start = position
        if bytes[position] == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") { return try hexadecimal() }
        skipDigits()
        var isDouble = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "."), Lexer.isDigit(peek(1)) {
            isDouble = true
            position += 1
            skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
            if Lexer.isDigit(peek(isSigned ? 2 : 1)) {
                isDouble = true
                position += isSigned ? 2 : 1
                skipDigits()
            }
        }
        let digits = text(start..<position)
        if isDouble {
            guard let value = Double(digits.hasPrefix(".") ? "0" + digits : digits) else { throw tooLarge(start) }
            return token(.double(value), from: start)
        }
        return try integer(digits, radix: 10, from: start)
    }

    private mutating func hexadecimal() throws(SyntaxFault) -> Token {
        let start = position
        position += 2
        let digits = position
        while position < bytes.count, Character(Unicode.Scalar(bytes[position])).isHexDigit { position += 1 }
        guard position > digits else {
            throw SyntaxFault(message: "\"0x\" needs hexadecimal digits", range: start..<position)
        }
        return try integer(text(digits..<position), radix: 16, from: start)
    }

    private mutating func integer(_ digits: String, radix: Int, from start: Int) throws(SyntaxFault) -> Token {
        let isUnsigned = position < bytes.count && bytes[position] | 0x20 == UInt8(ascii: "u")
        if isUnsigned { position += 1 }
        guard let magnitude = UInt64(digits, radix: radix), isUnsigned || magnitude <= 1 << 63 else {
            throw tooLarge(start)
        }
        if position < bytes.count, Lexer.continuesName(bytes[position]) {
            throw SyntaxFault(
                message: "a name can't start with a digit", hint: "select such a key with [\"…\"]",
                range: start..<position + 1)
        }
        return token(isUnsigned ? .uint(magnitude) : .int(magnitude), from: start)
    }

    private mutating func skipDigits() {
        while position < bytes.count, Lexer.isDigit(bytes[position]) { position += 1 }
    }

    private func tooLarge(_ start: Int) -> SyntaxFault {
        SyntaxFault(
            message: "the number doesn't fit into 64 bits", hint: "write it as a double, such as 1e20",
            range: start..<position)
    }
}

// MARK: - Strings and bytes

extension Lexer {
    /// A literal with its prefixes `r` and `b`, or nil where none starts here.
    private mutating func stringLiteral() throws(SyntaxFault) -> Token? {
        var cursor = position
        var isRaw = false
        var isBytes = false
        prefixes: while cursor < bytes.count {
            switch bytes[cursor] | 0x20 {
            case UInt8(ascii: "r") where !isRaw: isRaw = true
            case UInt8(ascii: "b") where !isBytes: isBytes = true
            default: break prefixes
            }
            cursor += 1
        }
        guard cursor < bytes.count, bytes[cursor] == UInt8(ascii: "\"") || bytes[cursor] == UInt8(ascii: "'") else {
            return nil
        }
        let start = position
        let quote = bytes[cursor]
        position = cursor
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        let bodyStart = position
        var hasEscape = false
        while true {
            guard position < bytes.count, isTriple || (bytes[position] != 0x0A && bytes[position] != 0x0D) else {
                throw unended(quote, from: start, isTriple: isTriple)
            }
            if bytes[position] == quote, !isTriple || (peek(1) == quote && peek(2) == quote) { break }
            if bytes[position] == UInt8(ascii: "\\"), !isRaw {
                hasEscape = true
                position += 1
            }
            position += 1
        }
        let body = bodyStart..<position
        position += isTriple ? 3 : 1
        guard hasEscape else {
            return token(isBytes ? .bytes(Array(bytes[body])) : .string(text(body)), from: start)
        }
        var escapes = EscapeReader(bytes: bytes, range: body, isBytes: isBytes)
        let content = try escapes.read()
        return token(isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self)), from: start)
    }

    /// Says that the literal which begins at `start` doesn't end on its line, or at all.
    private func unended(_ quote: UInt8, from start: Int, isTriple: Bool) -> SyntaxFault {
        // Most often it was written in a YAML text in double quotes, which makes a line break of the escape.
        if !isTriple, position < bytes.count, bytes[position...].contains(quote) {
            return SyntaxFault(
                message: "a string can't hold a line break",
                hint: #"write \n for it, and \\n where the YAML around it is in double quotes"#, range: start..<position
            )
        }
        let quotes = String(repeating: Character(Unicode.Scalar(quote)), count: isTriple ? 3 : 1)
        return SyntaxFault(
            message: "the string doesn't end", hint: "close it with \(quotes)",
            range: start..<min(position, bytes.count))
    }
}
