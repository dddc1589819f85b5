import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowMail

/// The nodes for mailboxes, at a real server.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct ImapServerTests {
    private static let letter = """
        Date: Tue, 3 Nov 2026 09:30:00 +0100
        From: =?utf-8?q?Gr=C3=A4fin?= Ada <ada@example.com>
        To: Bob <bob@example.com>, "Carol, C." <carol@example.com>
        Subject: =?utf-8?B?UmVjaG51bmcg4oSWIDQy?=
        Message-ID: <42@example.com>
        References: <40@example.com> <41@example.com>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=frontier

        --frontier
        Content-Type: multipart/alternative; boundary=inner

        --inner
        Content-Type: text/plain; charset=iso-8859-15
        Content-Transfer-Encoding: quoted-printable

        F=FCr Sie: 10 =A4
        A004 OK this is no answer
        --inner
        Content-Type: text/html; charset=utf-8

        <p>Für Sie</p>
        --inner--
        --frontier
        Content-Type: application/pdf; name="rechnung.pdf"
        Content-Disposition: attachment; filename*=UTF-8''Rechnung%20%E2%84%96%2042.pdf
        Content-Transfer-Encoding: base64

        SGVsbG8sIFdvcmxkIQ==
        --frontier--

        """

    @Test func findsAndReadsAMessage() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add(Self.letter)
        try await mailbox.add("Subject: other\n\nnothing\n")
        let found = try await mailbox.here("email.search", ["subject": "№ 42", "from": "Gräfin"])
        #expect(found.listValue?.count == 1)
        let summary = try #require(found.listValue?.first)
        #expect(summary["uid"] == .int(uid))
        #expect(summary["subject"] == "Rechnung № 42")
        #expect(summary["from"] == ["name": "Gräfin Ada", "address": "ada@example.com"])
        let people: Value = [
            ["name": "Bob", "address": "bob@example.com"], ["name": "Carol, C.", "address": "carol@example.com"],
        ]
        #expect(summary["to"] == people)
        #expect(summary["date"] == Timestamp(rfc3339: "2026-11-03T08:30:00Z").map(Value.timestamp))
        #expect(summary["attachments"]?.listValue?.first?["name"] == "Rechnung № 42.pdf")
        #expect(summary["flags"] == [])

        let message = try await mailbox.here(
            "email.fetch", ["uid": .int(uid), "attachments_to": "saved", "headers": true, "raw_to": "a.eml"])
        #expect(message["text"] == "Für Sie: 10 €\nA004 OK this is no answer")
        #expect(message["html"] == "<p>Für Sie</p>")
        #expect(message["references"] == ["<40@example.com>", "<41@example.com>"])
        #expect(message["headers"]?["mime-version"] == "1.0")
        #expect(try Folder.read(mailbox.files + "/saved/Rechnung № 42.pdf") == "Hello, World!")
        #expect(try Folder.read(mailbox.files + "/a.eml") == Self.letter.replacing("\n", with: "\r\n"))
        #expect(try await mailbox.search(["unseen": true]).count == 2)
        await mailbox.end()
    }

    @Test func aParagraphThatWasBrokenIsOnOneLine() async throws {
        let mailbox = try await ImapMailbox.make()
        let type = "Content-Type: text/plain; charset=utf-8; format=flowed"
        let uid = try await mailbox.add("Subject: a\n\(type)\n\na long \nline\n")
        #expect(try await mailbox.here("email.fetch", ["uid": .int(uid)])["text"] == "a long line\n")
        await mailbox.end()
    }

    @Test func marksAMessageAsReadWhereThatIsWanted() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\ntext\n")
        try await mailbox.here("email.fetch", ["uid": .int(uid)])
        #expect(try await mailbox.search(["unseen": true]) == [uid])
        try await mailbox.here("email.fetch", ["uid": .int(uid), "mark_seen": true])
        #expect(try await mailbox.search(["unseen": false]) == [uid])
        await mailbox.end()
    }

    @Test func namesThatAreTakenGetANumberAndTheSameFileStays() async throws {
        let mailbox = try await ImapMailbox.make()
        func letter(_ content: String) -> String {
            "Subject: a\nContent-Type: application/octet-stream; name=\"../../report.pdf\"\n\n\(content)\n"
        }
        let first = try await mailbox.add(letter("one"))
        let second = try await mailbox.add(letter("two"))
        var names: [Value?] = []
        for uid in [first, second, first] {
            let message = try await mailbox.here("email.fetch", ["uid": .int(uid), "attachments_to": "in"])
            guard case .file(let file)? = message["attachments"]?.listValue?.first?["file"] else {
                Issue.record("no file")
                continue
            }
            names.append(.string(file.name))
        }
        #expect(names == ["report.pdf", "report-2.pdf", "report.pdf"])
        #expect(Folder.files(below: mailbox.files).count == 2)
        await mailbox.end()
    }

    /// What a kill in the middle leaves behind has no part in the next attempt, and doesn't stay.
    @Test func whatAKilledAttemptLeftIsWrittenOver() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add(Self.letter)
        let folder = mailbox.files + "/saved"
        try mailbox.world.files.createFolder(folder)
        try Folder.write("Hello, this was cut off", to: folder + "/.part-a-key-2")
        try await mailbox.here("email.fetch", ["uid": .int(uid), "attachments_to": "saved"])
        #expect(try Folder.list(folder) == ["Rechnung № 42.pdf"])
        #expect(try Folder.read(folder + "/Rechnung № 42.pdf") == "Hello, World!")
        await mailbox.end()
    }

    @Test func searchesByEveryKey() async throws {
        let mailbox = try await ImapMailbox.make()
        let first = try await mailbox.add(
            "From: a@x.test\nTo: b@x.test\nCc: c@x.test\nSubject: Ångström (1) \"q\"\nList-Id: <l.x.test>\n\nblue words\n",
            flags: ["seen", "flagged", "todo"])
        let second = try await mailbox.add(
            "From: d@x.test\nSubject: other\n\n\(String(repeating: "green ", count: 500))\n")
        let searches: [(Value, [Int64])] = [
            (["from": "a@x.test"], [first]), (["to": "b@x"], [first]), (["cc": "c@x"], [first]),
            (["subject": "Ångström (1) \"q\""], [first]), (["text": "blue"], [first]), (["body": "green"], [second]),
            (["unseen": true], [second]), (["flagged": true], [first]), (["flagged": false], [second]),
            (["answered": true], []), (["keyword": "todo"], [first]), (["header": ["List-Id": "l.x"]], [first]),
            (["larger": 1000], [second]), (["smaller": 1000], [first]), (["uids": .string("\(second):*")], [second]),
            (["raw": "NOT SEEN"], [second]), (["since": "2020-01-01"], [first, second]),
            (["before": "2020-01-01T00:00:00Z"], []), (["limit": 1], [first]),
            (["order": "newest"], [second, first]), (["order": "newest", "limit": 1, "fetch": "uid"], [second]),
        ]
        for (arguments, expected) in searches {
            #expect(try await mailbox.search(arguments) == expected, "\(JSON.text(arguments))")
        }
        await mailbox.end()
    }

    @Test func boundsOfTimeAreExact() async throws {
        let mailbox = try await ImapMailbox.make()
        var uids: [Int64] = []
        for hour in ["08:59:59", "09:00:00", "09:00:01"] {
            let result = try await mailbox.here(
                "email.append",
                ["message": "Subject: x\n\ny\n", "received": .string("2026-11-03T\(hour)Z"), "duplicates": true])
            uids.append(try #require(result["uid"]?.intValue))
        }
        #expect(try await mailbox.search(["since": "2026-11-03T09:00:00Z"]) == [uids[1], uids[2]])
        #expect(try await mailbox.search(["before": "2026-11-03T09:00:00Z", "fetch": "uid"]) == [uids[0]])
        await mailbox.end()
    }

    @Test func setsAndTakesAwayFlags() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n", flags: ["draft"])
        let result = try await mailbox.here(
            "email.set_flags", ["uids": [.int(uid), 9999], "add": ["seen", "Flagged", "urgent"], "remove": ["draft"]])
        #expect(result == ["changed": 1, "missing": [9999]])
        func flags() async throws -> Set<String> {
            let found = try await mailbox.here("email.search").listValue?.first?["flags"]?.listValue
            return Set(found?.compactMap(\.stringValue) ?? [])
        }
        #expect(try await flags() == ["seen", "flagged", "urgent"])
        try await mailbox.here("email.set_flags", ["uids": [.int(uid)], "only": ["answered"]])
        #expect(try await flags() == ["answered"])
        await #expect(
            throws: Failure(
                .invalid, "\"two words\" can't be a flag",
                hint: "use seen, answered, flagged, deleted, draft, or a word of letters, digits and marks",
                nothingSent: true)
        ) { try await mailbox.here("email.set_flags", ["uids": [.int(uid)], "add": ["two words"]]) }
        await mailbox.end()
    }

    @Test func movesCopiesAndDeletes() async throws {
        let mailbox = try await ImapMailbox.make()
        let other = mailbox.folder + "/Über & mehr"
        let first = try await mailbox.add("Subject: a\n\nb\n")
        let second = try await mailbox.add("Subject: b\n\nb\n")
        let copied = try await mailbox.here(
            "email.copy", ["uids": [.int(first), .int(second)], "to": .string(other), "create": true])
        #expect(copied["copied"] == 2)
        #expect(copied["uids"] == ["\(first)": 1, "\(second)": 2])
        let moved = try await mailbox.here("email.move", ["uids": [.int(first)], "to": .string(other)])
        #expect(moved["moved"] == 1)
        #expect(moved["uids"] == ["\(first)": 3])
        #expect(
            try await mailbox.here("email.move", ["uids": [.int(first)], "to": .string(other)])["missing"] == [
                .int(first)
            ])
        let deleted = try await mailbox.here("email.delete", ["uids": [.int(second)]])
        #expect(deleted == ["deleted": 1, "missing": [], "trash": "Trash"])
        #expect(try await mailbox.search() == [])
        let gone = try await mailbox.run(
            "email.delete", ["folder": .string(other), "uids": [1, 2, 77], "permanently": true])
        #expect(gone == ["deleted": 2, "missing": [77], "trash": nil])
        await mailbox.end()
    }

    @Test func listsCreatesRenamesAndDeletesFolders() async throws {
        let mailbox = try await ImapMailbox.make()
        let name = mailbox.folder + "/日本語 & \"more\" 💥"
        #expect(
            try await mailbox.run("email.create_folder", ["folder": .string(name)]) == ["created": true],
            "\(mailbox.log.lines)")
        #expect(try await mailbox.run("email.create_folder", ["folder": .string(name)]) == ["created": false])
        let listed = try await mailbox.run(
            "email.list_folders", ["pattern": .string(mailbox.folder + "/*"), "counts": true])
        #expect(listed.listValue?.count == 1)
        #expect(listed.listValue?.first?["name"] == .string(name))
        #expect(listed.listValue?.first?["messages"] == 0)
        let all = try await mailbox.run("email.list_folders").listValue ?? []
        #expect(all.first { $0["name"] == "Trash" }?["use"] == "trash")
        #expect(all.first { $0["name"] == "INBOX" }?["use"] == "inbox")
        let renamed = mailbox.folder + "/new"
        try await mailbox.run("email.rename_folder", ["folder": .string(name), "to": .string(renamed)])
        try await mailbox.run(
            "email.append", ["folder": .string(renamed), "message": "Subject: x\n\ny\n"])
        await #expect(
            throws: Failure(
                .conflict, "the folder \"\(renamed)\" on localhost:\(mailbox.place.port + 3) has messages in it",
                hint: "move them first, or add with_messages: true to delete them, too", nothingSent: true)
        ) { try await mailbox.run("email.delete_folder", ["folder": .string(renamed)]) }
        let delete: Value = ["folder": .string(renamed), "with_messages": true]
        #expect(try await mailbox.run("email.delete_folder", delete) == ["deleted": true])
        #expect(try await mailbox.run("email.delete_folder", delete) == ["deleted": false])
        await mailbox.end()
    }

    @Test func aMessageIsPutIntoAFolderOnce() async throws {
        let mailbox = try await ImapMailbox.make()
        let message: Value = ["message": "Message-ID: <1@x.test>\nSubject: a\n\nb\n"]
        #expect(try await mailbox.here("email.append", message)["appended"] == true)
        let again = try await mailbox.here("email.append", message)
        #expect(again["appended"] == false)
        #expect(again["uid"] == 1)
        // One without a Message-ID has that of its step.
        try Folder.write("Subject: b\n\nc\n", to: mailbox.files + "/b.eml")
        for key in ["step-1", "step-1", "step-2"] {
            try await mailbox.run("email.append", mailbox.arguments(["file": "b.eml"]), in: mailbox.context(key: key))
        }
        #expect(try await mailbox.search().count == 3)
        await #expect(
            throws: Failure(
                .invalid, "what is to be put into the folder is no message: it begins with no header",
                hint: "begin it with fields such as From: and Subject:, then an empty line", nothingSent: true)
        ) { try await mailbox.here("email.append", ["message": "hello"]) }
        await mailbox.end()
    }

    /// A search of the server finds it in the longer one, and the same with and without brackets.
    @Test func aMessageWhoseIdIsAPartOfAnotherOneIsPutThere() async throws {
        let mailbox = try await ImapMailbox.make()
        func append(_ id: String) async throws -> Value? {
            let message: Value = ["message": .string("Message-ID: \(id)\nSubject: a\n\nb\n")]
            return try await mailbox.here("email.append", message)["appended"]
        }
        #expect(try await append("<11@x.test.example>") == true)
        #expect(try await append("1@x.test") == true)
        #expect(try await append("1@x.test") == false)
        // In a line of its own, as some programs write long ones.
        #expect(try await append("\n <folded@x.test>") == true)
        #expect(try await append("\n\t<folded@x.test> ") == false)
        #expect(try await append("<folded@x.test>") == false)
        #expect(try await mailbox.search().count == 3)
        await mailbox.end()
    }

    @Test func whatOthersPutIntoAnOpenFolderIsThereAtOnce() async throws {
        let mailbox = try await ImapMailbox.make()
        var other = mailbox
        other.credential.name = "other"
        #expect(try await mailbox.search() == [])
        let first = try await other.add("Subject: a\n\nb\n")
        #expect(try await mailbox.search() == [first])
        let second = try await other.add("Message-ID: <2@x.test>\nSubject: a\n\nb\n")
        #expect(try await mailbox.here("email.fetch", ["uid": .int(second)])["text"] == "b\n")
        let third: Value = ["message": "Message-ID: <3@x.test>\nSubject: a\n\nb\n"]
        try await other.here("email.append", third)
        #expect(try await mailbox.here("email.append", third)["appended"] == false)
        try await other.here("email.delete", ["uids": [.int(first)], "permanently": true])
        #expect(try await mailbox.search() == [second, second + 1])
        try await other.add("Subject: c\n\nd\n")
        let listed = try await mailbox.run(
            "email.list_folders", ["pattern": .string(mailbox.folder), "counts": true])
        #expect(listed.listValue?.first?["messages"] == 3)
        await mailbox.end()
    }

    @Test func aFlagMayHoldATilde() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        try await mailbox.here("email.set_flags", ["uids": [.int(uid)], "add": ["to~do", "~"]])
        // The folder tells all flags when it is opened.
        var other = mailbox
        other.credential.name = "other"
        let found = try await other.here("email.search", ["keyword": "to~do"]).listValue
        #expect(Set(found?.first?["flags"]?.listValue ?? []) == ["to~do", "~"])
        await mailbox.end()
    }

    @Test func aFolderThatIsNotThereIsNamed() async throws {
        let mailbox = try await ImapMailbox.make()
        await #expect {
            try await mailbox.run("email.search", ["folder": "Nowhere"])
        } throws: { error in
            let failure = Failure(error)
            return failure.kind == .notFound
                && failure.message.hasPrefix("there is no folder \"Nowhere\" on localhost:\(mailbox.place.port + 3)")
                && failure.hint == "look at email.list_folders for its name; create it with email.create_folder"
        }
        await #expect {
            try await mailbox.here("email.fetch", ["uid": 7])
        } throws: { error in
            Failure(error)
                == Failure(
                    .notFound,
                    "there is no message 7 in the folder \"\(mailbox.folder)\" on localhost:\(mailbox.place.port + 3)",
                    hint: "search for it again; it may have been moved or deleted")
        }
        await mailbox.end()
    }

    @Test func aFolderThatWasMadeAnewIsNoticed() async throws {
        let mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        await #expect(
            throws: Failure(
                .conflict,
                "the folder \"\(mailbox.folder)\" on localhost:\(mailbox.place.port + 3) has numbered its messages anew",
                hint: "search for the messages again", code: "UIDVALIDITY", nothingSent: true)
        ) { try await mailbox.here("email.fetch", ["uid": .int(uid), "uidvalidity": 1]) }
        await mailbox.end()
    }

    @Test func aMailboxThatIsFullSaysSo() async throws {
        var mailbox = try await ImapMailbox.make()
        mailbox.credential.name = "little"
        mailbox.credential.fields["username"] = "little@mail.test"
        let letter = "Subject: large\n\n" + String(repeating: "nothing new under the sun\n", count: 4000)
        await #expect {
            try await mailbox.run("email.append", ["folder": "INBOX", "message": .string(letter)])
        } throws: { error in
            let failure = Failure(error)
            return failure.kind == .invalid && failure.code == "OVERQUOTA"
                && failure.message.hasPrefix("the mailbox is full: ")
                && failure.hint == "delete messages, or ask for more space"
        }
        await mailbox.end()
    }

    @Test func aFolderThatMayOnlyBeReadIsRead() async throws {
        var mailbox = try await ImapMailbox.make()
        let uid = try await mailbox.add("Subject: a\n\nb\n")
        let rights = "\(mailbox.place.folder)/mail/ada/.\(mailbox.folder)/dovecot-acl"
        try Folder.write("owner lr\n", to: rights)
        // The server looks at them when it is connected to.
        mailbox.credential.name = "reader"
        #expect(try await mailbox.here("email.fetch", ["uid": .int(uid)])["text"] == "b\n")
        await #expect(
            throws: Failure(
                .permission,
                "the folder \"\(mailbox.folder)\" on localhost:\(mailbox.place.port + 3) may only be read",
                hint: "ask its owner for the right to change it", code: "READ-ONLY")
        ) { try await mailbox.here("email.set_flags", ["uids": [.int(uid)], "add": ["seen"]]) }
        await mailbox.end()
    }

    // MARK: Pages

    @Test func aSearchGoesOnAfterItsMark() async throws {
        let mailbox = try await ImapMailbox.make()
        try await mailbox.fill(250)
        let search = EmailSearch()
        let arguments = try search.spec.bind(mailbox.arguments(["fetch": "uid"]).mapValue ?? ValueMap())
        let first = Pages()
        try await search.pages(arguments, from: nil, in: mailbox.context()) { await first.add($0) }
        #expect(await first.pages.map(\.items.count) == [100, 100, 50])
        #expect(await first.pages.map { $0.next == nil } == [false, false, true])
        let rest = Pages()
        try await search.pages(arguments, from: await first.pages[0].next, in: mailbox.context()) { await rest.add($0) }
        #expect(await rest.pages == Array(await first.pages.dropFirst()))
        let newest = try search.spec.bind(
            mailbox.arguments(["fetch": "uid", "order": "newest", "limit": 120]).mapValue ?? ValueMap())
        let last = Pages()
        try await search.pages(newest, from: nil, in: mailbox.context()) { await last.add($0) }
        #expect(await last.pages.map(\.items.count) == [100, 20])
        let end = Pages()
        try await search.pages(newest, from: await last.pages[0].next, in: mailbox.context()) { await end.add($0) }
        #expect(await end.pages == [await last.pages[1]])
        await mailbox.end()
    }

    private actor Pages {
        private(set) var pages: [Page] = []
        func add(_ page: Page) { pages.append(page) }
    }

    // MARK: Waiting

    @Test(arguments: [[], ["IDLE"]]) func waitsForAMessage(hidden: [String]) async throws {
        let mailbox = try await ImapMailbox.make("waits \(hidden.isEmpty)")
        try await mailbox.add("Subject: old\n\nx\n")
        let relay = try ImapRelay(to: mailbox.place.port + 2, hiding: hidden)
        let waiting = mailbox.through(relay)
        let none = try await waiting.here("email.wait_new", ["wait": "10ms"])
        #expect(none["messages"] == [])
        #expect(none["mark"]?["uid"] == 1)
        let mark = try #require(none["mark"])
        async let found = waiting.here("email.wait_new", ["since": mark, "wait": "20s", "every": "50ms"])
        try await mailbox.add("Subject: new\n\nx\n")
        let news = try await found
        #expect(news["messages"]?.listValue?.map { $0["subject"] } == ["new"])
        #expect(news["mark"]?["uid"] == 2)
        #expect(news["reset"] == false)
        // What came in between is there at once.
        #expect(try await waiting.here("email.wait_new", ["since": mark])["messages"]?.listValue?.count == 1)
        let reset = try await waiting.here("email.wait_new", ["since": ["uidvalidity": 1, "uid": 1], "wait": "1ms"])
        #expect(reset["reset"] == true)
        withExtendedLifetime(relay) {}
        await mailbox.end()
    }

    @Test func aWaitEndsWithItsTask() async throws {
        let mailbox = try await ImapMailbox.make()
        let (idling, isIdle) = AsyncStream<Void>.makeStream()
        let relay = try ImapRelay(to: mailbox.place.port + 2) { _, command in
            if command.contains("IDLE") { isIdle.yield() }
            return .pass
        }
        let waiting = mailbox.through(relay)
        let task = Task { try await waiting.here("email.wait_new", ["wait": "5m"]) }
        for await _ in idling { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        withExtendedLifetime(relay) {}
        await mailbox.end()
    }
}

extension ImapMailbox {
    /// Puts many small messages into the folder of the test, by the way of files.
    func fill(_ count: Int) async throws {
        let maildir = "\(place.folder)/mail/ada/.\(folder)/new"
        for number in 1...count {
            let name = "\(1_700_000_000 + number).M\(number)P1.mail.test"
            try Folder.write("Subject: message \(number)\nFrom: a@x.test\n\ntext \(number)\n", to: maildir + "/" + name)
        }
    }
}
