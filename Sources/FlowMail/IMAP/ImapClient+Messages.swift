import FlowCore
import FlowSpec

extension ImapClient {
    /// What a summary is made from.
    static let summaryItems = "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE"

    /// Opens a folder for reading, as the same one that a mark or an argument is about.
    ///
    /// - Throws: `conflict` where the server has given its messages new numbers since.
    @discardableResult
    func examine(_ folder: String, validity: UInt32? = nil) throws -> Selection {
        try open(folder, readOnly: true, validity: validity)
    }

    @discardableResult
    func open(_ folder: String, readOnly: Bool, validity: UInt32?) throws -> Selection {
        let selection = try select(folder, readOnly: readOnly)
        guard validity == nil || validity == selection.uidValidity else {
            throw Failure(
                .conflict, "the folder \"\(folder)\" on \(authority) has numbered its messages anew",
                hint: "search for the messages again", code: "UIDVALIDITY", nothingSent: true)
        }
        return selection
    }

    /// The identifiers of messages that a search finds, ascending.
    func search(_ search: SearchKeys, uids: String? = nil) throws -> [UInt32] {
        var found: [UInt32] = []
        try run(search.command(uids: uids)) { if case .search(let uids) = $0 { found += uids } }
        return found.sorted()
    }

    /// The messages of a Message-ID.
    func messages(of id: String) throws -> [UInt32] {
        var keys = SearchKeys()
        keys.add("HEADER Message-ID", id)
        // A search also finds it as a part of another one.
        let found = try UIDSet.portions(of: search(keys)).flatMap { try fetch($0, "UID ENVELOPE") }
        return found.filter { $0.envelope?.messageID.map { MessageID.isSame(MailText.header($0), id) } == true }
            .compactMap(\.uid)
    }

    /// Those of these messages that are there.
    func existing(_ uids: [UInt32]) throws -> [UInt32] {
        var found: Set<UInt32> = []
        for portion in UIDSet.portions(of: uids) {
            found.formUnion(try search(SearchKeys(), uids: UIDSet.text(portion)))
        }
        return uids.filter(found.contains)
    }

    /// What the server tells of messages, in the order of their identifiers; those that are gone are left out.
    func fetch(_ uids: some Sequence<UInt32>, _ items: String = ImapClient.summaryItems) throws -> [FetchedMessage] {
        let wanted = Set(uids)
        guard !wanted.isEmpty else { return [] }
        var found: [UInt32: FetchedMessage] = [:]
        try run(Command("UID FETCH \(UIDSet.text(wanted)) (\(items))")) { response in
            // Changes of flags by others come without being asked for, and not always with the identifier.
            guard case .fetch(let message) = response, let uid = message.uid, wanted.contains(uid),
                message.size != nil || message.envelope != nil || message.internalDate != nil
            else { return }
            found[uid] = message
        }
        return found.values.sorted { $0.uid ?? 0 < $1.uid ?? 0 }
    }

    /// Gives the content of a section to `sink` as it comes; flags stay as they are.
    ///
    /// - Parameter mayBeNull: whether there may be a message without such content.
    /// - Throws: `not_found` where the message is gone, of which the server says nothing (RFC 9051, 6.4.9).
    func content(
        of uid: UInt32, section: String, limit: Int? = nil, mayBeNull: Bool = false, into sink: any ContentSink
    ) throws {
        reader.content = (section.uppercased(), sink)
        defer { reader.content = nil }
        let portion = limit.map { "<0.\($0)>" } ?? ""
        try run(Command("UID FETCH \(uid) (BODY.PEEK[\(section)]\(portion))"))
        switch reader.arrival {
        case .bytes: break
        case .null where mayBeNull: break
        // Of a message that another session has deleted, some servers give empty words (RFC 2180, 4.1.3).
        case .null, .nothing: throw isGone(uid)
        }
    }

    /// Gives the content of a part to `sink`, likewise.
    func content(of uid: UInt32, _ part: BodyPart, into sink: any ContentSink) throws {
        try content(of: uid, section: part.section, mayBeNull: part.size == 0, into: sink)
    }

    /// What to say where a message isn't in the folder that is open.
    func isGone(_ uid: UInt32) -> Failure {
        Failure(
            .notFound, "there is no message \(uid) in the folder \"\(selection?.folder ?? "")\" on \(authority)",
            hint: "search for it again; it may have been moved or deleted")
    }

    // MARK: Changes

    func store(_ uids: [UInt32], _ change: String, _ flags: [String]) throws {
        for portion in UIDSet.portions(of: uids) {
            try run(
                Command("UID STORE \(UIDSet.text(portion)) \(change)FLAGS.SILENT (\(flags.joined(separator: " ")))"))
        }
    }

    /// Takes these messages away for good, and no others that are marked as deleted.
    func deleteForGood(_ uids: [UInt32], noting handled: HandledMessages) throws {
        try requires(
            "UIDPLUS", for: "delete single messages",
            hint: "mark them with email.set_flags, and let a mail program expunge the folder")
        try store(uids, "+", ["\\Deleted"])
        for portion in UIDSet.portions(of: uids) {
            try handled.note(portion) { try run(Command("UID EXPUNGE \(UIDSet.text(portion))")) }
        }
    }

    enum Transfer: String { case copy = "COPY", move = "MOVE" }

    /// Copies or moves messages.
    func transfer(
        _ uids: [UInt32], by transfer: Transfer, to folder: String, noting handled: HandledMessages
    ) throws {
        for portion in UIDSet.portions(of: uids, size: transfer == .copy ? 100_000 : 500) {
            var command = Command(
                "UID \(transfer.rawValue) \(UIDSet.text(portion))", isUnrepeatable: transfer == .copy)
            command.add(folder: folder)
            try handled.note(portion) {
                // MOVE tells it before it is done (RFC 6851).
                handled.take(try run(command, about: folder) { if case .status(let it) = $0 { handled.take(it) } })
            }
        }
    }
}
