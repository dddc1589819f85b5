/// JSON text (RFC 8259) to values and back.
///
/// Integers that fit 64 bits become `.int`; other numbers become `.double` where a double gives the same digits back,
/// and an ``ExactNumber`` where it doesn't. Of a repeated key the last one counts.
package enum JSON {
    /// How deep lists and maps may nest.
    package static let maximumDepth = 500

    /// - Parameters:
    ///   - line: the number of the first line, where the text is a part of a file.
    ///   - refusesRepeatedKeys: makes a repeated key an error.
    /// - Throws: a `Failure` of kind `protocol` that says line, column and what was expected.
    package static func parse(
        _ bytes: [UInt8], line: Int = 1, maximumDepth: Int = JSON.maximumDepth,
        refusesRepeatedKeys: Bool = false
    ) throws(Failure) -> Value {
        var result: Result<Value, Failure> = .success(.null)
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer, line: line, maximumDepth: maximumDepth)
            reader.refusesRepeatedKeys = refusesRepeatedKeys
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
    /// The number of the first line.
    let firstLine: Int
    let maximumDepth: Int
    var refusesRepeatedKeys = false
    var offset = 0
    var depth = 0
    /// The map last read at a place like this one. Lists mostly hold maps with the same keys, which then need not be
    /// made, compared with each other and indexed again.
    var siblings = [ValueMap](repeating: ValueMap(), count: JSONReader.places)

    /// How many places are told apart.
    static let places = 64

    init(bytes: UnsafeBufferPointer<UInt8>, line: Int, maximumDepth: Int) {
        self.bytes = bytes
        firstLine = line
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(Failure) -> Value {
        // A byte order mark is not JSON, but some servers send one (RFC 8259, section 8.1 lets a parser ignore it).
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { offset = 3 }
        skipSpace()
        let value = try value()
        skipSpace()
        guard offset == bytes.count else { throw problem("expected the end of the JSON text") }
        try requireUTF8()
        return value
    }

    /// Once for all its strings, from which nobody could tell afterwards what was replaced in them (RFC 8259, 8.1).
    private mutating func requireUTF8() throws(Failure) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            offset = error.byteOffsets.lowerBound
            throw problem("a byte here is not UTF-8")
        }
    }

    private func problem(_ message: String) -> Failure {
        var line = firstLine
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

    /// - Parameter place: the position in the map around it, 0 in a list.
    private mutating func value(at place: Int = 0) throws(Failure) -> Value {
        guard offset < bytes.count else { throw problem("unexpected end of text") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .map(try map(at: place))
        case UInt8(ascii: "["): return .list(try list())
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

    private mutating func map(at place: Int) throws(Failure) -> ValueMap {
        try enter()
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return ValueMap() }
        let slot = (depth &* 7 &+ place) % JSONReader.places
        let sibling = siblings[slot]
        var entries: [ValueMap.Element] = []
        entries.reserveCapacity(min(sibling.count, 64))
        // The keys so far are those of the sibling.
        while entries.count < sibling.count, let key = try keyLike(sibling[entries.count].key) {
            entries.append((key, try value(at: entries.count)))
            if try isLast(closing: UInt8(ascii: "}"), "expected \",\" or \"}\"") {
                if entries.count == sibling.count { return ValueMap(entries, keyedLike: sibling) }
                let map = ValueMap(distinct: entries)
                siblings[slot] = map
                return map
            }
        }
        var map = ValueMap(distinct: entries)
        repeat {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
                throw problem("expected a key in double quotes")
            }
            let key = try string()
            if refusesRepeatedKeys, map[key] != nil { throw problem("the key \(JSON.quoted(key)) stands here twice") }
            try colon()
            map[key] = try value(at: map.count)
        } while try !isLast(closing: UInt8(ascii: "}"), "expected \",\" or \"}\"")
        siblings[slot] = map
        return map
    }

    /// Reads a key and its colon if the text has just this one here.
    private mutating func keyLike(_ key: MapKey) throws(Failure) -> MapKey? {
        guard case .string(let name) = key else { return nil }
        skipSpace()
        let (start, length) = (offset + 1, name.utf8.count)
        guard start + length < bytes.count, bytes[offset] == UInt8(ascii: "\""),
            bytes[start + length] == UInt8(ascii: "\""), plainString(from: start) == start + length,
            name.hasScalars(UnsafeBufferPointer(rebasing: bytes[start..<start + length]))
        else { return nil }
        offset = start + length + 1
        try colon()
        return key
    }

    private mutating func colon() throws(Failure) {
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw problem("expected \":\" after the key") }
        skipSpace()
    }

    private mutating func list() throws(Failure) -> [Value] {
        try enter()
        defer { depth -= 1 }
        if take(UInt8(ascii: "]")) { return [] }
        var items: [Value] = []
        repeat {
            skipSpace()
            items.append(try value())
        } while try !isLast(closing: UInt8(ascii: "]"), "expected \",\" or \"]\"")
        return items
    }

    /// Passes the comma after an item, or the end of the list or map.
    private mutating func isLast(closing: UInt8, _ expectation: String) throws(Failure) -> Bool {
        skipSpace()
        if take(UInt8(ascii: ",")) { return false }
        guard take(closing) else { throw problem(expectation) }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Where a string that starts here ends or has its first byte that needs a closer look.
    private func plainString(from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\")
        {
            end += 1
        }
        return end
    }

    private mutating func string() throws(Failure) -> String {
        let start = offset + 1
        offset = plainString(from: start)
        guard offset < bytes.count else { throw problem("the string has no end") }
        if bytes[offset] == UInt8(ascii: "\\") { return try escapedString(from: start) }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        guard take(UInt8(ascii: "\"")) else { throw problem("a control character must be escaped in a string") }
        return text
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
        let isNegative = take(UInt8(ascii: "-"))
        var number = DecimalNumber()
        let firstDigit = offset
        guard takeDigits(into: &number) else { throw problem("expected a digit") }
        if bytes[firstDigit] == UInt8(ascii: "0"), offset - firstDigit > 1 {
            offset = firstDigit
            throw problem("a number can't start with 0")
        }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            let firstDecimal = offset
            guard takeDigits(into: &number) else { throw problem("expected a digit after the point") }
            number.decimals = offset - firstDecimal
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            number.isSimple = false
            offset += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits(into: &number) else { throw problem("expected a digit in the exponent") }
        }
        if let value = number.value(isNegative: isNegative, isInteger: isInteger) { return value }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        return Value(jsonNumber: text, isInteger: isInteger)
    }

    private mutating func takeDigits(into number: inout DecimalNumber) -> Bool {
        let start = offset
        while offset < bytes.count, bytes[offset] >= 48, bytes[offset] <= 57 {
            number.append(digit: bytes[offset] - 48)
            offset += 1
        }
        return offset > start
    }
}
