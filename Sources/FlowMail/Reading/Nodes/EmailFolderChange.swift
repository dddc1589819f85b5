import FlowCore
import FlowSpec

/// `email.create_folder`.
struct EmailCreateFolder: MailNode {
    let spec = NodeSpec(
        "email.create_folder", summary: "Create a folder in a mailbox.",
        details: "A folder that is there stays as it is.",
        effect: .idempotent,
        parameters: [
            Parameter(
                "folder", .string, required: true, help: "Its name, with those above it.", example: "Projects/2026")
        ],
        output: "{created}: false where it was there.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(["folder": "Projects/2026"], output: ["created": true]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("created", .bool)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = arguments.string("folder") ?? ""
        return try await Mailbox(context).use { ["created": .bool(try $0.create(folder))] }
    }
}

/// `email.rename_folder`.
struct EmailRenameFolder: MailNode {
    let spec = NodeSpec(
        "email.rename_folder", summary: "Rename a folder of a mailbox.",
        effect: .write,
        parameters: [
            Parameter("folder", .string, required: true, help: "The folder.", example: "Projects/2026"),
            Parameter(
                "to", .string, required: true, help: "Its new name, with those above it.", example: "Archive/2026"),
        ],
        output: "{folder}: its new name.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["folder": "Projects/2026", "to": "Archive/2026"], output: ["folder": "Archive/2026"]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("folder", .string)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = arguments.string("folder") ?? ""
        let name = arguments.string("to") ?? ""
        return try await Mailbox(context).use { client in
            try client.rename(folder, to: name)
            return ["folder": .string(name)]
        }
    }
}

/// `email.delete_folder`.
struct EmailDeleteFolder: MailNode {
    let spec = NodeSpec(
        "email.delete_folder", summary: "Delete a folder of a mailbox.",
        details: "A folder with messages in it is only deleted with them.",
        effect: .idempotent,
        parameters: [
            Parameter("folder", .string, required: true, help: "The folder.", example: "Projects/2026"),
            Parameter("with_messages", .bool, default: false, help: "Delete the messages in it, too, for good."),
        ],
        output: "{deleted}: false where there was none.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(["folder": "Projects/2026"], output: ["deleted": true]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("deleted", .bool)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = arguments.string("folder") ?? ""
        let withMessages = arguments.bool("with_messages") == true
        return try await Mailbox(context).use { client in
            guard try withMessages || !holdsMessages(folder, client) else {
                throw Failure(
                    .conflict, "the folder \"\(folder)\" on \(client.authority) has messages in it",
                    hint: "move them first, or add with_messages: true to delete them, too", nothingSent: true)
            }
            return ["deleted": .bool(try client.delete(folder))]
        }
    }

    private func holdsMessages(_ folder: String, _ client: ImapClient) throws -> Bool {
        do {
            return try client.counts(of: folder)["MESSAGES"] ?? 0 > 0
        } catch let failure as Failure where failure.kind == .notFound {
            return false
        }
    }
}
