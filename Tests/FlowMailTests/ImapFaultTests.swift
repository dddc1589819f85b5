import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowMail

/// What nodes make of servers that do what real ones rarely do.
@Suite struct ImapFaultTests {
    // MARK: Messages that vanish

    /// How a server answers that has no such message any more.
    enum Absence: CaseIterable {
        case silence, null, refusal

        func say(_ section: String, _ tag: String, to other: LineServer.Conversation) {
            if self == .null { other.say("* 1 FETCH (UID 7 BODY[\(section)] NIL)") }
            other.say(self == .refusal ? "\(tag) NO [EXPUNGEISSUED] gone" : "\(tag) OK done")
        }
    }

    /// - Parameter structure: of message 7, whose sections are those of `contents`.
    private func server(
        _ contents: [String: String], structure: String, _ absence: Absence = .silence
    ) throws -> LineServer {
        try LineServer { other, _ in
            other.talkIMAP { tag, command in
                if command.hasPrefix("EXAMINE") {
                    other.say("* OK [UIDVALIDITY 1] valid", "\(tag) OK done")
                } else if command.contains("ENVELOPE") {
                    other.say(
                        "* 1 FETCH (UID 7 RFC822.SIZE 9 BODYSTRUCTURE (\(structure)))", "\(tag) OK done")
                } else {
                    let section = command.split(separator: "[")[1].prefix { $0 != "]" }
                    guard let content = contents[String(section)] else {
                        absence.say(String(section), tag, to: other)
                        return true
                    }
                    other.say("* 1 FETCH (UID 7 BODY[\(section)] \(content))", "\(tag) OK done")
                }
                return true
            }
        }
    }

    private static let file = "\"application\" \"pdf\" (\"name\" \"a.pdf\") NIL NIL \"7bit\" 3"
    private static let plain = "\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1"

    @Test(arguments: Absence.allCases) func aMessageThatVanishesLeavesNoFile(absence: Absence) async throws {
        let cases: [(structure: String, arguments: Value)] = [
            (Self.plain, ["uid": 7, "raw_to": "a.eml"]), (Self.plain, ["uid": 7]),
            (Self.file, ["uid": 7, "attachments_to": "out"]),
        ]
        for (structure, arguments) in cases {
            let server = try server(["HEADER": "\"Subject: a\""], structure: structure, absence)
            let mailbox = try TalkedMailbox(at: server)
            try Folder.write("as before", to: mailbox.files + "/a.eml")
            await #expect {
                _ = try await mailbox.run(EmailFetch(), arguments)
            } throws: { error in
                let failure = Failure(error)
                return failure.kind == .notFound
                    && failure.hint == "search for it again; it may have been moved or deleted"
                    && (absence == .refusal
                        ? failure.message
                            == "a message is no longer in the folder \"INBOX\" on 127.0.0.1:\(server.port): gone"
                        : failure.message == "there is no message 7 in the folder \"INBOX\" on 127.0.0.1:\(server.port)")
            }
            #expect(try Folder.read(mailbox.files + "/a.eml") == "as before")
            #expect(Folder.files(below: mailbox.files).count == 1)
            await mailbox.end()
        }
    }

    @Test func aPartWithoutContentMayBeNull() async throws {
        let server = try server(
            ["HEADER": "\"Subject: a\"", "1": "NIL"], structure: "\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0")
        let mailbox = try TalkedMailbox(at: server)
        #expect(try await mailbox.run(EmailFetch(), ["uid": 7])["text"] == "")
        await mailbox.end()
    }

    // MARK: Waiting

    /// What is there in a folder that was numbered anew while nobody looked isn't new.
    @Test func aFolderThatIsNumberedAnewDuringAWaitHasOldMessages() async throws {
        let server = try LineServer { other, number in
            let validity = min(number, 2)
            other.talkIMAP { tag, command in
                if command.hasPrefix("STATUS") {
                    other.say("* STATUS INBOX (UIDVALIDITY \(validity) UIDNEXT \(validity == 1 ? 9 : 4))")
                } else if command.hasPrefix("EXAMINE") {
                    other.say("* OK [UIDVALIDITY \(validity)] valid")
                } else if command.hasPrefix("UID SEARCH") {
                    guard number > 1 else { return false }
                    other.say(command.contains(" 1:*") ? "* SEARCH 1 2 3" : "* SEARCH 3")
                } else {
                    other.say("* 1 FETCH (UID 1 RFC822.SIZE 9)")
                }
                other.say("\(tag) OK done")
                return true
            }
        }
        let mailbox = try TalkedMailbox(at: server)
        let found = try await mailbox.run(EmailWaitNew(), ["wait": "1ms"])
        #expect(found == ["messages": [], "mark": ["uidvalidity": 2, "uid": 3], "reset": true])
        await mailbox.end()
    }

    /// A server that never stops to talk leaves nothing to wait for.
    @Test func aFloodEndsWithItsTask() async throws {
        let (flooding, isFlooding) = AsyncStream<Void>.makeStream()
        let flood = String(repeating: "* 5 EXISTS\r\n", count: 1 << 16)
        let server = try LineServer { other, _ in
            other.talkIMAP { tag, _ in
                // Without end, but that a test must have one. After the first round, the client is behind.
                for round in 0..<6 {
                    if round == 1 { isFlooding.yield() }
                    other.say(bytes: flood.utf8)
                }
                other.say("\(tag) OK done")
                return true
            }
        }
        let mailbox = try TalkedMailbox(at: server)
        let task = Task {
            defer { isFlooding.finish() }
            return try await mailbox.run(EmailSearch())
        }
        for await _ in flooding { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        await mailbox.end()
    }
}
