import FlowCore
import FlowSpec

/// `email.delete`: messages to the trash, or away for good.
struct EmailDelete: MailNode {
    let spec = NodeSpec(
        "email.delete", summary: "Move messages to the trash, or delete them for good.",
        details: "Deleting for good takes these messages alone, never others that are marked as deleted.",
        effect: .idempotent,
        parameters: [
            MailboxArguments.folder, MailboxArguments.uids, MailboxArguments.uidValidity,
            Parameter("permanently", .bool, default: false, help: "Delete them for good instead."),
        ],
        output:
            "{deleted, missing, trash}: how many, the numbers of those that weren't there, and the folder they are in now.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(["uids": [101]], output: ["deleted": 1, "missing": [], "trash": "Trash"]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("deleted", .int), ("missing", .list(of: .int)), ("trash", .string.orNull)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = MailboxArguments.folder(arguments)
        let uids = try MailboxArguments.uids(arguments)
        let validity = try MailboxArguments.validity(arguments)
        let isForGood = arguments.bool("permanently") == true
        let handled = HandledMessages()
        return try await Mailbox(context).use { client in
            let trash = isForGood ? nil : try trash(of: client)
            guard trash != folder else {
                throw Failure(
                    .invalid, "these messages are in the trash already",
                    hint: "add permanently: true to delete them for good")
            }
            let selection = try client.open(folder, readOnly: false, validity: validity ?? handled.uidValidity)
            handled.uidValidity = selection.uidValidity
            let existing = try client.existing(uids)
            if let trash {
                try client.transfer(existing, by: .move, to: trash, noting: handled)
            } else if !existing.isEmpty {
                try client.deleteForGood(existing, noting: handled)
            }
            return [
                "deleted": .int(Int64(handled.uids.count)),
                "missing": MailboxArguments.value(Set(uids).subtracting(handled.uids).sorted()),
                "trash": trash.map { .string($0) } ?? Value.null,
            ]
        }
    }

    private func trash(of client: ImapClient) throws -> String {
        try client.requires("MOVE", for: "move messages", hint: "add permanently: true, or use email.copy before it")
        guard let trash = try client.specialFolder("\\Trash") else {
            throw Failure(
                .notFound, "\(client.authority) doesn't say which folder is the trash",
                hint: "use email.move, or add permanently: true", nothingSent: true)
        }
        return trash
    }
}
