import FlowCore
import FlowMIME
import FlowSpec

/// `email.send`: has a server send a message.
struct EmailSend: MailNode {
    let spec = NodeSpec(
        "email.send", summary: "Send a mail message by SMTP.",
        details: """
            Files are read while they are sent, so they may be of any size that the server takes. Where the server \
            refuses a recipient, nothing is sent to anybody, unless on_rejected says otherwise. A message that was sent \
            whole and never answered is uncertain, and not sent again by itself; its Message-ID stays the same for \
            each try of a step.
            """,
        effect: .write, parameters: parameters, rules: [.any(["to", "cc", "bcc"])],
        output: """
            {message_id, code, reply, queue_id, accepted, rejected}: rejected has {address, code, reply} of each \
            recipient that the server refused.
            """,
        credentialTypes: ["smtp", "oauth2"], needsCredential: true, sharedCredentials: ["smtp"],
        example: .init(
            params: ValueMap([
                ("to", .list(["Ada <ada@example.com>"])), ("subject", .string("Report")),
                ("text", .string("The numbers are in.")), ("attachments", .list(["report.csv"])),
            ]),
            output: [
                "message_id": "<0f6e2c1d9a7b4853@example.com>", "code": 250, "reply": "250 OK id=1rABcd-000123-4e",
                "queue_id": "1rABcd-000123-4e", "accepted": ["ada@example.com"], "rejected": [],
            ]))

    private static let parameters = [
        Parameter(
            "to", .any, help: "Whom it is for: addresses in a text or a list, or maps {name, address}.",
            example: ["Ada <ada@example.com>"]),
        Parameter("cc", .any, help: "Who gets a copy."),
        Parameter("bcc", .any, help: "Who gets a copy unseen by the others."),
        Parameter("from", .any, help: "The sender; else the credential's.", example: "Reports <reports@example.com>"),
        Parameter("reply_to", .any, help: "Where answers go, if not to the sender."),
        Parameter("subject", .string, help: "The subject.", example: "Report"),
        Parameter("text", .string, help: "The message as plain text."),
        Parameter("html", .string, help: "The message as HTML; with text, programs show what they can."),
        Parameter(
            "attachments", .any,
            help: """
                Files: paths, or maps {file or content, name, media_type}; with inline: true or a content_id, HTML \
                can show it as cid:….
                """, example: ["report.csv", ["file": "logo.png", "content_id": "logo"]]),
        Parameter(
            "priority", .string, help: "How it is marked.", choices: ["high", "normal", "low"]),
        Parameter("in_reply_to", .any, help: "The Message-ID of the message it answers."),
        Parameter("references", .any, help: "The Message-IDs of the conversation, the oldest first."),
        Parameter("message_id", .string, help: "Its own Message-ID; else one is made from run, step and item."),
        Parameter("date", .timestamp, help: "Its date; else now."),
        Parameter("headers", .map, help: "Further header fields.", example: ["List-Id": "reports.example.com"]),
        Parameter(
            "on_rejected", .string, default: "fail",
            help: "What happens where some recipients are refused: fail sends to nobody, continue to the others.",
            choices: SMTPLetter.OnRejected.allCases.map { .string($0.rawValue) }),
    ]

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("message_id", .string), ("code", .int), ("reply", .string), ("queue_id", .string.orNull),
            ("accepted", .list(of: .string)),
            ("rejected", .list(of: .record([("address", .string), ("code", .int), ("reply", .string)]))),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let account = try SMTPAccount(context)
        let message = try MailMessage(
            .map(account.addingSender(to: arguments.values)), MailSurroundings(context))
        let letter = try letter(message, arguments, in: context)
        let receipt = try await account.withConnection { try await $0.deliver(letter) }
        for rejection in receipt.rejected {
            context.log.log(
                .warning, "\(account.server.authority) refused \"\(rejection.address)\": \(rejection.reply.text)")
        }
        return [
            "message_id": .string(message.messageID), "code": .int(Int64(receipt.reply.code)),
            "reply": .string(receipt.reply.text), "queue_id": receipt.reply.queueID.map(Value.string) ?? .null,
            "accepted": .list(receipt.accepted.map(Value.string)),
            "rejected": .list(
                receipt.rejected.map { rejection in
                    [
                        "address": .string(rejection.address), "code": .int(Int64(rejection.reply.code)),
                        "reply": .string(rejection.reply.text),
                    ]
                }),
        ]
    }

    private func letter(
        _ message: MailMessage, _ arguments: Arguments, in context: NodeContext
    ) throws(Failure) -> SMTPLetter {
        let recipients = message.recipients.map(\.address)
        guard !recipients.isEmpty else {
            throw Failure(.invalid, "email.send: there is no recipient", hint: "give an address in to, cc or bcc")
        }
        guard let sender = message.from.addresses.first else {
            throw Failure(
                .invalid, "email.send: there is no sender",
                hint: "give from, or add it to the credential: flowctl credentials edit NAME --set from")
        }
        let files = context.world.files
        return SMTPLetter(
            messageID: message.messageID, sender: sender.address, recipients: recipients,
            content: message.content(namesBcc: false),
            onRejected: arguments.string("on_rejected").flatMap(SMTPLetter.OnRejected.init) ?? .fail,
            read: { try files.read($0, from: $1, count: $2).bytes })
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        let texts = ["from", "to", "cc", "bcc", "subject"].compactMap { key in
            arguments[key].map { "\(key) \($0.stringValue ?? JSON.text($0))" }
        }
        let attached = arguments["attachments"].map { $0.listValue?.count ?? 1 } ?? 0
        let files = attached == 0 ? "" : ", with \(attached) attachment\(attached == 1 ? "" : "s")"
        return [.text("send mail \(texts.joined(separator: ", "))\(files)")]
    }
}
