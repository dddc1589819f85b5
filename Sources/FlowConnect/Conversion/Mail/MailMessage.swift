import FlowCore
import FlowSpec

/// A mail message (RFC 5322 with MIME) from a map: `{from, to, subject, text, html, attachments, …}`.
struct MailMessage {
    private let map: ValueMap
    private let surroundings: Conversion

    private static let addressFields = [
        ("From", "from"), ("Reply-To", "reply_to"), ("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"),
    ]
    private static let keys =
        addressFields.map(\.1) + [
            "subject", "text", "html", "attachments", "in_reply_to", "references", "message_id", "date", "headers",
        ]
    /// Files of one message together, before they are encoded.
    private static let maximumAttachments = 25 << 20

    /// - Throws: a failure of kind `invalid` where `value` is no map, or has a key that none of a message's is.
    init(_ value: Value, _ surroundings: Conversion) throws(Failure) {
        guard let map = value.mapValue else {
            throw Failure(
                .invalid, "a message must be a map, not \(value.type.plainName)",
                hint: "write {to: …, subject: …, text: …}")
        }
        if let unknown = map.names.first(where: { !Self.keys.contains($0) }) {
            throw Failure(
                .invalid, "a message has no \(JSON.quoted(unknown))",
                hint: Suggestion.didYouMean(unknown, among: Self.keys) ?? "use \(Self.keys.joined(separator: ", "))")
        }
        self.map = map
        self.surroundings = surroundings
    }

    /// The message in ASCII, with line breaks of two characters.
    func text() throws(Failure) -> String {
        var fields: [String] = []
        var domain: Substring = "flowctl.invalid"
        for (field, key) in Self.addressFields {
            let addresses = try MailAddress.list(map[key] ?? .null, key)
            guard !addresses.isEmpty else { continue }
            if key == "from" { domain = addresses[0].domain }
            fields.append(MailText.field(field, addresses.map(\.text).joined(separator: ", ")))
        }
        if let subject = try line("subject") {
            fields.append(MailText.field("Subject", MailText.unstructured(subject)))
        }
        fields.append("Date: \(try date())")
        let identifier = try line("message_id").map { text throws(Failure) in try Self.identifier(text, "message_id") }
        fields.append(MailText.field("Message-ID", identifier ?? "<\(surroundings.identifier)@\(domain)>"))
        for (field, key) in [("In-Reply-To", "in_reply_to"), ("References", "references")] {
            let identifiers = try identifiers(key)
            if !identifiers.isEmpty { fields.append(MailText.field(field, identifiers.joined(separator: " "))) }
        }
        fields += try furtherFields()
        fields.append("MIME-Version: 1.0")
        return fields.joined(separator: "\r\n") + "\r\n" + (try body().text)
    }

    // MARK: Fields

    private func line(_ key: String) throws(Failure) -> String? {
        guard let value = map[key], !value.isNull, !value.isAbsent else { return nil }
        let text = WireText.of(value)
        try Self.requireOneLine(text, key)
        return text
    }

    /// A line break would begin a field of its own.
    static func requireOneLine(_ text: String, _ key: String) throws(Failure) {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Failure(.invalid, "\"\(key)\" of a message must not hold a line break or control character")
        }
    }

    private func date() throws(Failure) -> String {
        var time = surroundings.now
        if let value = map["date"], !value.isNull, !value.isAbsent {
            guard let given = Timestamp(dateOrTime: WireText.of(value)) else {
                throw Failure(
                    .invalid, "\"date\" of a message is no time", hint: "write it as 2026-01-31T09:00:00Z")
            }
            time = given
        }
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [civil.hour, civil.minute, civil.second].map(padded).joined(separator: ":")
        return "\(days[civil.dayOfWeek]), \(civil.day) \(months[civil.month - 1]) \(civil.year) \(clock) +0000"
    }

    private func identifiers(_ key: String) throws(Failure) -> [String] {
        guard let value = map[key], !value.isNull, !value.isAbsent else { return [] }
        let texts = value.listValue?.map { WireText.of($0) } ?? [WireText.of(value)]
        var identifiers: [String] = []
        for text in texts {
            for part in text.split(separator: " ") { identifiers.append(try Self.identifier(String(part), key)) }
        }
        return identifiers
    }

    private static func identifier(_ text: String, _ key: String) throws(Failure) -> String {
        let inner = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
        let isIdentifier =
            inner.contains("@") && inner.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>".utf8.contains($0) }
        guard isIdentifier else {
            throw Failure(
                .invalid, "\"\(key)\" of a message is no message id", hint: "write it as <id@example.com>")
        }
        return "<\(inner)>"
    }

    /// What the caller adds; what the message is made of can't be set so.
    private func furtherFields() throws(Failure) -> [String] {
        var fields: [String] = []
        let own: Set = [
            "from", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
            "mime-version",
        ]
        for (key, value) in map["headers"]?.mapValue ?? ValueMap() {
            let name = key.text
            let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            guard isName, !own.contains(name.lowercased()), !name.lowercased().hasPrefix("content-") else {
                throw Failure(.invalid, "\(JSON.quoted(name)) can't be a further header of a message")
            }
            let text = WireText.of(value)
            try Self.requireOneLine(text, name)
            fields.append(MailText.field(name, MailText.unstructured(text)))
        }
        return fields
    }

    // MARK: Content

    private func body() throws(Failure) -> MailBody {
        var bodies: [MailBody] = []
        if let text = content("text") { bodies.append(MailBody(text: text, subtype: "plain")) }
        if let html = content("html") { bodies.append(MailBody(text: html, subtype: "html")) }
        if bodies.isEmpty { bodies.append(MailBody(text: "", subtype: "plain")) }
        // The last of alternatives is the best.
        let body =
            bodies.count == 1
            ? bodies[0] : MailBody(parts: bodies, subtype: "alternative", boundary: surroundings.boundary())
        let attachments = try attachments()
        guard !attachments.isEmpty else { return body }
        return MailBody(parts: [body] + attachments, subtype: "mixed", boundary: surroundings.boundary())
    }

    private func content(_ key: String) -> String? {
        guard let value = map[key], !value.isNull, !value.isAbsent else { return nil }
        return WireText.of(value)
    }

    private func attachments() throws(Failure) -> [MailBody] {
        guard let value = map["attachments"], !value.isNull, !value.isAbsent else { return [] }
        var left = Self.maximumAttachments
        return try (value.listValue ?? [value]).map { item throws(Failure) in
            let attachment = try MailAttachment(item, surroundings, limit: left)
            left -= attachment.content.count
            return MailBody(
                attachment: attachment.content, name: attachment.name, mediaType: attachment.mediaType)
        }
    }
}

/// A file that goes with a message: its path, a file, or a map `{file, content, name, media_type}`.
private struct MailAttachment {
    var name: String
    var mediaType: String
    var content: [UInt8]

    init(_ value: Value, _ surroundings: Conversion, limit: Int) throws(Failure) {
        let map = value.mapValue ?? ValueMap([("file", value)])
        if let unknown = map.names.first(where: { !["file", "content", "name", "media_type"].contains($0) }) {
            throw Failure(
                .invalid, "an attachment has no \(JSON.quoted(unknown))",
                hint: "use file or content, and name and media_type")
        }
        var given = map["name"]?.stringValue
        var type = map["media_type"]?.stringValue
        switch (map["file"]?.revealed, map["content"]?.revealed) {
        case (.file(let file)?, nil):
            content = try surroundings.read(file.path, limit: limit)
            given = given ?? file.name
            type = type ?? file.mediaType
        case (.string(let path)?, nil):
            content = try surroundings.read(surroundings.absolutePath(path), limit: limit)
            given = given ?? path.split(separator: "/").last.map(String.init)
        case (nil, .bytes(let bytes)?): content = bytes
        case (nil, .string(let text)?): content = Array(text.utf8)
        default:
            throw Failure(
                .invalid, "an attachment has neither a file nor content",
                hint: "write a path, or {content: …, name: …}")
        }
        name = given ?? "attachment"
        mediaType = type ?? "application/octet-stream"
        try MailMessage.requireOneLine(name, "name")
        let isType = mediaType.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && mediaType.contains("/")
        guard isType else {
            throw Failure(.invalid, "\"media_type\" of an attachment is none", hint: "write it as text/plain")
        }
    }
}
