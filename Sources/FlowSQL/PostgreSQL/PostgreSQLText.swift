import FlowCore

/// Reads values as the server writes them as text (PostgreSQL 15, chapter 8).
enum PostgreSQLText {
    static func value(_ bytes: UnsafeRawBufferPointer, _ type: PostgreSQLType?) throws(Failure) -> Value {
        switch type {
        case nil: .string(String(decoding: bytes, as: UTF8.self))
        case .bool: .bool(bytes.first == UInt8(ascii: "t"))
        case .int: integer(bytes)
        case .float: float(String(decoding: bytes, as: UTF8.self))
        case .json: try JSON.parse(String(decoding: bytes, as: UTF8.self))
        case .bytes: .bytes(hexadecimal(bytes))
        case .timestamp: timestamp(bytes)
        case .array(let element):
            try PostgreSQLArray.parse(Array(bytes)) { text throws(Failure) in
                let copy = text
                do {
                    return try copy.withUnsafeBytes { try value($0, element) }
                } catch {
                    throw Failure(error)
                }
            }
        }
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Value {
        let text = String(decoding: bytes, as: UTF8.self)
        return Int64(text).map(Value.int) ?? .string(text)
    }

    /// `NaN` and `Infinity` are no numbers in JSON, and stay texts.
    private static func float(_ text: String) -> Value {
        guard let number = Double(text), number.isFinite else { return .string(text) }
        return .double(number)
    }

    /// `\x00ff`
    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        Hexadecimal.decode(String(decoding: bytes.dropFirst(2), as: UTF8.self)) ?? []
    }

    /// `2026-11-21 03:15:06.58+00` is a moment; without a zone it is a text as RFC 3339 has it up to there. What neither
    /// can be, such as `infinity` or a year BC, stays as it is.
    private static func timestamp(_ bytes: UnsafeRawBufferPointer) -> Value {
        let plain = String(decoding: bytes, as: UTF8.self)
        guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: " "),
            bytes.last != UInt8(ascii: "C")
        else { return .string(plain) }
        var text = Array(bytes)
        text[10] = UInt8(ascii: "T")
        guard let sign = text[19...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) else {
            return .string(String(decoding: text, as: UTF8.self))
        }
        // An hour alone.
        if text.count - sign == 3 { text += ":00".utf8 }
        return Timestamp(rfc3339: String(decoding: text, as: UTF8.self)).map(Value.timestamp) ?? .string(plain)
    }
}
