/// Lines of `NAME=value`, as people keep them in `.env`:
///
///     # a comment
///     export REGION=eu-1        # so is this
///     GREETING="two\nlines"     # \n \r \t \\ \" \$ mean what they do elsewhere
///     KEY='as it stands,
///     over several lines'
///
/// Nothing is put in for `$NAME`, `$(command)` or backticks: what the file says is what the variable holds.
struct EnvironmentFile {
    private let bytes: [UInt8]
    private let name: String
    private var position = 0
    private var line = 1

    /// - Parameter name: for messages.
    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    /// The variables in file order; one that is given twice comes twice.
    ///
    /// - Throws: an `Exit` of status `usage` that names file and line, never a value.
    func variables() throws -> [(name: String, value: String)] {
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw Exit.usage("\(name): the environment file is not UTF-8 text", hint: "save it as UTF-8")
        }
        var reader = self
        var found: [(name: String, value: String)] = []
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        while let next = try reader.entry() { found.append(next) }
        return found
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next variable; nil at the end.
    private mutating func entry() throws -> (name: String, value: String)? {
        while let byte {
            if byte == UInt8(ascii: "#") {
                skipLine()
            } else if byte.isLineEnd || byte.isSpace {
                advance()
            } else {
                break
            }
        }
        guard byte != nil else { return nil }
        if bytes[position...].starts(with: "export".utf8), position + 6 < bytes.count, bytes[position + 6].isSpace {
            position += 6
            skipSpaces()
        }
        let start = position
        while let byte, byte.isNamePart { advance() }
        let key = text(bytes[start..<position])
        skipSpaces()
        guard let first = key.utf8.first, !first.isDigit, byte == UInt8(ascii: "=") else {
            throw mistake("this is not NAME=value", hint: "use letters, digits and _ in names, one variable a line")
        }
        advance()
        skipSpaces()
        return (key, try value())
    }

    private mutating func value() throws -> String {
        guard let quote = byte, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return plainValue() }
        let opened = line
        advance()
        var value: [UInt8] = []
        while let byte, byte != quote {
            advance()
            guard quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\"), let escaped = self.byte else {
                value.append(byte)
                continue
            }
            guard let meant = EnvironmentFile.escapes[escaped] else {
                value.append(byte)
                continue
            }
            value.append(meant)
            advance()
        }
        guard byte == quote else {
            line = opened
            throw mistake(
                "a quote is opened and never closed", hint: "close it, or quote the value with the other kind")
        }
        advance()
        skipSpaces()
        guard byte == nil || byte == UInt8(ascii: "#") || byte?.isLineEnd == true else {
            throw mistake("something follows the closing quote", hint: "put all of the value inside the quotes")
        }
        skipLine()
        return text(value[...])
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "\\"): 0x5C,
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "$"): 0x24,
    ]

    /// To the end of the line, or to a `#` after a space.
    private mutating func plainValue() -> String {
        let start = position
        var end = position
        while let byte, !byte.isLineEnd {
            if byte == UInt8(ascii: "#"), position == start || bytes[position - 1].isSpace { break }
            advance()
            if !byte.isSpace { end = position }
        }
        skipLine()
        return text(bytes[start..<end])
    }

    private mutating func advance() {
        if bytes[position] == 0x0A { line += 1 }
        position += 1
    }

    private mutating func skipSpaces() { while let byte, byte.isSpace { advance() } }

    private mutating func skipLine() { while let byte, byte != 0x0A { advance() } }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func mistake(_ message: String, hint: String) -> Exit {
        Exit.usage("\(name):\(line): \(message)", hint: hint)
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 }
    fileprivate var isLineEnd: Bool { self == 0x0A || self == 0x0D }
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isNamePart: Bool { isDigit || (0x61...0x7A).contains(self | 0x20) || self == 0x5F }
}
