import FlowCore

/// A message as nodes show it.
struct MessageSummary {
    let message: FetchedMessage
    let folder: String
    let uidValidity: UInt32

    /// Its place alone.
    var place: Value {
        [
            "uid": .int(Int64(message.uid ?? 0)), "uidvalidity": .int(Int64(uidValidity)), "folder": .string(folder),
        ]
    }

    /// Who wrote what to whom, and what came with it.
    var asValue: Value {
        var map = place.mapValue ?? ValueMap()
        let envelope = message.envelope ?? Envelope()
        map["message_id"] = optional(envelope.messageID.map(MailText.header))
        map["subject"] = .string(envelope.subject.map(MailText.header) ?? "")
        map["from"] = envelope.from.first.map(\.asValue) ?? .null
        map["to"] = .list(envelope.to.map(\.asValue))
        map["cc"] = .list(envelope.cc.map(\.asValue))
        map["bcc"] = .list(envelope.bcc.map(\.asValue))
        map["reply_to"] = .list(envelope.replyTo.map(\.asValue))
        map["in_reply_to"] = optional(envelope.inReplyTo.map(MailText.header))
        let date = envelope.date.flatMap { MailDate.parse(String(decoding: $0, as: UTF8.self)) }
        map["date"] = date.map(Value.timestamp) ?? .null
        map["received"] = received.map(Value.timestamp) ?? .null
        map["size"] = message.size.map { .int(Int64(clamping: $0)) } ?? .null
        map["flags"] = .list(MessageFlag.shown(message.flags ?? []))
        map["attachments"] = message.structure.map { .list(MessageParts($0).attachments.map(\.asValue)) } ?? .null
        return .map(map)
    }

    /// When the server got it.
    var received: Timestamp? { message.internalDate.flatMap(MailDate.parse) }

    private func optional(_ text: String?) -> Value { text.map { .string($0) } ?? .null }
}

extension Envelope.Address {
    var asValue: Value {
        ["name": .string(name.map(MailText.header) ?? ""), "address": .string(MailText.header(mailbox))]
    }
}

/// Flags under the names that people write: `seen` is `\Seen`, and words of one's own stay as they are.
enum MessageFlag {
    static let known = ["seen", "answered", "flagged", "deleted", "draft"]

    /// Without that of messages which no connection has seen before, as it says nothing of the message.
    static func shown(_ flags: [String]) -> [Value] {
        flags.filter { !$0.caseInsensitiveEquals("\\Recent") }
            .map { .string($0.hasPrefix("\\") ? $0.dropFirst().lowercased() : $0) }
    }

    /// - Throws: where the word can't be a flag.
    static func wire(_ word: String) throws(Failure) -> String {
        let name = word.hasPrefix("\\") ? String(word.dropFirst()) : word
        if known.contains(name.lowercased()) {
            return "\\" + name.prefix(1).uppercased() + name.dropFirst().lowercased()
        }
        guard !word.hasPrefix("\\"), !word.isEmpty, word.utf8.count <= 100,
            word.utf8.allSatisfy({ $0.isAtomByte && !"\\%*[".utf8.contains($0) })
        else {
            throw Failure(
                .invalid, "\"\(word)\" can't be a flag",
                hint: "use \(known.joined(separator: ", ")), or a word of letters, digits and marks", nothingSent: true)
        }
        return word
    }
}
