import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// `email.send` and `email.test_connection` at a real server.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct SMTPServerTests {
    // MARK: Ways in

    @Test(arguments: [0, 1])
    func sendsWithSTARTTLSAndWithTLSAtOnce(port: Int) async throws {
        let sender = try await Sender(offset: port)
        let subject = "way \(port)"
        let result = try await sender.send(["subject": .string(subject)], key: "k\(port)")
        #expect(result["message_id"] == .string("<k\(port)@mail.test>"))
        #expect(result["code"] == 250)
        #expect(result["accepted"] == ["ada@mail.test"])
        #expect(result["rejected"] == [])
        let id = try #require(result["queue_id"]?.stringValue)
        #expect(result["reply"] == .string("250 OK id=\(id)"))
        let text = try await sender.delivered(subject)
        #expect(text.contains("Message-ID: <k\(port)@mail.test>\n"))
        #expect(text.hasSuffix("\n\nHello.\n"))
    }

    @Test func tellsWhatAServerOffers() async throws {
        let sender = try await Sender()
        let found = try await sender.run("email.test_connection")
        #expect(found["who"] == .string("ada@mail.test at 127.0.0.1:\(sender.port)"))
        #expect(found["security"] == "starttls")
        #expect(found["authentication"] == ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"])
        #expect(found["size_limit"] == 419_430_400)
        #expect(found["extensions"]?.listValue?.contains("PIPELINING") == true)
    }

    @Test func logsInWhereLOGINIsAllThereIs() async throws {
        let sender = try await Sender(host: "127.0.0.4")
        let found = try await sender.run("email.test_connection")
        #expect(found["authentication"] == ["LOGIN"])
        try await sender.send(["to": "someone@example.com"])
    }

    @Test func needsNoLoginWhereTheServerWantsNone() async throws {
        let sender = try await Sender(["username": nil, "password": nil, "security": "none"])
        #expect(try await sender.send(["subject": "open"])["code"] == 250)
        #expect(
            await sender.failure(["to": "someone@example.com"])
                == Failure(
                    .permission,
                    "127.0.0.1:\(sender.port) refused the recipient \"someone@example.com\": "
                        + "550 5.7.1 log in first, this server is no relay",
                    hint: "check the addresses; nothing was sent", code: "550", nothingSent: true))
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let sender = try await Sender(["password": .secret("wrong")])
        let failure = await sender.failure()
        #expect(failure?.kind == .auth)
        #expect(failure?.code == "535")
        #expect(
            failure?.message
                == "127.0.0.1:\(sender.port) refused the login of \"ada@mail.test\" (Incorrect authentication data)"
        )
        #expect(
            failure?.hint
                == "check user name and password; many providers want an app password, or a login by OAuth instead")
        #expect(failure?.nothingSent == true)
    }

    // MARK: Tokens

    @Test func logsInWithAToken() async throws {
        let sender = try await Sender(["password": nil, "token": .secret("fake-access-token")])
        #expect(try await sender.send(["to": "someone@example.com"])["code"] == 250)
    }

    private func grant(_ token: String) async throws -> Sender {
        var sender = try await Sender([
            "password": nil, "host": nil, "port": nil, "username": nil, "security": nil, "account": "ada@mail.test",
            "access_token": .secret(.string(token)),
        ])
        sender.type = "oauth2"
        sender.fields["base_url"] = .string("https://127.0.0.1:\(sender.port)")
        return sender
    }

    @Test func aTokenThatHasEndedIsRenewedOnce() async throws {
        var sender = try await grant("ended")
        let asked = Mutex(0)
        sender.renew = { credential in
            asked.withLock { $0 += 1 }
            var renewed = credential
            renewed.fields["access_token"] = .secret("fake-access-token")
            return renewed
        }
        #expect(try await sender.send(["to": "someone@example.com", "from": nil])["code"] == 250)
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func aTokenThatStaysRefusedIsAFailure() async throws {
        var sender = try await grant("ended")
        let asked = Mutex(0)
        sender.renew = { credential in
            asked.withLock { $0 += 1 }
            return credential
        }
        let failure = await sender.failure()
        #expect(failure?.kind == .auth)
        #expect(
            failure?.hint
                == "log in again with \"flowctl credentials login\" and the scope for mail, or give the credential a new token"
        )
        #expect(failure?.message.contains("ended") == false)
        #expect(asked.withLock { $0 } == 1)
        sender.renew = { _ in nil }
        #expect(await sender.failure()?.kind == .auth)
    }

    // MARK: Recipients

    @Test func nobodyGetsItWhereOneRecipientIsRefused() async throws {
        let sender = try await Sender()
        let failure = await sender.failure(["subject": "to all or none", "to": ["ada@mail.test", "gone@mail.test"]])
        #expect(
            failure
                == Failure(
                    .notFound,
                    "127.0.0.1:\(sender.port) refused the recipient \"gone@mail.test\": "
                        + "550 5.1.1 there is no such mailbox",
                    hint: "correct or leave out these; nothing was sent to the others, "
                        + "which on_rejected: continue would do", code: "550", nothingSent: true))
        // The connection is as good as before.
        try await sender.send(["subject": "after a refusal"])
        _ = try await sender.delivered("after a refusal")
    }

    @Test func theOthersGetItWhereThatIsAskedFor() async throws {
        let sender = try await Sender()
        let result = try await sender.send([
            "subject": "to those who exist", "to": ["gone@mail.test", "ada@mail.test", "full@mail.test"],
            "on_rejected": "continue",
        ])
        #expect(result["accepted"] == ["ada@mail.test"])
        #expect(
            result["rejected"] == [
                ["address": "gone@mail.test", "code": 550, "reply": "550 5.1.1 there is no such mailbox"],
                ["address": "full@mail.test", "code": 452, "reply": "452 4.2.2 the mailbox is full"],
            ])
        #expect(
            sender.log.lines == [
                "warning: 127.0.0.1:\(sender.port) refused \"gone@mail.test\": 550 5.1.1 there is no such mailbox",
                "warning: 127.0.0.1:\(sender.port) refused \"full@mail.test\": 452 4.2.2 the mailbox is full",
            ])
        _ = try await sender.delivered("to those who exist")
    }

    @Test func noRecipientLeftIsAFailureAllTheSame() async throws {
        let sender = try await Sender()
        let failure = await sender.failure(["to": ["gone@mail.test", "later@mail.test"], "on_rejected": "continue"])
        #expect(failure?.kind == .notFound)
        #expect(
            failure?.message
                == "127.0.0.1:\(sender.port) refused 2 of 2 recipients: "
                + "\"gone@mail.test\" (550 5.1.1 there is no such mailbox), \"later@mail.test\" (451 4.3.0 not now)")
    }

    @Test(arguments: [
        ("full", "452 4.2.2 the mailbox is full", "try again later, or send to fewer recipients at a time"),
        ("later", "451 4.3.0 not now", "try again after a minute or more, as with retry:; nothing was sent"),
    ])
    func whatIsPutOffMayBeRepeatedAfterAWhile(name: String, reply: String, hint: String) async throws {
        let sender = try await Sender()
        let failure = try #require(await sender.failure(["to": .string("\(name)@mail.test")]))
        #expect(failure.kind == .transient)
        #expect(
            failure.message
                == "127.0.0.1:\(sender.port) put off the recipient \"\(name)@mail.test\": \(reply)")
        #expect(failure.hint == hint)
        #expect(failure.retryAfter == .seconds(60))
        #expect(RetryPolicy(max: 1).allows(failure, effect: .write))
    }

    @Test func aServerThatGreylistsTakesItTheNextTime() async throws {
        let sender = try await Sender()
        let address: Value = .string("grey-\(UInt32.random(in: 0...UInt32.max))@mail.test")
        #expect(
            await sender.failure(["to": address])?.message.hasSuffix("451 4.7.1 greylisted, come back later") == true)
        #expect(try await sender.send(["to": address])["code"] == 250)
    }

    @Test func copiesUnseenAreInNoHeader() async throws {
        let sender = try await Sender()
        let result = try await sender.send([
            "subject": "unseen", "to": "grace@mail.test", "bcc": ["ada@mail.test", "someone@example.com"],
        ])
        #expect(result["accepted"] == ["grace@mail.test", "ada@mail.test", "someone@example.com"])
        let text = try await sender.delivered("unseen")
        let message = text[try #require(text.firstRange(of: "\nFrom: ")).lowerBound...]
        #expect(!message.contains("someone@example.com") && !message.contains("Bcc"))
    }

    // MARK: The message

    @Test func aMessageThatIsRefusedAfterItWasSentIsAFailure() async throws {
        let sender = try await Sender()
        let refused = try #require(await sender.failure(["subject": "lottery"]))
        #expect(refused.kind == .permission)
        #expect(refused.message == "127.0.0.1:\(sender.port) refused the message: 554 5.7.1 this looks like spam")
        #expect(refused.hint == "read the server's words, which say by what rule; nobody got it")
        let held = try #require(await sender.failure(["subject": "hold"]))
        #expect(held.kind == .transient)
        #expect(held.message == "127.0.0.1:\(sender.port) put off the message: 451 4.3.2 the disk is busy")
        try await sender.send(["subject": "after it was put off"])
    }

    @Test func aMessageThatIsTooLargeIsNotEvenBegun() async throws {
        let sender = try await Sender(host: "127.0.0.4")
        try Folder.write(Array(repeating: 65, count: 90_000), to: sender.files.file("big.bin"))
        let failure = try #require(await sender.failure(["attachments": "big.bin"]))
        #expect(failure.kind == .invalid)
        #expect(failure.message.hasPrefix("the message has 12"))
        #expect(failure.message.hasSuffix(" bytes, and 127.0.0.4:\(sender.port) takes 100000 at most"))
        #expect(
            failure.hint == "send less, such as a link in place of a file; files grow by a third in a message")
    }

    @Test func aMessageArrivesAsItWasMeant() async throws {
        let sender = try await Sender()
        let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 3) }
        try Folder.write(content, to: sender.files.file("data.bin"))
        let lines = ".\n..\n.dot\nFrom me\n" + String(repeating: "x", count: 2000) + "\nGrüße 😀"
        try await sender.send([
            "subject": "as it was meant", "text": .string(lines), "html": "<img src=\"cid:pic\">",
            "attachments": ["data.bin", ["content": .bytes([1, 2, 3]), "name": "Bild ü.png", "content_id": "pic"]],
        ])
        let text = try await sender.delivered("as it was meant")
        #expect(text.contains("\n\n.\n..\n.dot\nFrom me\n" + String(repeating: "x", count: 75) + "=\n"))
        #expect(text.contains("\nGr=C3=BC=C3=9Fe =F0=9F=98=80\n"))
        let start = try #require(text.firstRange(of: "filename=\"data.bin\"\nContent-Transfer-Encoding: base64\n\n"))
        let end = try #require(text[start.upperBound...].firstRange(of: "\n--"))
        #expect(Base64.decode(String(text[start.upperBound..<end.lowerBound])) == content)
    }

    // MARK: Certificates

    @Test(arguments: [0, 1])
    func certificatesAreChecked(port: Int) async throws {
        func failure(_ host: String, _ changes: Value = [:]) async throws -> (String, String?) {
            let sender = try await Sender(host: host, offset: port, changes)
            let failure = await sender.failure()
            #expect(failure?.kind == .tls)
            #expect(failure?.nothingSent == true)
            return ((failure?.message ?? "").replacing(":\(sender.port + port)", with: ""), failure?.hint)
        }
        #expect(
            try await failure("127.0.0.2") == (
                "the certificate of 127.0.0.2 is not trusted (certificate has expired)",
                "have the server's certificate renewed, and check this machine's clock"
            ))
        #expect(
            try await failure("127.0.0.3") == (
                "the certificate of 127.0.0.3 is for another host", "use the host name that the certificate is for"
            ))
        let other = try await Sender.server.start().folder + "/tls/other-ca.pem"
        for authority: Value in [.string(other), nil] {
            let (message, hint) = try await failure("127.0.0.1", ["ca_file": authority])
            #expect(message.hasPrefix("the certificate of 127.0.0.1 is not trusted ("))
            #expect(hint == "name the file of its authority with ca_file where the server is yours")
        }
    }

    // MARK: Cancellation

    @Test func cancellationEndsItAtOnce() async throws {
        let sender = try await Sender()
        let start = ContinuousClock.now
        let task = Task { await sender.failure(["to": "slow@mail.test"]) }
        // Long enough for it to be under way mostly; where it isn't, the end is the same.
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        let failure = try #require(await task.value)
        #expect(failure.kind == .cancelled)
        #expect(failure.nothingSent)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
