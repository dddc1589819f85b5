import FlowCore
import FlowSpec

/// What messages are searched for.
struct SearchKeys: Sendable {
    private enum Piece: Sendable { case word(String), string(String) }

    private var pieces: [Piece] = []
    private var isASCII = true
    /// When the server must have got them. Its own search knows days only, and not in which zone.
    private(set) var since: Timestamp?
    private(set) var before: Timestamp?

    /// All messages.
    init() {}

    mutating func add(_ word: String, _ text: String? = nil) {
        pieces.append(.word(word))
        guard let text else { return }
        pieces.append(.string(text))
        isASCII = isASCII && text.utf8.allSatisfy { $0 < 0x80 }
    }

    /// - Parameter uids: only those of this set.
    func command(uids: String? = nil) -> Command {
        var command = Command(isASCII ? "UID SEARCH" : "UID SEARCH CHARSET UTF-8")
        if let uids { command.add("UID \(uids)") }
        if pieces.isEmpty, uids == nil { command.add("ALL") }
        for piece in pieces {
            switch piece {
            case .word(let word): command.add(word)
            case .string(let text): command.add(string: text)
            }
        }
        return command
    }

    /// Whether the server got it within the bounds of time.
    func fits(_ received: Timestamp?) -> Bool {
        guard let received else { return since == nil && before == nil }
        return since.map { received >= $0 } ?? true && before.map { received < $0 } ?? true
    }

    var hasTimes: Bool { since != nil || before != nil }
}

extension SearchKeys {
    static let parameters = [
        Parameter("from", .string, help: "Text in the sender's name or address.", example: "billing@example.com"),
        Parameter("to", .string, help: "Text in the recipients' names or addresses."),
        Parameter("cc", .string, help: "Text in those of the copies."),
        Parameter("subject", .string, help: "Text in the subject.", example: "invoice"),
        Parameter("text", .string, help: "Text anywhere in the message."),
        Parameter("body", .string, help: "Text in the message below its header."),
        Parameter(
            "since", .any, help: "Received at this time or later: a time, or a date, which begins at midnight UTC.",
            example: "2026-11-01"),
        Parameter("before", .any, help: "Received before this time, likewise."),
        Parameter("unseen", .bool, help: "Only messages that nobody has read; false for those that somebody has."),
        Parameter("flagged", .bool, help: "Only flagged messages; false for the others."),
        Parameter("answered", .bool, help: "Only answered messages; false for the others."),
        Parameter("keyword", .string, help: "Only messages with this flag of one's own."),
        Parameter("header", .map, help: "Text in other fields of the header, by their names."),
        Parameter("larger", .int, help: "Only messages of more bytes than this.", minimum: 0),
        Parameter("smaller", .int, help: "Only messages of fewer bytes than this.", minimum: 1),
        Parameter("uids", .string, help: "Only these numbers, such as 100:200,310 or 500:*."),
        Parameter("raw", .string, help: "Further keys as IMAP has them, such as NOT DELETED."),
    ]

    /// - Throws: `invalid` where an argument can't be what it says.
    init(_ arguments: Arguments) throws(Failure) {
        for (name, key) in [
            ("from", "FROM"), ("to", "TO"), ("cc", "CC"), ("subject", "SUBJECT"), ("text", "TEXT"), ("body", "BODY"),
        ] {
            if let text = try SearchKeys.text(arguments[name], name) { add(key, text) }
        }
        for (name, yes, no) in [
            ("unseen", "UNSEEN", "SEEN"), ("flagged", "FLAGGED", "UNFLAGGED"), ("answered", "ANSWERED", "UNANSWERED"),
        ] {
            if let wanted = arguments.bool(name) { add(wanted ? yes : no) }
        }
        if let keyword = arguments.string("keyword") { add("KEYWORD \(try MessageFlag.wire(keyword))") }
        for (name, value) in arguments.map("header") ?? ValueMap() {
            guard !name.text.isEmpty,
                name.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") })
            else {
                throw SearchKeys.wrong("header", "has a name that no field can have", "write it as List-Id")
            }
            add("HEADER", name.text)
            pieces.append(.string(try SearchKeys.text(value, "header") ?? ""))
            isASCII = isASCII && (value.stringValue ?? "").utf8.allSatisfy { $0 < 0x80 }
        }
        if let size = arguments.int("larger") { add("LARGER \(size)") }
        if let size = arguments.int("smaller") { add("SMALLER \(size)") }
        if let uids = arguments.string("uids") { add("UID \(try SearchKeys.set(uids))") }
        try addTimes(arguments)
        if let raw = arguments.string("raw") {
            guard raw.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !raw.contains("{") else {
                throw SearchKeys.wrong(
                    "raw", "has characters that can't be passed on",
                    "use ASCII on one line; other letters go into text:")
            }
            add(raw)
        }
    }

    private mutating func addTimes(_ arguments: Arguments) throws(Failure) {
        let day: Int64 = 86400
        since = try SearchKeys.time(arguments["since"], "since")
        before = try SearchKeys.time(arguments["before"], "before")
        // A day more on each side, as the server's days may begin in any zone.
        if let since { add("SINCE \(MailDate.searchDay(Timestamp(seconds: since.seconds - day)))") }
        if let before { add("BEFORE \(MailDate.searchDay(Timestamp(seconds: before.seconds + 2 * day)))") }
    }

    private static func text(_ value: Value?, _ name: String) throws(Failure) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue, !text.utf8.contains(0) else {
            throw wrong(name, "is no text", "give text to search for")
        }
        return text
    }

    private static func time(_ value: Value?, _ name: String) throws(Failure) -> Timestamp? {
        switch value?.revealed {
        case nil, .null: return nil
        case .timestamp(let time): return time
        case .string(let text):
            if let time = Timestamp(dateOrTime: text) { return time }
        default: break
        }
        throw wrong(name, "is no time", "write it as 2026-11-01 or 2026-11-01T09:00:00Z")
    }

    private static func set(_ text: String) throws(Failure) -> String {
        let isSet = text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { range in
            let ends = range.split(separator: ":", omittingEmptySubsequences: false)
            return (1...2).contains(ends.count) && ends.allSatisfy { $0 == "*" || UInt32($0).map { $0 > 0 } == true }
        }
        guard isSet else { throw wrong("uids", "is no set of numbers", "write it as 100:200,310 or 500:*") }
        return text
    }

    private static func wrong(_ name: String, _ what: String, _ hint: String) -> Failure {
        Failure(.invalid, "the argument \"\(name)\" \(what)", hint: hint, nothingSent: true)
    }
}
