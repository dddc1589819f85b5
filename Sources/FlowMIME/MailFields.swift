import FlowCore

/// The map of a message, read key by key. No failure repeats a value.
struct MailFields {
    private let map: ValueMap

    init(_ map: ValueMap) { self.map = map }

    private func value(_ key: String) -> Value? {
        guard let value = map[key], !value.isNull, !value.isAbsent else { return nil }
        return value
    }

    /// Strings as they are, times as RFC 3339, the rest as JSON.
    private static func text(_ value: Value) -> String {
        switch value.deeplyRevealed {
        case .string(let text): text
        case .timestamp(let time): time.rfc3339
        case let plain: JSON.text(plain)
        }
    }

    func text(_ key: String) -> String? { value(key).map(Self.text) }

    func line(_ key: String) throws(Failure) -> String? {
        guard let text = text(key) else { return nil }
        try HeaderText.requireOneLine(text, key)
        return text
    }

    func list(_ key: String) -> [Value] { value(key).map { $0.listValue ?? [$0] } ?? [] }

    func addresses(_ key: String) throws(Failure) -> MailAddressList { try MailAddressList(map[key] ?? .null, key) }

    func time(_ key: String) throws(Failure) -> Timestamp? {
        guard let text = text(key) else { return nil }
        guard let time = Timestamp(rfc3339: text.utf8.count == 10 ? text + "T00:00:00Z" : text) else {
            throw Failure(
                .invalid, "\"\(key)\" of a message is no time", hint: "write it as 2026-01-31T09:00:00Z")
        }
        return time
    }

    /// Message ids with their angle brackets, given with or without them, in a list or with spaces between.
    func identifiers(_ key: String) throws(Failure) -> [String] {
        var identifiers: [String] = []
        for text in list(key).map(Self.text) {
            let parts = text.split(separator: " ")
            if parts.isEmpty { throw Self.noIdentifier(key) }
            for part in parts { identifiers.append(try Self.identifier(part, key)) }
        }
        return identifiers
    }

    private static func identifier(_ text: Substring, _ key: String) throws(Failure) -> String {
        let inner = text.hasPrefix("<") && text.hasSuffix(">") ? text.dropFirst().dropLast() : text
        let isIdentifier =
            inner.contains("@") && inner.utf8.count <= 900
            && inner.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>".utf8.contains($0) }
        guard isIdentifier else { throw noIdentifier(key) }
        return "<\(inner)>"
    }

    private static func noIdentifier(_ key: String) -> Failure {
        Failure(.invalid, "\"\(key)\" of a message is no message id", hint: "write it as <id@example.com>")
    }

    func priority() throws(Failure) -> MailPriority? {
        guard let text = text("priority") else { return nil }
        guard let priority = MailPriority(rawValue: text) else {
            let known = MailPriority.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalid, "\"priority\" of a message is none", hint: "use one of \(known)")
        }
        return priority
    }

    private static let own: Set = [
        "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version",
    ]

    /// Further fields of the header; what the message is made of can't be set so.
    func further() throws(Failure) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for (key, value) in map["headers"]?.mapValue ?? ValueMap() {
            let name = key.text
            let isName =
                !name.isEmpty && name.utf8.count <= 76
                && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            guard isName, !Self.own.contains(name.lowercased()), !name.lowercased().hasPrefix("content-") else {
                throw Failure(.invalid, "\(JSON.quoted(name)) can't be a further header of a message")
            }
            let text = Self.text(value)
            try HeaderText.requireOneLine(text, name)
            fields.append((name, text))
        }
        return fields
    }
}
