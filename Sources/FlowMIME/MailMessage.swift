package import FlowCore

/// A mail message (RFC 5322 with MIME) from a map: `{from, to, subject, text, html, attachments, …}`.
package struct MailMessage {
    package let from: MailAddressList
    let replyTo: MailAddressList
    package let to: MailAddressList
    package let cc: MailAddressList
    package let bcc: MailAddressList
    let subject: String?
    let date: Timestamp
    /// With its angle brackets.
    package let messageID: String
    let inReplyTo: [String]
    let references: [String]
    let priority: MailPriority?
    /// What the caller adds: names and values.
    let furtherFields: [(name: String, value: String)]
    let text: String?
    let html: String?
    let attachments: [MailAttachment]
    private let boundary: () -> String

    /// The keys of the map.
    package static let keys = [
        "from", "reply_to", "to", "cc", "bcc", "subject", "text", "html", "attachments", "in_reply_to", "references",
        "message_id", "date", "priority", "headers",
    ]

    /// - Throws: a failure of kind `invalid` where `value` is no map, has a key that none of a message's is, or one of
    ///   its values can't be what it should be; what `surroundings` throw for a file.
    package init(_ value: Value, _ surroundings: MailSurroundings) throws(Failure) {
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
        let fields = MailFields(map)
        from = try fields.addresses("from")
        replyTo = try fields.addresses("reply_to")
        to = try fields.addresses("to")
        cc = try fields.addresses("cc")
        bcc = try fields.addresses("bcc")
        subject = try fields.line("subject")
        date = try fields.time("date") ?? surroundings.now
        let domain = from.addresses.first?.domain ?? "flowctl.invalid"
        messageID = try fields.identifiers("message_id").first ?? "<\(surroundings.identifier)@\(domain)>"
        inReplyTo = try fields.identifiers("in_reply_to")
        references = try fields.identifiers("references")
        priority = try fields.priority()
        furtherFields = try fields.further()
        text = fields.text("text")
        html = fields.text("html")
        attachments = try fields.list("attachments").map { item throws(Failure) in
            try MailAttachment(item, surroundings)
        }
        boundary = surroundings.boundary
    }

    /// Whom it goes to, each address once.
    package var recipients: [MailAddress] {
        var known: Set<MapKey> = []
        return (to.addresses + cc.addresses + bcc.addresses).filter { known.insert(.string($0.address)).inserted }
    }

    /// The attachments together, before they are encoded.
    package var attachedSize: Int64 { attachments.reduce(0) { $0 + $1.size } }

    /// The message in ASCII, with line breaks of two characters.
    ///
    /// - Parameter namesBcc: whether those are named in its header who are to get it unseen; only who takes them out
    ///   again may get it so.
    package func content(namesBcc: Bool) -> MailContent {
        var content = MailContent()
        content.append(header(namesBcc: namesBcc) + "\r\n")
        content.append(body.content)
        return content
    }

    /// `mixed(alternative(text, related(html, inline…)), attachments…)`, without what has only one part.
    private var body: MailPart {
        // What no HTML can show stands below the text.
        let inline = html == nil ? [] : attachments.filter(\.isInline)
        let below = html == nil ? attachments : attachments.filter { !$0.isInline }
        var alternatives: [MailPart] = []
        if let text { alternatives.append(MailPart(text: text, subtype: "plain")) }
        if let html {
            let page = MailPart(text: html, subtype: "html")
            alternatives.append(
                inline.isEmpty
                    ? page
                    : MailPart(
                        parts: [page] + inline.map(MailPart.init), subtype: "related", boundary: boundary(),
                        root: "text/html"))
        }
        if alternatives.isEmpty { alternatives.append(MailPart(text: "", subtype: "plain")) }
        // The last of alternatives is the best.
        let body =
            alternatives.count == 1
            ? alternatives[0] : MailPart(parts: alternatives, subtype: "alternative", boundary: boundary())
        guard !below.isEmpty else { return body }
        return MailPart(parts: [body] + below.map(MailPart.init), subtype: "mixed", boundary: boundary())
    }
}

/// How soon a message wants to be read. There is no standard for it; these are the fields that mail programs look at.
enum MailPriority: String, CaseIterable {
    case high, normal, low

    var fields: [String] {
        switch self {
        case .high: ["X-Priority: 1", "Importance: high"]
        case .normal: []
        case .low: ["X-Priority: 5", "Importance: low"]
        }
    }
}
