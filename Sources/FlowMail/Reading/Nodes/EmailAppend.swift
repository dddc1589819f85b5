import FlowCore
import FlowNodeKit
import FlowSpec

/// `email.append`: puts a message into a folder.
struct EmailAppend: MailNode {
    let spec = NodeSpec(
        "email.append", summary: "Put a message into a folder of a mailbox.",
        details: """
            A message that is in the folder already, by its Message-ID, is not put there again, so that a step which is \
            repeated leaves one. A message without a Message-ID gets one.
            """,
        effect: .idempotent,
        parameters: [
            Parameter("folder", .string, required: true, help: "The folder.", example: "Archive"),
            Parameter("file", .file, help: "The message as a file, as mail programs save it.", example: "letter.eml"),
            Parameter("message", .string, help: "The message itself: its header, an empty line, its text."),
            Parameter("flags", .list(of: .string), help: "Flags to give it.", example: ["seen"]),
            Parameter("received", .any, help: "When it was received; now, where nothing is given."),
            Parameter("create", .bool, default: false, help: "Create the folder where there is none."),
            Parameter(
                "duplicates", .bool, default: false, help: "Put it there even where one of its Message-ID is."),
        ],
        rules: [.one(["file", "message"])],
        output: "{appended, message_id, uid, uidvalidity}: appended is false where it was there.",
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["folder": "Archive", "file": "letter.eml", "flags": ["seen"]],
            output: ["appended": true, "message_id": "<1@example.com>", "uid": 58, "uidvalidity": 7]))

    func effect(of arguments: Arguments) -> Effect { arguments.bool("duplicates") == true ? .write : .idempotent }

    func outputType(of arguments: WrittenArguments) -> StaticType { .map }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = arguments.string("folder") ?? ""
        let allowsDuplicates = arguments.bool("duplicates") == true
        let creates = arguments.bool("create") == true
        let flags = try (arguments.list("flags") ?? []).map { try MessageFlag.wire($0.stringValue ?? "") }
        let received = try received(arguments)
        return try await Mailbox(context).use { client in
            let message = try AppendedMessage(arguments, context)
            if creates { _ = try client.create(folder) }
            if !allowsDuplicates {
                let selection = try client.examine(folder)
                if let uid = try client.messages(of: message.id).last {
                    return Self.value(false, message, (selection.uidValidity, uid))
                }
            }
            let place = try client.append(
                to: folder, flags: flags, date: received, size: message.size, isUnrepeatable: allowsDuplicates
            ) { try message.forEachPortion($0) }
            return Self.value(true, message, place)
        }
    }

    private func received(_ arguments: Arguments) throws -> Timestamp? {
        switch arguments["received"]?.revealed {
        case nil, .null: return nil
        case .timestamp(let time): return time
        case .string(let text):
            if let time = Timestamp(dateOrTime: text) { return time }
        default: break
        }
        throw Failure(
            .invalid, "the argument \"received\" is no time", hint: "write it as 2026-11-01T09:00:00Z",
            nothingSent: true)
    }

    private static func value(_ isNew: Bool, _ message: AppendedMessage, _ place: (uidValidity: UInt32, uid: UInt32)?)
        -> Value
    {
        [
            "appended": .bool(isNew), "message_id": .string(message.id),
            "uid": place.map { .int(Int64($0.uid)) } ?? Value.null,
            "uidvalidity": place.map { .int(Int64($0.uidValidity)) } ?? Value.null,
        ]
    }
}
