import FlowCore
import FlowSpec

/// `email.test_mailbox`: whether a credential opens a mailbox.
struct EmailTestMailbox: MailNode {
    let spec = NodeSpec(
        "email.test_mailbox", summary: "Look whether a mailbox can be opened.",
        effect: .read, parameters: [],
        output: "{who, messages, unseen, capabilities}: whose mailbox it is and where, and what its inbox holds.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            [:],
            output: [
                "who": "ada@example.com at imap.example.com:993", "messages": 12, "unseen": 3,
                "capabilities": ["IMAP4REV1", "IDLE", "MOVE", "UIDPLUS"],
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .map }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let mailbox = try Mailbox(context)
        return try await mailbox.use { client in
            let counts = try client.counts(of: "INBOX")
            return [
                "who": .string("\(mailbox.server.user) at \(mailbox.server.authority)"),
                "messages": .int(Int64(clamping: counts["MESSAGES"] ?? 0)),
                "unseen": .int(Int64(clamping: counts["UNSEEN"] ?? 0)),
                "capabilities": .list(client.capabilities.sorted().map { .string($0) }),
            ]
        }
    }
}
