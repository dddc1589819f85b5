import FlowCore
import FlowSpec

/// `email.search`: messages of a folder, as a list or in pages.
struct EmailSearch: MailNode {
    /// Where neither a limit nor a loop bounds them.
    private static let most = 10_000
    private static let pageSize = 100

    let spec = NodeSpec(
        "email.search", summary: "Find messages in a mailbox.",
        details: """
            All that is given must be true of a message. Nothing is marked as read. A for_each goes through any number \
            of messages without holding all, and goes on after the last one when its run is resumed.
            """,
        effect: .read,
        parameters: [MailboxArguments.folder] + SearchKeys.parameters + [
            Parameter(
                "order", .string, default: "oldest", help: "Which come first, by when they came into the folder.",
                choices: ["oldest", "newest"]),
            Parameter("limit", .int, help: "No more messages than this.", minimum: 1),
            Parameter(
                "fetch", .string, default: "summary",
                help: "A summary of each message, or its number alone, which is quicker.", choices: ["summary", "uid"]),
        ],
        output: """
            A list of {uid, uidvalidity, folder}, with a summary also message_id, subject, from, to, cc, bcc, reply_to, \
            in_reply_to, date, received, size, flags and attachments, each of those {name, media_type, size, inline, part}, \
            where size is about what it has when it is decoded.
            """,
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["from": "billing@example.com", "subject": "invoice", "unseen": true],
            output: [
                [
                    "uid": 101, "uidvalidity": 1, "folder": "INBOX", "message_id": "<1@example.com>",
                    "subject": "Your invoice", "from": ["name": "Billing", "address": "billing@example.com"],
                    "attachments": [
                        [
                            "name": "invoice.pdf", "media_type": "application/pdf", "size": 48_213, "inline": false,
                            "part": "2",
                        ]
                    ],
                ]
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .list(of: .map) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let collected = Collected()
        let hasLimit = arguments.int("limit") != nil
        try await pages(arguments, from: nil, in: context) { page in
            guard await collected.add(page.items) <= Self.most || hasLimit else {
                throw Failure(
                    .invalid, "the search finds more than \(Self.most) messages",
                    hint: "narrow it down, give a limit, or go through them with for_each")
            }
        }
        return .list(await collected.items)
    }

    private actor Collected {
        private(set) var items: [Value] = []

        func add(_ page: [Value]) -> Int {
            items += page
            return items.count
        }
    }
}

extension EmailSearch: PagedNode {
    func comesInPages(_ arguments: Arguments) -> Bool { true }

    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let mailbox = try Mailbox(context)
        let folder = MailboxArguments.folder(arguments)
        let keys = try SearchKeys(arguments)
        let isDescending = arguments.string("order") == "newest"
        let wantsSummary = arguments.string("fetch") != "uid"
        let start = mark.map(SearchMark.init)
        let (validity, found) = try await mailbox.use { client in
            let selection = try client.examine(folder, validity: start?.uidValidity)
            var uids = try client.search(keys, uids: start?.range(isDescending: isDescending))
            // `n:*` finds the last message, too, where its number is below n.
            uids.removeAll { start?.hasPassed($0, isDescending: isDescending) == true }
            return (selection.uidValidity, isDescending ? uids.reversed() : uids)
        }
        var left = arguments.int("limit").map { $0 - (start?.count ?? 0) } ?? .max
        var count = start?.count ?? 0
        var portions = UIDSet.portions(of: found, size: Self.pageSize)[...]
        repeat {
            let portion = portions.popFirst() ?? []
            let items = try await mailbox.use { client in
                _ = try client.examine(folder, validity: validity)
                return try Self.items(portion, wantsSummary, keys, folder, validity, isDescending, client)
            }.prefix(max(left, 0))
            left -= items.count
            count += items.count
            let isLast = portions.isEmpty || left <= 0
            let next = SearchMark(uidValidity: validity, last: portion.last ?? 0, count: count)
            // Not null where there is none: Value takes nil for null.
            try await take(isLast ? Page(Array(items)) : Page(Array(items), next: next.asValue))
            if isLast { return }
        } while true
    }

    private static func items(
        _ uids: [UInt32], _ wantsSummary: Bool, _ keys: SearchKeys, _ folder: String, _ validity: UInt32,
        _ isDescending: Bool, _ client: ImapClient
    ) throws -> [Value] {
        guard wantsSummary || keys.hasTimes else {
            return uids.map { uid in
                MessageSummary(message: FetchedMessage(number: 0, uid: uid), folder: folder, uidValidity: validity)
                    .place
            }
        }
        let messages = try client.fetch(uids, wantsSummary ? ImapClient.summaryItems : "UID INTERNALDATE")
            .map { MessageSummary(message: $0, folder: folder, uidValidity: validity) }
            .filter { keys.fits($0.received) }
        let items = messages.map { wantsSummary ? $0.asValue : $0.place }
        return isDescending ? items.reversed() : items
    }
}

/// How far a search has come.
private struct SearchMark {
    let uidValidity: UInt32
    let last: UInt32
    /// Messages that were given before it.
    let count: Int

    init(uidValidity: UInt32, last: UInt32, count: Int) {
        self.uidValidity = uidValidity
        self.last = last
        self.count = count
    }

    init(_ value: Value) {
        func number(_ name: String) -> UInt32 { value[name]?.intValue.flatMap { UInt32(exactly: $0) } ?? 0 }
        uidValidity = number("uidvalidity")
        last = number("last")
        count = value["count"]?.intValue.flatMap { Int($0) } ?? 0
    }

    var asValue: Value {
        ["uidvalidity": .int(Int64(uidValidity)), "last": .int(Int64(last)), "count": .int(Int64(count))]
    }

    func range(isDescending: Bool) -> String {
        isDescending ? "1:\(max(last, 2) - 1)" : "\(last == .max ? last : last + 1):*"
    }

    func hasPassed(_ uid: UInt32, isDescending: Bool) -> Bool { isDescending ? uid >= last : uid <= last }
}
