import FlowCore

/// An address of a mail message with the name before it: `Ada Lovelace <ada@example.com>`.
struct MailAddress: Hashable {
    var name: String?
    var address: String

    /// As it stands in a header.
    var text: String { name.map { "\(MailText.phrase($0)) <\(address)>" } ?? address }

    /// What stands behind the `@`.
    var domain: Substring { address.split(separator: "@").last ?? "" }

    /// Addresses from what a parameter gives: a text with commas, a map `{name, address}`, or a list of these.
    ///
    /// - Throws: a failure of kind `invalid` that names the field, not the address.
    static func list(_ value: Value, _ field: String) throws(Failure) -> [MailAddress] {
        switch value.revealed {
        case .list(let items):
            var addresses: [MailAddress] = []
            for item in items { addresses += try list(item, field) }
            return addresses
        case .map(let map):
            guard let address = map["address"]?.stringValue else { break }
            return [try MailAddress(map["name"]?.stringValue, address, field)]
        case .string(let text): return try split(text).map { text throws(Failure) in try MailAddress(text, field) }
        case .null, .absent: return []
        default: break
        }
        throw Failure(
            .invalid, "\"\(field)\" of a message holds something that is no address",
            hint: "write \"ada@example.com\", \"Ada <ada@example.com>\", {name, address} or a list of these")
    }

    private init(_ text: String, _ field: String) throws(Failure) {
        let text = text.trimmed
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
            try self.init(nil, text, field)
            return
        }
        var name = text[..<open].trimmed
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
            name = String(name.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
        }
        try self.init(name.isEmpty ? nil : name, String(text[text.index(after: open)...].dropLast()), field)
    }

    private init(_ name: String?, _ address: String, _ field: String) throws(Failure) {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"<>()[]\\,;:\"".utf8.contains($0) }
        guard isAddress else {
            throw Failure(
                .invalid, "\"\(field)\" of a message holds something that is no address",
                hint: "write \"ada@example.com\", \"Ada <ada@example.com>\", {name, address} or a list of these")
        }
        guard address.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Failure(
                .invalid, "\"\(field)\" of a message holds an address with letters outside ASCII",
                hint: "write its domain in the form that begins with xn--")
        }
        if let name { try MailMessage.requireOneLine(name, field) }
        self.name = name
        self.address = address
    }

    /// The parts between commas that stand outside quotes.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
            if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.filter { !$0.trimmed.isEmpty }
    }
}
