import FlowCore
import FlowSpec
import Synchronization

/// `email.wait_new`: messages that come into a folder.
struct EmailWaitNew: MailNode {
    private static let most = 100

    let spec = NodeSpec(
        "email.wait_new", summary: "Wait for new messages in a mailbox.",
        details: """
            Waits until a message comes or the time is up. With since, the mark that an earlier step gave, messages that \
            came in between are there at once. The server tells where it can (IDLE), else it is asked every every.
            """,
        effect: .read,
        parameters: [
            MailboxArguments.folder,
            Parameter(
                "since", .map, help: "The mark of an earlier step; without it, only what comes from now on is new.",
                example: ["uidvalidity": 1, "uid": 101]),
            Parameter(
                "wait", .duration, default: "5m", help: "How long to wait for a message.", example: "10m",
                shortest: .zero),
            Parameter(
                "every", .duration, default: "30s", help: "How often to ask a server that doesn't tell.",
                shortest: .aboveZero),
            Parameter(
                "limit", .int, default: .int(Int64(most)),
                help: "No more messages than this; the mark is that of the last.",
                minimum: 1, maximum: 1000),
        ],
        output: """
            {messages, mark, reset}: summaries as of email.search, the oldest first; the mark for the next step; and whether \
            the folder has numbered its messages anew since the mark, so that what came in between isn't known.
            """,
        credentialTypes: MailboxArguments.credentialTypes, needsCredential: true, sharedCredentials: ["imap"],
        example: .init(
            ["wait": "10m"],
            output: [
                "messages": [["uid": 102, "uidvalidity": 1, "folder": "INBOX", "subject": "Your invoice"]],
                "mark": ["uidvalidity": 1, "uid": 102], "reset": false,
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("messages", .list(of: .map)), ("mark", .map), ("reset", .bool)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let watch = FolderWatch(
            folder: MailboxArguments.folder(arguments), interval: arguments.duration("every") ?? .seconds(30),
            limit: arguments.int("limit") ?? Self.most)
        let deadline = ContinuousClock.now + (arguments.duration("wait") ?? .seconds(300))
        let given = try arguments.map("since").map { try FolderMark(.map($0)) }
        let mailbox = try Mailbox(context)
        // Found once, so that what comes while a connection is broken and made anew counts.
        let (start, isReset) = try await mailbox.use { try watch.start(given, over: $0) }
        let known = KnownMark(start)
        let found = try await mailbox.use(isWait: true) { try watch.wait(after: known, until: deadline, over: $0) }
        return [
            "messages": .list(found.messages.map(\.asValue)), "mark": found.mark.asValue,
            "reset": .bool(isReset || found.mark.uidValidity != start.uidValidity),
        ]
    }
}

/// The last message of a folder that is known.
struct FolderMark: Sendable, Equatable {
    var uidValidity: UInt32
    var uid: UInt32

    init(uidValidity: UInt32, uid: UInt32) {
        self.uidValidity = uidValidity
        self.uid = uid
    }

    init(_ value: Value) throws(Failure) {
        func number(_ name: String) -> UInt32? { value[name]?.intValue.flatMap { UInt32(exactly: $0) } }
        guard let uidValidity = number("uidvalidity"), let uid = number("uid") else {
            throw Failure(
                .invalid, "the argument \"since\" is no mark", hint: "give the mark that email.wait_new gave before",
                nothingSent: true)
        }
        self.init(uidValidity: uidValidity, uid: uid)
    }

    var asValue: Value { ["uidvalidity": .int(Int64(uidValidity)), "uid": .int(Int64(uid))] }
}

/// The mark that a wait goes on from, whichever connection found it.
final class KnownMark: Sendable {
    private let value: Mutex<FolderMark>

    init(_ mark: FolderMark) { value = Mutex(mark) }

    var mark: FolderMark {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
