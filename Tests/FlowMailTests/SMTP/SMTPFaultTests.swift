import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// What `email.send` makes of servers that break off, or say what they should not.
@Suite struct SMTPFaultTests {
    /// How far a server goes along.
    private struct Talk {
        var features = ["250-mail.test", "250-PIPELINING", "250 SIZE 1000000"]
        var sender = "250 ok"
        var recipients = ["250 ok"]
        var data = "354 go on"
        var end: String? = "250 2.0.0 Ok: queued as 4Bx1"

        /// - Returns: whether the conversation may go on.
        func hold(_ other: LineServer.Conversation) {
            other.say("220 mail.test")
            var recipient = 0
            while let command = other.hear() {
                switch command.prefix(4) {
                case "EHLO": for line in features { other.say(line) }
                case "MAIL":
                    recipient = 0
                    other.say(sender)
                case "RCPT":
                    other.say(recipients[recipient % recipients.count])
                    recipient += 1
                case "DATA":
                    other.say(data)
                    guard data.hasPrefix("354") else { break }
                    while let line = other.hear(), line != "." {}
                    guard let end else { return }
                    other.say(end)
                case "QUIT":
                    other.say("221 bye")
                    return
                default: other.say("250 ok")
                }
            }
        }
    }

    private func failure(_ talk: Talk, _ changes: Value = [:]) async throws -> Failure? {
        let server = try LineServer { conversation, _ in talk.hold(conversation) }
        return await Sender(to: server).failure(changes)
    }

    @Test func itsOwnNameOfTheMessageIsFound() async throws {
        let server = try LineServer { conversation, _ in Talk().hold(conversation) }
        let result = try await Sender(to: server).send()
        #expect(result["queue_id"] == "4Bx1")
        #expect(result["reply"] == "250 2.0.0 Ok: queued as 4Bx1")
    }

    @Test func aServerWithoutExtensionsIsSpokenToStepByStep() async throws {
        let server = try LineServer { conversation, _ in
            Talk(features: ["250 mail.test"], recipients: ["250 ok", "251 forwarded"]).hold(conversation)
        }
        #expect(
            try await Sender(to: server).send(["to": "a@b.test, c@d.test"])["accepted"] == ["a@b.test", "c@d.test"])
    }

    /// Where the connection breaks once all was sent, nobody knows.
    @Test func silenceAfterTheLastDotIsUncertain() async throws {
        var talk = Talk()
        talk.end = nil
        let failure = try #require(try await failure(talk))
        #expect(failure.kind == .uncertain)
        #expect(failure.message.hasPrefix("all of the message was sent, and 127.0.0.1:"))
        #expect(failure.message.hasSuffix(" did not say whether it took it"))
        #expect(
            failure.hint
                == "look with a recipient or in the server's log whether <key-1@mail.test> came before you send it again"
        )
        #expect(!failure.nothingSent)
        #expect(!RetryPolicy(max: 3).allows(failure, effect: .write))
    }

    /// Before that, nothing was sent, and the step may be repeated.
    @Test(arguments: ["EHLO", "MAIL", "RCPT", "DATA", "content"])
    func aBreakBeforeTheLastDotSendsNothing(at place: String) async throws {
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                if command.hasPrefix(place) { return }
                switch command.prefix(4) {
                case "DATA":
                    conversation.say("354 go on")
                    _ = conversation.hear()
                    return
                default: conversation.say("250 ok")
                }
            }
        }
        let failure = try #require(
            await Sender(to: server).failure(["text": .string(String(repeating: "x", count: 5_000_000))]))
        #expect(failure.kind == .network)
        #expect(failure.nothingSent)
        #expect(RetryPolicy(max: 1).allows(failure, effect: .write))
    }

    @Test func manyMessagesGoOverOneConnection() async throws {
        let connections = Mutex(0)
        let server = try LineServer { conversation, number in
            connections.withLock { $0 = max($0, number) }
            Talk().hold(conversation)
        }
        let sender = Sender(to: server)
        for _ in 0..<5 { try await sender.send() }
        #expect(connections.withLock { $0 } == 1)
        await sender.world.connections.close()
    }

    @Test func aServerThatEndedTheConversationMeanwhileIsAskedAgain() async throws {
        for farewell in [nil, "421 4.4.2 too long idle"] {
            let server = try LineServer { conversation, number in
                guard number == 1 else { return Talk().hold(conversation) }
                // Takes one letter, and then nothing more.
                conversation.say("220 mail.test")
                var taken = 0
                while let command = conversation.hear() {
                    switch command.prefix(4) {
                    case "MAIL" where taken == 1:
                        if let farewell { conversation.say(farewell) }
                        return
                    case "DATA":
                        conversation.say("354 go on")
                        while let line = conversation.hear(), line != "." {}
                        taken += 1
                        conversation.say("250 ok")
                    default: conversation.say("250 ok")
                    }
                }
            }
            let sender = Sender(to: server)
            try await sender.send()
            #expect(server.conversations == 1)
            #expect(try await sender.send()["queue_id"] == "4Bx1")
            #expect(server.conversations == 2)
        }
    }

    @Test func aServerWithoutSTARTTLSGetsNeitherPasswordNorMessage() async throws {
        let heard = Mutex<[String]>([])
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                heard.withLock { $0.append(String(command.prefix(4))) }
                if command.hasPrefix("EHLO") { conversation.say("250-mail.test", "250 AUTH PLAIN LOGIN") }
                if command.hasPrefix("QUIT") { return conversation.say("221 bye") }
            }
        }
        var sender = Sender(to: server)
        sender.fields["security"] = "starttls"
        sender.fields["username"] = "ada"
        sender.fields["password"] = .secret("fake-password")
        let failure = try #require(await sender.failure())
        #expect(failure.kind == .tls)
        #expect(failure.message == "127.0.0.1:\(server.port) offers no STARTTLS")
        #expect(heard.withLock { $0 }.allSatisfy { $0 == "EHLO" || $0 == "QUIT" || $0 == "HELO" })
    }

    @Test(arguments: [
        ("554 5.7.1 you are on a list", FailureKind.permission, "554"), ("421 4.3.2 too busy", .transient, "421"),
    ])
    func aServerThatWantsNobodyIsQuoted(greeting: String, kind: FailureKind, code: String) async throws {
        let server = try LineServer { conversation, _ in
            conversation.say(greeting)
            conversation.listenToTheEnd()
        }
        let failure = try #require(await Sender(to: server).failure())
        #expect(failure.kind == kind)
        #expect(failure.code == code)
        #expect(failure.message == "127.0.0.1:\(server.port) refused the connection (\(greeting.dropFirst(4)))")
        #expect(failure.nothingSent)
    }

    @Test func aServerThatTalksOtherwiseIsNamed() async throws {
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                conversation.say(command.hasPrefix("EHLO") ? "250 mail.test" : "HTTP/1.1 400 Bad Request")
            }
        }
        let failure = try #require(await Sender(to: server).failure())
        #expect(failure.kind == .protocolError)
        #expect(failure.message == "127.0.0.1:\(server.port) does not answer as a server of mail does")
        #expect(failure.hint == "check that host and port are those of a server that sends mail")
    }

    @Test func nobodyAtThePortIsSaid() async throws {
        var sender = Sender(to: try LineServer { _, _ in })
        sender.fields["port"] = 1
        let failure = try #require(await sender.failure())
        #expect(failure.kind == .network)
        #expect(failure.message == "could not connect to 127.0.0.1:1 (connection refused)")
        #expect(failure.hint == "check host and port, and that the server is reachable from this machine")
    }

    @Test(arguments: [
        (
            "553 5.7.1 not yours", FailureKind.permission, "refused the sender \"ada@mail.test\": 553 5.7.1 not yours",
            "give a from that this account may send as"
        ),
        (
            "530 5.7.0 authentication required", .auth,
            "refused the sender \"ada@mail.test\": 530 5.7.0 authentication required",
            "put username and password into the credential, and check its security"
        ),
        (
            "552 5.3.4 too big", .invalid, "refused the sender \"ada@mail.test\": 552 5.3.4 too big",
            "send less, such as a link in place of a file; nothing was sent"
        ),
        (
            "451 4.3.0 busy", .transient, "put off the sender \"ada@mail.test\": 451 4.3.0 busy",
            "try again after a minute or more, as with retry:; nothing was sent"
        ),
        (
            "501 what?", .protocolError, "refused the sender \"ada@mail.test\": 501 what?",
            "give a from that this account may send as"
        ),
    ])
    func aSenderThatIsRefusedIsNamed(reply: String, kind: FailureKind, message: String, hint: String) async throws {
        var talk = Talk()
        talk.sender = reply
        let failure = try #require(try await failure(talk))
        #expect(failure.kind == kind)
        #expect(failure.message.hasSuffix(message))
        #expect(failure.hint == hint)
        #expect(failure.code == String(reply.prefix(3)))
    }

    @Test func aServerThatHangsUpPolitelyIsATransientFailure() async throws {
        for talk in [Talk(sender: "421 4.3.2 shutting down"), Talk(recipients: ["250 ok", "421 4.3.2 shutting down"])] {
            let failure = try #require(try await failure(talk, ["to": "a@b.test, c@d.test"]))
            #expect(failure.kind == .transient)
            #expect(failure.message.hasSuffix("put off the message: 421 4.3.2 shutting down"))
        }
    }

    @Test func aRefusalInTheMiddleOfTheMessageIsHeard() async throws {
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                guard command == "DATA" else {
                    conversation.say("250 ok")
                    continue
                }
                conversation.say("354 go on")
                _ = conversation.hear()
                conversation.say("552 5.3.4 that is too much")
                return
            }
        }
        let failure = try #require(
            await Sender(to: server).failure(["text": .string(String(repeating: "x", count: 20_000_000))]))
        #expect(failure.kind == .invalid || failure.kind == .network)
        #expect(failure.nothingSent)
    }

    @Test func aDotAloneInATextEndsNothing() async throws {
        let lines = Mutex<[String]>([])
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                guard command == "DATA" else {
                    conversation.say("250 ok")
                    continue
                }
                conversation.say("354 go on")
                while let line = conversation.hear(), line != "." { lines.withLock { $0.append(line) } }
                conversation.say("250 ok")
            }
        }
        try await Sender(to: server).send(["text": ".\n.\r\n..\n.a\nend"])
        #expect(lines.withLock { $0 }.suffix(6) == ["", "..", "..", "...", "..a", "end"])
    }

    @Test func oneLetterMayHaveManyRecipients() async throws {
        let server = try LineServer { conversation, _ in Talk().hold(conversation) }
        let recipients: [Value] = (0..<260).map { .string("r\($0)@mail.test") }
        let result = try await Sender(to: server).send(["to": .list(recipients)])
        #expect(result["accepted"] == .list(recipients))
    }

    @Test func whatIsMissingIsNamedBeforeAnythingIsSent() async throws {
        let server = try LineServer { _, _ in }
        let sender = Sender(to: server)
        #expect(
            await sender.failure(["from": nil])
                == Failure(
                    .invalid, "email.send: there is no sender",
                    hint: "give from, or add it to the credential: flowctl credentials edit NAME --set from"))
        #expect(
            await sender.failure(["to": []])
                == Failure(.invalid, "email.send: there is no recipient", hint: "give an address in to, cc or bcc"))
        #expect(
            await sender.failure(["attachments": "missing.pdf"])
                == Failure(
                    .notFound, "there is no file \"missing.pdf\"",
                    hint: "relative paths start at \(sender.files.path)"))
        await #expect(throws: Failure(.invalid, "email.send: give at least one of \"to\", \"cc\", \"bcc\"")) {
            try await sender.run("email.send", ["subject": "x"])
        }
        #expect(server.conversations == 0)
    }

    @Test func theCredentialSaysWhoSends() async throws {
        let heard = Mutex<[String]>([])
        let server = try LineServer { conversation, _ in
            conversation.say("220 mail.test")
            while let command = conversation.hear() {
                heard.withLock { $0.append(command) }
                guard command == "DATA" else {
                    conversation.say("250 ok")
                    continue
                }
                conversation.say("354 go on")
                while let line = conversation.hear(), line != "." {}
                conversation.say("250 ok")
            }
        }
        var sender = Sender(to: server)
        sender.fields["from"] = "reports@example.com"
        sender.fields["helo_name"] = "reports.example.com"
        try await sender.send(["from": nil])
        #expect(
            heard.withLock { $0 }.prefix(3) == [
                "EHLO reports.example.com", "MAIL FROM:<reports@example.com>", "RCPT TO:<ada@mail.test>",
            ])
    }
}
