import FlowCore
import FlowSpec

/// `email.list_folders`: what a mailbox is divided into.
struct EmailListFolders: MailNode {
    let spec = NodeSpec(
        "email.list_folders", summary: "List the folders of a mailbox.",
        effect: .read,
        parameters: [
            Parameter(
                "pattern", .string, default: "*",
                help: "Only folders whose names fit: * stands for anything, % for anything within a level.",
                example: "Projects/*"),
            Parameter(
                "counts", .bool, default: false, help: "Whether to count the messages, which asks once for each folder."
            ),
        ],
        output: """
            A list of {name, delimiter, use, selectable}; use is what a folder is meant for, such as sent, trash, drafts, \
            archive or junk. With counts also messages, unseen, uidnext and uidvalidity.
            """,
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["counts": true],
            output: [
                [
                    "name": "INBOX", "delimiter": "/", "use": "inbox", "selectable": true, "messages": 12, "unseen": 3,
                    "uidnext": 113, "uidvalidity": 1,
                ]
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .list(of: .map) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let pattern = arguments.string("pattern") ?? "*"
        let counts = arguments.bool("counts") == true
        return try await Mailbox(context).use { client in
            .list(try client.folders(pattern).map { try value($0, counted: counts, by: client) })
        }
    }

    private static let uses = ["all", "archive", "drafts", "flagged", "junk", "sent", "trash", "important"]

    private func value(_ entry: FolderEntry, counted: Bool, by client: ImapClient) throws -> Value {
        let name = MailboxName.decode(entry.name)
        let flags = entry.flags.map { $0.dropFirst().lowercased() }
        let isSelectable = !flags.contains("noselect") && !flags.contains("nonexistent")
        var map = ValueMap()
        map["name"] = .string(name)
        map["delimiter"] = entry.delimiter.map { .string($0) } ?? Value.null
        let use = name.uppercased() == "INBOX" ? "inbox" : flags.first(where: Self.uses.contains)
        map["use"] = use.map { .string($0) } ?? Value.null
        map["selectable"] = .bool(isSelectable)
        guard counted, isSelectable else { return .map(map) }
        let counts = try client.counts(of: name)
        for item in ["MESSAGES", "UNSEEN", "UIDNEXT", "UIDVALIDITY"] {
            map[item.lowercased()] = counts[item].map { .int(Int64(clamping: $0)) } ?? Value.null
        }
        return .map(map)
    }
}
