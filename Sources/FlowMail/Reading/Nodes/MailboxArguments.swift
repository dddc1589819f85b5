import FlowCore
import FlowSpec

/// What nodes for mailboxes take alike.
enum MailboxArguments {
    static let credentialTypes = ["imap", "oauth2"]

    static let folder = Parameter(
        "folder", .string, default: "INBOX", help: "The folder, as email.list_folders names it.", example: "INBOX")
    static let uids = Parameter(
        "uids", .list(of: .int), required: true, help: "The numbers of the messages in the folder.",
        example: [101, 102])
    static let uidValidity = Parameter(
        "uidvalidity", .int,
        help: "As the search gave it; where the folder has numbered its messages anew, the step fails.")

    static func folder(_ arguments: Arguments) -> String { arguments.string("folder") ?? "INBOX" }

    static func validity(_ arguments: Arguments) throws(Failure) -> UInt32? {
        guard let number = arguments.int("uidvalidity") else { return nil }
        return try uid(number, "uidvalidity")
    }

    /// - Throws: `invalid` where one is no number that a message can have.
    static func uids(_ arguments: Arguments) throws -> [UInt32] {
        var uids: [UInt32] = []
        var known: Set<UInt32> = []
        for value in arguments.list("uids") ?? [] {
            let uid = try uid(value.intValue.flatMap { Int($0) } ?? 0, "uids")
            if known.insert(uid).inserted { uids.append(uid) }
        }
        return uids
    }

    static func uid(_ number: Int, _ name: String) throws(Failure) -> UInt32 {
        guard let uid = UInt32(exactly: number), uid > 0 else {
            throw Failure(
                .invalid, "the argument \"\(name)\" has a number that no message can have",
                hint: "take the numbers that email.search gives", nothingSent: true)
        }
        return uid
    }

    /// Numbers as a list.
    static func value(_ uids: some Sequence<UInt32>) -> Value { .list(uids.map { .int(Int64($0)) }) }
}
