import FlowCore

/// Reads values as the server writes them as text (PostgreSQL 15, chapter 8).
enum PostgreSQLText {
    static func value(_ bytes: UnsafeRawBufferPointer, _ type: PostgreSQLType?) throws(Failure) -> Value {
        switch type {
        case nil: .string(try text(bytes))
        case .bool: .bool(bytes.first == UInt8(ascii: "t"))
        case .int: integer(bytes)
        case .float: float(String(decoding: bytes, as: UTF8.self))
        case .json: try JSON.parse(try text(bytes))
        case .bytes: .bytes(try binary(bytes))
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

    /// Servers know and convert text, but in a database whose encoding is SQL_ASCII.
    ///
    /// - Throws: a `Failure` whose message goes on after what the value is called.
    private static func text(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .invalid, "holds text that is not UTF-8",
                hint: "ask for its bytes, as with convert_to(name, 'SQL_ASCII')", code: notUTF8)
        }
        return text
    }

    static let notUTF8 = "not_utf8"

    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Value {
        let text = String(decoding: bytes, as: UTF8.self)
        return Int64(text).map(Value.int) ?? .string(text)
    }

    /// `NaN` and `Infinity` are no numbers in JSON, and stay texts.
    private static func float(_ text: String) -> Value {
        guard let number = Double(text), number.isFinite else { return .string(text) }
        return .double(number)
    }

    /// `\x00ff`; where `bytea_output` is `escape`, `\000\377`, in which a backslash is two, so that none begins as the
    /// other does.
    private static func binary(_ text: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let content =
            text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")])
            ? Hexadecimal.decode(String(decoding: text.dropFirst(2), as: UTF8.self)) : unescaped(text)
        guard let content else {
            throw Failure(
                .protocolError, "the server gives bytes in a form that PostgreSQL doesn't have",
                hint: "look at what is between, such as a proxy")
        }
        return content
    }

    /// - Returns: nil where a backslash is followed by what it can't be.
    private static func unescaped(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var content: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "\\") {
                content.append(byte)
                rest = rest.dropFirst()
                continue
            }
            guard rest.count >= 3, let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) else {
                return nil
            }
            content.append(code)
            rest = rest.dropFirst(3)
        }
        return content
    }

    /// `2026-11-21 03:15:06.58+00` is a moment; without a zone it is a text as RFC 3339 has it up to there. What neither
    /// can be, such as `infinity` or a year BC, stays as it is. The zone is the session's, which statements rely on.
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
        let local = Timestamp(rfc3339: String(decoding: text[..<sign], as: UTF8.self) + "Z")
        let moment = offset(text[sign...]).flatMap { local?.adding(.seconds(-$0)) }
        return moment.map(Value.timestamp) ?? .string(plain)
    }

    /// The seconds of `+05`, `-03:30` or `+00:53:28`, as the time of a place was before there were zones.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        let parts = text.dropFirst().split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self)) }
        guard (1...3).contains(parts.count) else { return nil }
        var seconds = 0
        for (part, unit) in zip(parts, [3600, 60, 1]) {
            guard let part else { return nil }
            seconds += part * unit
        }
        return text.first == UInt8(ascii: "-") ? -seconds : seconds
    }
}
