extension JSON {
    /// JSON text of a value on one line.
    ///
    /// Bytes are written as base64, timestamps as RFC 3339, durations as `1.5s`, files as their members; a whole double
    /// keeps its `.0`. NaN and infinities, which JSON lacks, are written as strings as CEL's JSON mapping does.
    /// Secrets are written as they are: mask the text with a ``Masker`` before it is shown.
    package static func text(_ value: Value, pretty: Bool = false) -> String {
        String(decoding: bytes(value, pretty: pretty), as: UTF8.self)
    }

    package static func bytes(_ value: Value, pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(value)
        return writer.bytes
    }

    /// The text as a JSON string with its quotes.
    package static func quoted(_ text: String) -> String {
        var writer = JSONWriter(pretty: false)
        writer.write(string: text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

private struct JSONWriter {
    let pretty: Bool
    var bytes: [UInt8] = []
    private var depth = 0

    init(pretty: Bool) { self.pretty = pretty }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ value: Value) {
        switch value {
        case .null, .absent, .stream: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .int(let value): raw(String(value))
        case .uint(let value): raw(String(value))
        case .double(let value): write(double: value)
        case .number(let value): raw(value.text)
        case .string(let value): write(string: value)
        case .bytes(let value): write(string: Base64.encode(value))
        case .list(let items): write(items: items.lazy.map { (nil, $0) }, open: "[", close: "]")
        case .map(let map): write(items: map.lazy.map { ($0.key.text, $0.value) }, open: "{", close: "}")
        case .timestamp(let value): write(string: value.rfc3339)
        case .duration(let value): write(string: value.celText)
        case .file(let value): write(.map(value.asMap))
        case .type(let value): write(string: value.rawValue)
        case .optional(let value): write(value ?? .null)
        case .secret(let value): write(value)
        }
    }

    private mutating func write(double: Double) {
        if double.isNaN {
            raw("\"NaN\"")
        } else if double.isInfinite {
            raw(double < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        } else {
            let text = "\(double)".utf8
            guard abs(double) < 1e-4, let exponent = text.firstIndex(of: UInt8(ascii: "e")) else {
                bytes.append(contentsOf: text)
                return
            }
            // Swift writes small exponents with a leading zero: 1e-07.
            bytes.append(contentsOf: text[..<exponent])
            raw("e-")
            bytes.append(contentsOf: text[exponent...].dropFirst(2).drop { $0 == UInt8(ascii: "0") })
        }
    }

    private mutating func write(items: some Sequence<(String?, Value)>, open: String, close: String) {
        raw(open)
        depth += 1
        var isFirst = true
        for (key, value) in items where !value.isAbsent {
            if !isFirst { raw(",") }
            isFirst = false
            breakLine()
            if let key {
                write(string: key)
                raw(pretty ? ": " : ":")
            }
            write(value)
        }
        depth -= 1
        if !isFirst { breakLine() }
        raw(close)
    }

    private mutating func breakLine() {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = string
        text.withUTF8 { utf8 in
            // What needs no escape is copied in one go.
            var start = 0
            for (offset, byte) in utf8.enumerated() {
                guard byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    continue
                }
                bytes.append(contentsOf: utf8[start..<offset])
                escape(byte)
                start = offset + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        case 0x08: raw("\\b")
        case 0x0C: raw("\\f")
        default:
            let digits = String(byte, radix: 16)
            raw("\\u00" + (digits.count == 1 ? "0" : "") + digits)
        }
    }
}
