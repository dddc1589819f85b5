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
        let found = try await mailbox.run(
            "email.search", ["folder": .string(mailbox.folder), "subject": "№ 42", "from": "Gräfin"])
        #expect(found.listValue?.count == 1)
        let summary = try #require(found.listValue?.first)
        #expect(summary["uid"] == .int(uid))
        #expect(summary["subject"] == "Rechnung № 42")
        #expect(summary["from"] == ["name": "Gräfin Ada", "address": "ada@example.com"])
        #expect(
            summary["to"] == [
                ["name": "Bob", "address": "bob@example.com"], ["name": "Carol, C.", "address": "carol@example.com"],
            ])
        #expect(summary["date"] == .timestamp(Timestamp(rfc3339: "2026-11-03T08:30:00Z")!))
        #expect(summary["attachments"]?.listValue?.first?["name"] == "Rechnung № 42.pdf")
        #expect(summary["flags"] == [])

        let message = try await mailbox.run(
            "email.fetch",
            [
                "folder": .string(mailbox.folder), "uid": .int(uid), "attachments_to": "saved", "headers": true,
                "raw_to": "a.eml",
            ])
        #expect(message["text"] == "Für Sie: 10 €\nA004 OK this is no answer")
        #expect(message["html"] == "<p>Für Sie</p>")
        #expect(message["references"] == ["<40@example.com>", "<41@example.com>"])
        #expect(message["headers"]?["mime-version"] == "1.0")
        #expect(try Folder.read(mailbox.files + "/saved/Rechnung № 42.pdf") == "Hello, World!")
        #expect(try Folder.read(mailbox.files + "/a.eml") == Self.letter.replacing("\n", with: "\r\n"))
        let after = try await mailbox.run("email.search", ["folder": .string(mailbox.folder), "unseen": true])
        #expect(after.listValue?.count == 2)
        await mailbox.end()
    }
}
