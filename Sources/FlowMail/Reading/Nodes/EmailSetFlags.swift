import FlowCore
import FlowSpec

/// `email.set_flags`: marks messages as read, flagged and so on.
struct EmailSetFlags: MailNode {
    private static let example: Value = ["seen"]

    let spec = NodeSpec(
        "email.set_flags", summary: "Set or take away flags of messages.",
        details: "Flags are seen, answered, flagged, deleted and draft, or words of one's own.",
        effect: .idempotent,
        parameters: [
            MailboxArguments.folder, MailboxArguments.uids, MailboxArguments.uidValidity,
            Parameter("add", .list(of: .string), help: "Flags to set.", example: example),
            Parameter("remove", .list(of: .string), help: "Flags to take away."),
            Parameter("only", .list(of: .string), help: "Flags to set in place of all others."),
        ],
        rules: [.any(["add", "remove", "only"])],
        output: "{changed, missing}: how many messages there are, and the numbers of those that aren't.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(["uids": [101, 102], "add": ["seen"]], output: ["changed": 2, "missing": []]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("changed", .int), ("missing", .list(of: .int))])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        var changes: [(change: String, flags: [String])] = []
        // First those in place of all others, so that the rest is said of them.
        for (name, sign) in [("only", ""), ("add", "+"), ("remove", "-")] {
            guard let words = arguments.list(name) else { continue }
            changes.append((sign, try words.map { try MessageFlag.wire($0.stringValue ?? "") }))
        }
        let folder = MailboxArguments.folder(arguments)
        let uids = try MailboxArguments.uids(arguments)
        let validity = try MailboxArguments.validity(arguments)
        return try await Mailbox(context).use { [changes] client in
            try client.open(folder, readOnly: false, validity: validity)
            let existing = try client.existing(uids)
            for (change, flags) in changes where change.isEmpty || !flags.isEmpty {
                try client.store(existing, change, flags)
            }
            let missing = Set(uids).subtracting(existing).sorted()
            return ["changed": .int(Int64(existing.count)), "missing": MailboxArguments.value(missing)]
        }
    }
}
