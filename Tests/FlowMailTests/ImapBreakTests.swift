import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@testable import FlowMail

/// Connections that break, and logins that are refused, at a real server.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct ImapBreakTests {
    // MARK: Breaks

    @Test func aReadGoesOnOverAnotherConnection() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2) { connection, command in
            connection == 1 && command.contains("UID FETCH") ? .cutAfter : .pass
        }
        let broken = mailbox.through(relay)
        #expect(try await broken.here("email.fetch", ["uid": .int(uid)])["text"] == "b\n")
        #expect(relay.count == 2)
        #expect(
            broken.log.lines.contains { $0.contains("the connection to 127.0.0.1:\(relay.port) broke; once more in") })
        await mailbox.end()
    }

    @Test func aCopyThatWasCutOffIsUncertain() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2) { _, command in
            command.contains("UID COPY") ? .cutAfter : .pass
        }
        let broken = mailbox.through(relay)
        await #expect {
            try await broken.here("email.copy", ["uids": [.int(uid)], "to": .string(mailbox.folder)])
        } throws: { error in
            let failure = Failure(error)
            return failure.kind == .uncertain
                && failure.message
                    == "the connection to 127.0.0.1:\(relay.port) broke; UID COPY may have been carried out"
                && failure.hint == "look in the folder whether it was before you repeat it"
        }
        #expect(try await mailbox.search().count == 2)
        await mailbox.end()
    }

    @Test func aMoveThatWasCutOffHappensOnce() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2) { connection, command in
            connection == 1 && command.contains("UID MOVE") ? .cutAfter : .pass
        }
        let target = mailbox.folder + "/moved"
        let move: Value = ["uids": [.int(uid)], "to": .string(target), "create": true]
        let result = try await mailbox.through(relay).here("email.move", move)
        #expect(result["moved"] == 1)
        #expect(result["missing"] == [])
        #expect(relay.count == 2)
        #expect(try await mailbox.search() == [])
        #expect(try await mailbox.run("email.search", ["folder": .string(target)]).listValue?.count == 1)
        await mailbox.end()
    }

    /// Messages that nobody asked the server to move, as they weren't there before, are missing all the same.
    @Test(arguments: [(false, "UID MOVE"), (true, "UID EXPUNGE")])
    func aDeletionThatWasCutOffHappensOnce(isForGood: Bool, last: String) async throws {
        let mailbox = try await ImapMailbox.make("deletion \(isForGood)")
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2) { connection, command in
            connection == 1 && command.contains(last) ? .cutAfter : .pass
        }
        let delete: Value = ["uids": [.int(uid), 77], "permanently": .bool(isForGood)]
        let result = try await mailbox.through(relay).here("email.delete", delete)
        #expect(result == ["deleted": 1, "missing": [77], "trash": isForGood ? nil : "Trash"])
        #expect(relay.count == 2)
        #expect(try await mailbox.search() == [])
        await mailbox.end()
    }

    @Test(arguments: [ImapRelay.Verdict.cutBefore, .cutAfter])
    func anAppendThatWasCutOffHappensOnce(verdict: ImapRelay.Verdict) async throws {
        let mailbox = try await ImapMailbox.make("append \(verdict)")
        let relay = try ImapRelay(to: mailbox.place.port + 2) { connection, command in
            connection == 1 && command.contains("body of it") ? verdict : .pass
        }
        let message: Value = ["message": "Message-ID: <cut@x.test>\nSubject: a\n\nbody of it\n"]
        try await mailbox.through(relay).here("email.append", message)
        #expect(relay.count == 2)
        #expect(try await mailbox.search().count == 1)
        await mailbox.end()
    }

    @Test func aServerThatCantMoveSaysSo() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2, hiding: ["MOVE", "UIDPLUS", "LITERAL+"])
        let old = mailbox.through(relay)
        await #expect(
            throws: Failure(
                .invalid, "127.0.0.1:\(relay.port) can't move messages (no MOVE)",
                hint: "use email.copy, then email.delete", nothingSent: true)
        ) { try await old.here("email.move", ["uids": [.int(uid)], "to": "Archive"]) }
        await #expect(
            throws: Failure(
                .invalid, "127.0.0.1:\(relay.port) can't delete single messages (no UIDPLUS)",
                hint: "mark them with email.set_flags, and let a mail program expunge the folder", nothingSent: true)
        ) { try await old.here("email.delete", ["uids": [.int(uid)], "permanently": true]) }
        #expect(try await mailbox.here("email.search").listValue?.first?["flags"] == [])
        // Letters that are no ASCII wait for the server then.
        #expect(try await old.search(["subject": "ä"]) == [])
        withExtendedLifetime(relay) {}
        await mailbox.end()
    }

    @Test func stepsShareTheConnectionsOfACredential() async throws {
        var mailbox = try await ImapMailbox.make()
        let relay = try ImapRelay(to: mailbox.place.port + 2)
        mailbox.credential.fields["connections"] = "2"
        let shared = mailbox.through(relay)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { _ = try await shared.search() } }
            try await group.waitForAll()
        }
        #expect((1...2).contains(relay.count))
        await mailbox.end()
    }

    /// Each connection holds for a while, so that the breaks have nothing to do with each other.
    @Test func aWaitOutlivesAnyNumberOfBreaks() async throws {
        let mailbox = try await ImapMailbox.make()
        let (idling, isIdle) = AsyncStream<Void>.makeStream()
        let relay = try ImapRelay(to: mailbox.place.port + 2) { connection, command in
            guard command.contains("IDLE") else { return .pass }
            guard connection > 7 else { return .cutBefore }
            isIdle.yield()
            return .pass
        }
        var waiting = mailbox.through(relay)
        waiting.world.clock = StridingClock()
        let step = Task { [waiting] in
            defer { isIdle.finish() }
            return try await waiting.here("email.wait_new", ["wait": "5m"])
        }
        for await _ in idling { break }
        try await mailbox.add("Subject: new\n\nx\n")
        #expect(try await step.value["messages"]?.listValue?.map { $0["subject"] } == ["new"])
        #expect(relay.count == 8)
        await mailbox.end()
    }

    /// Between two looks at it, a minute goes by.
    private final class StridingClock: WallClock {
        private let looks = Atomic(0)

        func now() -> Timestamp { Timestamp(seconds: 1_800_000_000) }
        func monotonic() -> Duration { .seconds(60) * looks.add(1, ordering: .relaxed).newValue }
        func sleep(_ duration: Duration) async throws { try Task.checkCancellation() }
    }

    // MARK: Logins

    private func refusal(_ fields: ValueMap, _ mailbox: ImapMailbox) async throws -> Failure {
        var mailbox = mailbox
        for (name, value) in fields { mailbox.credential.fields[name.text] = value }
        mailbox.credential.name = "other"
        do {
            _ = try await mailbox.run("email.test_mailbox")
            return Failure(.internal, "nothing was refused")
        } catch {
            var failure = Failure(error)
            failure.underlying = nil
            return failure
        }
    }

    @Test func aMailboxSaysWhoseItIs() async throws {
        let mailbox = try await ImapMailbox.make()
        let result = try await mailbox.run("email.test_mailbox")
        #expect(result["who"] == .string("ada@mail.test at localhost:\(mailbox.place.port + 3)"))
        var plain = mailbox
        plain.credential.fields["port"] = .int(Int64(mailbox.place.port + 2))
        plain.credential.fields["security"] = "starttls"
        #expect(try await plain.run("email.test_mailbox")["who"] != nil)
        await mailbox.end()
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let mailbox = try await ImapMailbox.make()
        let failure = try await refusal(ValueMap([("password", .secret("wrong-password"))]), mailbox)
        #expect(
            failure
                == Failure(
                    .auth,
                    "localhost:\(mailbox.place.port + 3) refused the login of \"ada@mail.test\" (Authentication failed.)",
                    hint:
                        "check user name and password; many providers want an app password, or a login by OAuth instead",
                    code: "AUTHENTICATIONFAILED", nothingSent: true))
        await mailbox.end()
    }

    @Test func certificatesAreChecked() async throws {
        let mailbox = try await ImapMailbox.make()
        let port = mailbox.place.port + 3
        let expired = try await refusal(ValueMap([("host", "127.0.0.2")]), mailbox)
        #expect(
            expired
                == Failure(
                    .tls, "the certificate of 127.0.0.2:\(port) is not trusted (certificate has expired)",
                    hint: "have the server's certificate renewed, and check this machine's clock", nothingSent: true))
        let other = try await refusal(ValueMap([("host", "127.0.0.3")]), mailbox)
        #expect(
            other
                == Failure(
                    .tls, "the certificate of 127.0.0.3:\(port) is for another host",
                    hint: "use the host name that the certificate is for", nothingSent: true))
        let unknown = try await refusal(
            ValueMap([("ca_file", .string(mailbox.place.folder + "/tls/other-ca.pem"))]), mailbox)
        #expect(unknown.kind == .tls)
        #expect(unknown.hint == "name the file of its authority with ca_file where the server is yours")
        let closed = try await refusal(ValueMap([("port", "1")]), mailbox)
        #expect(
            closed
                == Failure(
                    .network, "could not connect to localhost:1 (connection refused)",
                    hint: "check host and port, and that the server is reachable from this machine", nothingSent: true))
        await mailbox.end()
    }

    @Test func tokensAreTakenAndRenewed() async throws {
        var mailbox = try await ImapMailbox.make()
        let port = mailbox.place.port + 3
        var grant = Credential(name: "grant", type: "oauth2", fields: ValueMap())
        grant.fields["base_url"] = .string("https://localhost:\(port)")
        grant.fields["account"] = "ada@mail.test"
        grant.fields["access_token"] = .secret("fake-access-token")
        grant.fields["ca_file"] = .string(mailbox.place.folder + "/tls/ca.pem")
        mailbox.credential = grant
        #expect(try await mailbox.run("email.test_mailbox")["who"] != nil)

        let good = grant
        mailbox.credential.name = "stale"
        mailbox.credential.fields["access_token"] = .secret("stale-access-token")
        let count = Mutex(0)
        var context = mailbox.context()
        await #expect {
            try await mailbox.run("email.test_mailbox", in: context)
        } throws: { error in
            let failure = Failure(error)
            return failure.kind == .auth && failure.message.hasPrefix("localhost:\(port) refused the login of")
                && failure.hint
                    == "log in again with \"flowctl credentials login\" and the scope for mail, or give the credential a new token"
        }
        context.renew = { refused in
            #expect(refused.fields["access_token"] == "stale-access-token")
            count.withLock { $0 += 1 }
            return good
        }
        #expect(try await mailbox.run("email.test_mailbox", in: context)["who"] != nil)
        #expect(count.withLock { $0 } == 1)
        #expect(mailbox.log.lines.contains("info: token renewed"))
        await mailbox.end()
    }
}
