import FlowCore

/// The name of a folder as IMAP writes it (RFC 9051, A.1): ASCII as it is, all else as base64 of UTF-16 between `&`
/// and `-`.
package enum MailboxName {
    package static func encode(_ name: String) -> String {
        var text = ""
        var pending: [UInt8] = []
        func flush() {
            guard !pending.isEmpty else { return }
            let digits = Base64.encode(pending).filter { $0 != "=" }.map { $0 == "/" ? "," : $0 }
            text += "&\(String(digits))-"
            pending = []
        }
        for scalar in name.unicodeScalars {
            if (0x20...0x7E).contains(scalar.value) {
                flush()
                text += scalar == "&" ? "&-" : String(scalar)
            } else {
                for unit in String(scalar).utf16 { pending += [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
            }
        }
        flush()
        return text
    }

    /// A name that is none of these stays as it is, so that it can be given back to the server: some write UTF-8.
    package static func decode(_ bytes: [UInt8]) -> String {
        let plain = String(decoding: bytes, as: UTF8.self)
        guard bytes.allSatisfy({ $0 < 0x80 }), let name = decoded(plain), encode(name) == plain else { return plain }
        return name
    }

    private static func decoded(_ text: String) -> String? {
        var name = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            name += rest[..<start]
            guard let end = rest[start...].firstIndex(of: "-") else { return nil }
            let digits = rest[rest.index(after: start)..<end].map { $0 == "," ? "/" : $0 }
            rest = rest[rest.index(after: end)...]
            if digits.isEmpty {
                name += "&"
                continue
            }
            guard let bytes = Base64.decode(String(digits)), bytes.count % 2 == 0 else { return nil }
            let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
            guard let piece = String(validating: units, as: UTF16.self) else { return nil }
            name += piece
        }
        return name + rest
    }
}
