import FlowCore
import FlowSpec

/// Waits for messages that come into a folder.
struct FolderWatch: Sendable {
    /// Servers hang up on who is idle for half an hour.
    private static let longestIdle: Duration = .seconds(20 * 60)

    let folder: String
    let interval: Duration
    let limit: Int

    struct Found: Sendable {
        var messages: [MessageSummary]
        var mark: FolderMark
    }

    /// What is known when the watch begins: what the mark says, or all that is there.
    ///
    /// - Returns: besides, whether the mark means nothing any more.
    func start(_ mark: FolderMark?, over client: ImapClient) throws -> (FolderMark, isReset: Bool) {
        let counts = try client.counts(of: folder)
        guard let validity = counts["UIDVALIDITY"].flatMap(UInt32.init(exactly:)) else {
            throw Failure(
                .protocolError, "\(client.authority) gives the messages of \"\(folder)\" no lasting numbers",
                hint: "take another folder; this one has no UIDVALIDITY")
        }
        if let mark, mark.uidValidity == validity { return (mark, false) }
        let last: UInt32
        if let next = counts["UIDNEXT"].flatMap(UInt32.init(exactly:)), next > 0 {
            last = next - 1
        } else {
            try client.examine(folder)
            last = try client.search(SearchKeys()).last ?? 0
        }
        return (FolderMark(uidValidity: validity, uid: last), mark != nil)
    }

    /// - Parameter known: from where on messages are new, for all connections that the wait takes.
    /// - Returns: no messages where the time is up.
    func wait(after known: KnownMark, until deadline: ContinuousClock.Instant, over client: ImapClient) throws -> Found
    {
        while true {
            // What is there in a folder that was numbered anew may have been there before.
            if try client.examine(folder).uidValidity != known.mark.uidValidity {
                known.mark = try start(nil, over: client).0
            }
            let mark = known.mark
            let found = try newMessages(after: mark, client)
            if !found.isEmpty { return Found(messages: found, mark: self.mark(mark, after: found)) }
            guard .now < deadline else { return Found(messages: [], mark: mark) }
            if client.capabilities.contains("IDLE") {
                try client.idle(until: min(deadline, .now + Self.longestIdle))
            } else {
                try client.handle.pause(until: min(deadline, .now + interval))
                try client.run(Command("NOOP"))
            }
        }
    }

    private func newMessages(after mark: FolderMark, _ client: ImapClient) throws -> [MessageSummary] {
        guard mark.uid < .max else { return [] }
        // The last message is found even where its number is below the range.
        let uids = try client.search(SearchKeys(), uids: "\(mark.uid + 1):*").filter { $0 > mark.uid }
        return try client.fetch(uids.prefix(limit)).map {
            MessageSummary(message: $0, folder: folder, uidValidity: mark.uidValidity)
        }
    }

    private func mark(_ mark: FolderMark, after found: [MessageSummary]) -> FolderMark {
        FolderMark(uidValidity: mark.uidValidity, uid: found.compactMap(\.message.uid).max() ?? mark.uid)
    }
}

extension ImapClient {
    /// Lets the server tell when something happens in the folder (RFC 2177).
    func idle(until deadline: ContinuousClock.Instant) throws {
        let command = Command("IDLE")
        let status = try guarded(command, isSent: { true }) {
            let tag = nextTag()
            var hasNews = false
            let note: (Response) -> Void = { if case .exists = $0 { hasNews = true } }
            if let refusal = try send(command, tag: tag, note) { return refusal }
            if let refusal = try awaitContinuation(tag, note) { return refusal }
            // Where bytes keep coming, nothing is ever waited for.
            while !hasNews, .now < deadline, try reader.hasBuffered || handle.hasInput(until: deadline) {
                if case .status(let status) = try next(note), status.tag == tag { return status }
            }
            try handle.send("DONE\r\n".utf8)
            return try finish(tag) { _ in }
        }
        try require(status, command, about: nil)
    }
}
