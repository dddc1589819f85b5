import FlowCore
import FlowSpec

/// `email.move` and `email.copy`: messages to another folder.
struct EmailTransfer: MailNode {
    private let transfer: ImapClient.Transfer
    let spec: NodeSpec

    init(_ transfer: ImapClient.Transfer) {
        self.transfer = transfer
        let isMove = transfer == .move
        spec = NodeSpec(
            isMove ? "email.move" : "email.copy",
            summary: isMove ? "Move messages to another folder." : "Copy messages to another folder.",
            details: isMove
                ? """
                What has been moved is gone from its folder, so moving once more does nothing. The server must be able \
                to move; where it can't, copy, then delete.
                """
                : "Where the connection breaks before the server has answered, nobody knows whether there are copies.",
            effect: isMove ? .idempotent : .write,
            parameters: [
                MailboxArguments.folder, MailboxArguments.uids, MailboxArguments.uidValidity,
                Parameter("to", .string, required: true, help: "The folder to put them in.", example: "Archive"),
                Parameter("create", .bool, default: false, help: "Create that folder where there is none."),
            ],
            output: """
                {\(isMove ? "moved" : "copied"), missing, uidvalidity, uids}: how many, the numbers of messages that aren't \
                there, and what their numbers are now, as a map from the old ones, where the server says so.
                """,
            credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
            example: .init(
                ["uids": [101], "to": "Archive"],
                output: [isMove ? "moved" : "copied": 1, "missing": [], "uidvalidity": 7, "uids": ["101": 58]]))
    }

    func outputType(of arguments: WrittenArguments) -> StaticType { .map }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let folder = MailboxArguments.folder(arguments)
        let target = arguments.string("to") ?? ""
        let uids = try MailboxArguments.uids(arguments)
        let validity = try MailboxArguments.validity(arguments)
        let creates = arguments.bool("create") == true
        let transfer = transfer
        let handled = HandledMessages()
        return try await Mailbox(context).use { client in
            if transfer == .move {
                try client.requires("MOVE", for: "move messages", hint: "use email.copy, then email.delete")
            }
            if creates { _ = try client.create(target) }
            // Copying leaves the folder as it is.
            let selection = try client.open(
                folder, readOnly: transfer == .copy, validity: validity ?? handled.uidValidity)
            handled.uidValidity = selection.uidValidity
            try client.transfer(try client.existing(uids), by: transfer, to: target, noting: handled)
            return Self.value(handled, uids, transfer)
        }
    }

    private static func value(
        _ handled: HandledMessages, _ uids: [UInt32], _ transfer: ImapClient.Transfer
    ) -> Value {
        let moved = handled.moved
        var map = ValueMap()
        map[transfer == .move ? "moved" : "copied"] = .int(Int64(handled.uids.count))
        map["missing"] = MailboxArguments.value(Set(uids).subtracting(handled.uids).sorted())
        map["uidvalidity"] = moved.uidValidity.map { .int(Int64($0)) } ?? Value.null
        var numbers = ValueMap()
        for (old, new) in moved.uids.sorted(by: { $0.key < $1.key }) { numbers["\(old)"] = .int(Int64(new)) }
        map["uids"] = .map(numbers)
        return .map(map)
    }
}
