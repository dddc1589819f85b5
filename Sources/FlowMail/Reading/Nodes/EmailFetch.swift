import FlowCore
import FlowNodeKit
import FlowSpec

/// `email.fetch`: one message with its text; its attachments go to files.
struct EmailFetch: MailNode {
    private static let usualText = 4 << 20

    let spec = NodeSpec(
        "email.fetch", summary: "Read a message of a mailbox.",
        details: """
            Text comes as text, whatever its character set. Attachments are listed, and saved with attachments_to: their \
            names are made safe, a name that is taken gets a number (report-2.pdf), and a file that is there already with \
            the same content is taken for it. The message is not marked as read, but with mark_seen.
            """,
        effect: .read,
        parameters: [
            MailboxArguments.folder,
            Parameter("uid", .int, required: true, help: "The number of the message in the folder.", example: 101),
            MailboxArguments.uidValidity,
            Parameter("text", .bool, default: true, help: "Whether to get the text."),
            Parameter("html", .bool, default: true, help: "Whether to get the HTML."),
            Parameter("headers", .bool, default: false, help: "Whether to get all fields of the header."),
            Parameter("attachments_to", .string, help: "Save attachments to this folder.", example: "invoices"),
            Parameter(
                "matching", .string, help: "Save only attachments whose names fit this pattern.", example: "*.pdf"),
            Parameter("raw_to", .string, help: "Save the whole message to this file, as it was sent."),
            Parameter("mark_seen", .bool, default: false, help: "Mark the message as read, when all else is done."),
            Parameter(
                "max_text", .int, default: .int(Int64(usualText)),
                help: "Bytes of the text, or of the HTML, beyond which the step fails.", minimum: 1),
        ],
        output: """
            The summary of email.search with text, html, references, perhaps headers (a map; a field that comes several \
            times has its texts in lines), attachments with file and their exact size where they were saved, and raw.
            """,
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["uid": 101, "attachments_to": "invoices"],
            output: [
                "uid": 101, "uidvalidity": 1, "folder": "INBOX", "subject": "Your invoice",
                "text": "Please find your invoice attached.", "html": nil,
                "attachments": [
                    [
                        "name": "invoice.pdf", "media_type": "application/pdf", "size": 48_213, "inline": false,
                        "part": "2",
                        "file": ["path": "/home/ada/invoices/invoice.pdf", "name": "invoice.pdf", "size": 48_213],
                    ]
                ],
            ]))

    func effect(of arguments: Arguments) -> Effect { arguments.bool("mark_seen") == true ? .idempotent : .read }

    func outputType(of arguments: WrittenArguments) -> StaticType { .map }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let uid = try MailboxArguments.uid(arguments.int("uid") ?? 0, "uid")
        let folder = MailboxArguments.folder(arguments)
        let validity = try MailboxArguments.validity(arguments)
        let reading = MessageReading(arguments, context)
        return try await Mailbox(context).use { client in
            let selection = try client.open(folder, readOnly: !reading.marksSeen, validity: validity)
            guard let message = try client.fetch([uid]).first else { throw client.isGone(uid) }
            return try reading.read(
                MessageSummary(message: message, folder: folder, uidValidity: selection.uidValidity), uid, over: client)
        }
    }
}

/// What a step wants of a message.
private struct MessageReading: Sendable {
    let arguments: Arguments
    let context: NodeContext

    init(_ arguments: Arguments, _ context: NodeContext) {
        self.arguments = arguments
        self.context = context
    }

    var marksSeen: Bool { arguments.bool("mark_seen") == true }

    func read(_ summary: MessageSummary, _ uid: UInt32, over client: ImapClient) throws -> Value {
        var map = summary.asValue.mapValue ?? ValueMap()
        let header = try header(of: uid, client)
        map["references"] = .list(header.identifiers("references").map { .string($0) })
        if arguments.bool("headers") == true { map["headers"] = header.asValue }
        if let file = try raw(of: uid, client) { map["raw"] = file }
        guard let structure = summary.message.structure else {
            // What can't be told apart can still be saved.
            guard arguments.string("raw_to") != nil else { throw unreadable(summary, uid, client) }
            return .map(map)
        }
        let parts = MessageParts(structure)
        map["text"] = try text(parts.text, wanted: "text", of: uid, client)
        map["html"] = try text(parts.html, wanted: "html", of: uid, client)
        map["attachments"] = .list(try parts.attachments.map { try attachment($0, of: uid, client) })
        if marksSeen { try client.store([uid], "+", ["\\Seen"]) }
        return .map(map)
    }

    private func unreadable(_ summary: MessageSummary, _ uid: UInt32, _ client: ImapClient) -> Failure {
        Failure(
            .protocolError,
            "message \(uid) in the folder \"\(summary.folder)\" on \(client.authority) has \(summary.message.objection ?? "no structure")",
            hint: "save it to a file with raw_to:")
    }

    private func header(of uid: UInt32, _ client: ImapClient) throws -> MessageHeader {
        let sink = MemorySink("", limit: MessageHeader.limit, what: "the header of message \(uid)")
        try client.content(of: uid, section: "HEADER", limit: MessageHeader.limit, into: sink)
        return MessageHeader(sink.finish())
    }

    private func raw(of uid: UInt32, _ client: ImapClient) throws -> Value? {
        guard let path = arguments.string("raw_to") else { return nil }
        let output = OutputFile(context.absolutePath(path), in: context)
        let part = output.path + ".part"
        try output.createFolder()
        do {
            let sink = try FileSink("", part: part, in: output.files)
            try client.content(of: uid, section: "", into: sink)
            try sink.finish()
            try output.files.move(part, to: output.path)
            return .file(FileReference(path: output.path, size: sink.size, mediaType: "message/rfc822"))
        } catch {
            try? output.files.delete(part, recursive: false)
            throw error
        }
    }

    /// Null where the message has none, or the step doesn't want it.
    private func text(_ part: BodyPart?, wanted: String, of uid: UInt32, _ client: ImapClient) throws -> Value {
        guard let part, arguments.bool(wanted) != false else { return .null }
        let sink = MemorySink(
            part.encoding, limit: arguments.int("max_text") ?? .max, what: "the \(wanted) of message \(uid)")
        try client.content(of: uid, part, into: sink)
        let text = MailText.withUnixLines(MailText.decode(sink.finish(), charset: part.charset))
        return .string(FlowedText(part).map { $0.reflowed(text) } ?? text)
    }

    private func attachment(_ part: BodyPart, of uid: UInt32, _ client: ImapClient) throws -> Value {
        var map = part.asValue.mapValue ?? ValueMap()
        let name = AttachmentName(part)
        guard let folder = arguments.string("attachments_to"),
            arguments.string("matching").map({ Glob($0).matches([name.text]) }) ?? true
        else { return .map(map) }
        let target = AttachmentFolder(
            path: context.absolutePath(folder), files: context.world.files, key: context.idempotencyKey)
        let file = try target.save(part, as: name) { try client.content(of: uid, part, into: $0) }
        map["size"] = .int(file.size)
        map["file"] = .file(file)
        return .map(map)
    }
}
