/// JSON text (RFC 8259) to values and back.
///
/// Integers that fit 64 bits become `.int`; other numbers become `.double` where a double gives the same digits back,
/// and an ``ExactNumber`` where it doesn't. Of a repeated key the last one counts.
package enum JSON {
    /// How deep lists and maps may nest.
    package static let maximumDepth = 500

    /// - Throws: a `Failure` of kind `protocol` that says line, column and what was expected.
    package static func parse(_ bytes: [UInt8], maximumDepth: Int = JSON.maximumDepth) throws(Failure) -> Value {
        var result: Result<Value, Failure> = .success(.null)
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer, maximumDepth: maximumDepth)
            do throws(Failure) {
                result = .success(try reader.document())
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    package static func parse(_ text: String) throws(Failure) -> Value { try parse(Array(text.utf8)) }
}

private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var offset = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(Failure) -> Value {
        // A byte order mark is not JSON, but some servers send one (RFC 8259, section 8.1 lets a parser ignore it).
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { offset = 3 }
        skipSpace()
        let value = try value()
        skipSpace()
        guard offset == bytes.count else { throw problem("expected the end of the JSON text") }
        return value
    }

    private func problem(_ message: String) -> Failure {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        return Failure(
            .protocolError, "invalid JSON at line \(line), column \(offset - lineStart + 1): \(message)",
            code: "invalid_json")
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private mutating func value() throws(Failure) -> Value {
        guard offset < bytes.count else { throw problem("unexpected end of text") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try map()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw problem("expected a value")
        }
    }

    private mutating func word(_ text: StaticString) throws(Failure) {
        let length = text.utf8CodeUnitCount
        for index in 0..<length {
            guard offset + index < bytes.count, bytes[offset + index] == text.utf8Start[index] else {
                throw problem("expected \"\(text)\"")
            }
        }
        offset += length
    }

    private mutating func enter() throws(Failure) {
        depth += 1
        guard depth <= maximumDepth else { throw problem("nested deeper than \(maximumDepth) levels") }
        offset += 1
        skipSpace()
    }

    private mutating func map() throws(Failure) -> Value {
        try enter()
        var map = ValueMap()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "}") {
            offset += 1
            depth -= 1
            return .map(map)
        }
        while true {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
                throw problem("expected a key in double quotes")
            }
            let key = try string()
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: ":") else {
                throw problem("expected \":\" after the key")
            }
            offset += 1
            skipSpace()
            map[key] = try value()
            skipSpace()
            guard offset < bytes.count else { throw problem("expected \",\" or \"}\"") }
            if bytes[offset] == UInt8(ascii: "}") { break }
            guard bytes[offset] == UInt8(ascii: ",") else { throw problem("expected \",\" or \"}\"") }
            offset += 1
        }
        offset += 1
        depth -= 1
        return .map(map)
    }

    private mutating func list() throws(Failure) -> Value {
        try enter()
        var items: [Value] = []
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
            offset += 1
            depth -= 1
            return .list(items)
        }
        while true {
            skipSpace()
            items.append(try value())
            skipSpace()
            guard offset < bytes.count else { throw problem("expected \",\" or \"]\"") }
            if bytes[offset] == UInt8(ascii: "]") { break }
            guard bytes[offset] == UInt8(ascii: ",") else { throw problem("expected \",\" or \"]\"") }
            offset += 1
        }
        offset += 1
        depth -= 1
        return .list(items)
    }

    private mutating func string() throws(Failure) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw problem("a control character must be escaped in a string") }
            offset += 1
        }
        throw problem("the string has no end")
    }

    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var text = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                offset += 1
                guard offset < bytes.count else { throw problem("the string has no end") }
                let escape = bytes[offset]
                offset += 1
                switch escape {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
                case UInt8(ascii: "b"): text.append(0x08)
                case UInt8(ascii: "f"): text.append(0x0C)
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "r"): text.append(0x0D)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
                default:
                    offset -= 1
                    throw problem("unknown escape in a string")
                }
            case 0..<0x20: throw problem("a control character must be escaped in a string")
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw problem("the string has no end")
    }

    /// After `\u`: a code point, joined from a surrogate pair where there is one. A lone surrogate becomes U+FFFD.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let first = try hexadecimal4()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        let isHigh = first < 0xDC00
        guard isHigh, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = offset
        offset += 2
        let second = try hexadecimal4()
        guard (0xDC00...0xDFFF).contains(second) else {
            offset = mark
            return "\u{FFFD}"
        }
        let code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(code) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal4() throws(Failure) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw problem("expected four hexadecimal digits after \"\\u\"") }
        var code: UInt16 = 0
        for byte in bytes[offset..<offset + 4] {
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 65...70: digit = byte - 55
            case 97...102: digit = byte - 87
            default: throw problem("expected four hexadecimal digits after \"\\u\"")
            }
            code = code << 4 | UInt16(digit)
        }
        offset += 4
        return code
    }

    private mutating func number() throws(Failure) -> Value {
        let start = offset
        var isInteger = true
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let firstDigit = offset
        guard skipDigits() else { throw problem("expected a digit") }
        if bytes[firstDigit] == UInt8(ascii: "0"), offset - firstDigit > 1 {
            offset = firstDigit
            throw problem("a number can't start with 0")
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            guard skipDigits() else { throw problem("expected a digit after the point") }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            guard skipDigits() else { throw problem("expected a digit in the exponent") }
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        return Value(jsonNumber: text, isInteger: isInteger)
    }

    private mutating func skipDigits() -> Bool {
        let start = offset
        while offset < bytes.count, bytes[offset] >= 48, bytes[offset] <= 57 { offset += 1 }
        return offset > start
    }
}

extension Value {
    /// The value of valid JSON number text; see ``JSON``.
    package init(jsonNumber text: String, isInteger: Bool) {
        if isInteger, let whole = Int64(text) {
            // "-0" is a double: an integer has no negative zero.
            self = text == "-0" ? .double(-0.0) : .int(whole)
            return
        }
        guard !isInteger, let double = Double(text), double.isFinite else {
            self = .number(ExactNumber(text: text))
            return
        }
        // Seventeen digits always survive; longer text only if the shortest form of the double says the same.
        let digits = text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.count { $0 >= 48 && $0 <= 57 }
        if digits <= 15 || ExactNumber(text: text) == ExactNumber(text: "\(double)") {
            self = .double(double)
        } else {
            self = .number(ExactNumber(text: text))
        }
    }
}
