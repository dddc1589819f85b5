import FlowCore
import FlowMIME
import Testing

@Suite struct MailMessageTests {
    private let plain: Value = [
        "from": "Ada Lovelace <ada@example.com>", "to": "grace@example.com", "subject": "Report", "text": "Hello.",
    ]

    /// All parts at once, byte by byte.
    @Test func aWholeMessage() throws {
        let files: [String: [UInt8]] = [
            "/data/logo.png": [137, 80, 78, 71], "/data/Bericht März.csv": Array("a;b\n".utf8),
        ]
        let text = try TestMessage(files: files).text([
            "from": "Ada Lovelace <ada@example.com>", "to": ["grace@example.com", "Zoë <zoe@example.com>"],
            "cc": "Team: bob@example.com, \"Eve, E.\" <eve@example.com>;", "bcc": "unseen@example.com",
            "reply_to": "office@example.com", "subject": "Quarterly numbers 📈", "priority": "high",
            "in_reply_to": "1@example.com", "references": "<0@example.com> <1@example.com>",
            "headers": ["List-Id": "reports.example.com"], "text": "Hello.\n.\n-- \nAda",
            "html": "<img src=\"cid:logo\">",
            "attachments": [["file": "/data/logo.png", "content_id": "logo"], "/data/Bericht März.csv"],
        ])
        #expect(
            text
                == """
                From: Ada Lovelace <ada@example.com>\r
                Reply-To: office@example.com\r
                To: grace@example.com, =?UTF-8?B?Wm/Dqw==?= <zoe@example.com>\r
                Cc: Team: bob@example.com, "Eve, E." <eve@example.com>;\r
                Subject: =?UTF-8?B?UXVhcnRlcmx5IG51bWJlcnMg8J+TiA==?=\r
                Date: Sat, 21 Nov 2026 08:05:09 +0000\r
                Message-ID: <key-1@example.com>\r
                In-Reply-To: <1@example.com>\r
                References: <0@example.com> <1@example.com>\r
                X-Priority: 1\r
                Importance: high\r
                List-Id: reports.example.com\r
                MIME-Version: 1.0\r
                Content-Type: multipart/mixed; boundary="b3"\r
                \r
                --b3\r
                Content-Type: multipart/alternative; boundary="b2"\r
                \r
                --b2\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hello.\r
                .\r
                -- \r
                Ada\r
                --b2\r
                Content-Type: multipart/related; type="text/html"; boundary="b1"\r
                \r
                --b1\r
                Content-Type: text/html; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                <img src="cid:logo">\r
                --b1\r
                Content-Type: image/png\r
                Content-Disposition: inline; filename="logo.png"\r
                Content-ID: <logo>\r
                Content-Transfer-Encoding: base64\r
                \r
                iVBORw==\r
                --b1--\r
                \r
                --b2--\r
                \r
                --b3\r
                Content-Type: text/csv\r
                Content-Disposition: attachment; filename*=UTF-8''Bericht%20M%C3%A4rz.csv\r
                Content-Transfer-Encoding: base64\r
                \r
                YTtiCg==\r
                --b3--\r

                """)
    }

    @Test func theSizeIsKnownBeforeFilesAreRead() throws {
        for count in [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 57 * 4096 - 1, 57 * 4096, 57 * 4096 + 1, 500_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let test = TestMessage(files: ["/f": bytes])
            let map = plain.with("attachments", "/f")
            let text = try test.text(map)
            #expect(try test.message(map).content(namesBcc: false).size == Int64(text.utf8.count), "\(count)")
            #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 }, "\(count)")
            let start = try #require(text.firstRange(of: "Encoding: base64\r\n\r\n")).upperBound
            let end = try #require(text[start...].firstRange(of: "\r\n--b1--")).lowerBound
            #expect(Base64.decode(String(text[start..<end])) == bytes, "\(count)")
        }
    }

    @Test(
        arguments: [
            (["content": "Grüße", "name": "a.txt"], "text/plain; charset=utf-8"),
            (["content": "ü", "media_type": "text/csv"], "text/csv; charset=utf-8"),
            (["content": "\u{FC}", "media_type": "Text/plain; Charset=iso-8859-1"], "Text/plain; Charset=iso-8859-1"),
            (["content": "{}", "name": "a.json"], "application/json"),
            // Nobody knows what these hold.
            (["content": .bytes([0xFC]), "name": "a.txt"], "text/plain"),
            (["file": "/a.txt"], "text/plain"),
        ] as [(Value, String)]) func textSaysInWhichCharactersItIs(attachment: Value, type: String) throws
    {
        let text = try TestMessage(files: ["/a.txt": [0xFC]]).text(plain.with("attachments", attachment))
        #expect(text.contains("\r\nContent-Type: \(type)\r\nContent-Disposition: attachment"))
    }

    @Test func aFileThatBecomesShorterIsNoticed() throws {
        let content = try TestMessage(files: ["/f": Array(repeating: 1, count: 1000)])
            .message(plain.with("attachments", "/f")).content(namesBcc: false)
        #expect(
            throws: Failure(
                .invalid, "the file \"/f\" became shorter while it was sent",
                hint: "send it when nothing writes to it any more")
        ) { try content.write(reading: { _, _, _ in [1, 2, 3] }, to: { _ in }) }
    }

    @Test func whoGetsACopyUnseenIsNotNamed() throws {
        let message = plain.with("bcc", "unseen@example.com")
        #expect(try !TestMessage().text(message).contains("unseen"))
        #expect(try TestMessage().text(message, namesBcc: true).contains("\r\nBcc: unseen@example.com\r\n"))
        #expect(
            try TestMessage().message(message).recipients.map(\.address) == ["grace@example.com", "unseen@example.com"])
    }

    @Test func aMessageToNobodySeenSaysSo() throws {
        let text = try TestMessage().text(["from": "ada@example.com", "bcc": "b@example.com", "text": "x"])
        #expect(text.contains("\r\nTo: undisclosed-recipients:;\r\n"))
    }

    @Test func eachRecipientIsToldOnce() throws {
        let message = try TestMessage().message(
            plain.with("cc", "Grace <grace@example.com>, bob@example.com").with("bcc", "bob@example.com"))
        #expect(message.recipients.map(\.address) == ["grace@example.com", "bob@example.com"])
    }

    @Test func oneOfSeveralAuthorsIsTheSender() throws {
        let text = try TestMessage().text(plain.with("from", "ada@example.com, bob@example.com"))
        #expect(text.hasPrefix("From: ada@example.com, bob@example.com\r\nSender: ada@example.com\r\n"))
    }

    @Test func lineBreaksOfAnyKindAreThoseOfMail() throws {
        let text = try TestMessage().text(plain.with("text", "a\nb\r\nc\rd\n"))
        #expect(text.hasSuffix("\r\n\r\na\r\nb\r\nc\r\nd\r\n"))
    }

    @Test func inlineImagesWithoutHTMLAreFilesBelowTheText() throws {
        let text = try TestMessage(files: ["/a.png": [1]]).text(
            plain.with("attachments", ["file": "/a.png", "inline": true]))
        #expect(text.contains("multipart/mixed"))
        #expect(text.contains("Content-Disposition: inline; filename=\"a.png\"\r\nContent-ID: <a.png>\r\n"))
    }

    @Test func longNamesOfFilesComeInPieces() throws {
        let name = String(repeating: "Änderungsübersicht ", count: 6) + ".pdf"
        let text = try TestMessage().text(plain.with("attachments", ["content": "x", "name": .string(name)]))
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(text.contains("filename*0*=UTF-8''%C3%84nderungs%C3%BCbersicht%20"))
        #expect(text.contains("\r\n filename*1*="))
        #expect(text.contains("Content-Type: application/pdf\r\n"))
    }

    @Test func noLineIsLongerThanMailAllows() throws {
        let word = String(repeating: "x", count: 3000)
        let text = try TestMessage().text(
            [
                "from": .string("\"\(word)\" <ada@example.com>"), "to": "grace@example.com", "subject": .string(word),
                "headers": ["X-Long": .string(word)], "text": .string(word), "html": .string("<p>\(word)</p>"),
                "attachments": ["content": .string(word), "name": .string(word)],
            ])
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test(arguments: ["subject", "in_reply_to", "references", "message_id", "from", "to", "cc", "bcc", "reply_to"])
    func noFieldStartsAnotherOne(key: String) {
        for ending in ["\r\n", "\n", "\r", "\0", "\u{0B}\u{0C}\n", "\u{7F}"] {
            let value: Value = .string("a@b.test\(ending)Bcc: evil@example.com")
            #expect(TestMessage().failure(plain.with(key, value))?.kind == .invalid, "\(ending.debugDescription)")
            let named: Value = ["name": .string("a\(ending)b"), "address": "a@b.test"]
            #expect(TestMessage().failure(plain.with("to", named))?.kind == .invalid)
            let header: Value = ["X-A": .string("a\(ending)b")]
            #expect(TestMessage().failure(plain.with("headers", header))?.kind == .invalid)
        }
    }

    @Test func whatDoesNotFitIsNamed() {
        let cases: [(String, Value, String, String?)] = [
            (
                "subject", "a\nb", "\"subject\" of a message must not hold a line break or control character", nil
            ),
            (
                "to", "nobody", "\"to\" of a message holds something that is no address",
                "write \"ada@example.com\", \"Ada <ada@example.com>\", {name, address} or a list of these"
            ),
            (
                "to", "jürgen@example.com",
                "\"to\" of a message holds an address with letters outside ASCII before the @",
                "use another address of that mailbox; few servers take such ones"
            ),
            (
                "to", "a@💥.test", "\"to\" of a message holds an address whose domain can't be written in ASCII",
                "write its domain in the form that begins with xn--"
            ),
            ("date", "soon", "\"date\" of a message is no time", "write it as 2026-01-31T09:00:00Z"),
            ("message_id", "no id", "\"message_id\" of a message is no message id", "write it as <id@example.com>"),
            ("priority", "now", "\"priority\" of a message is none", "use one of high, normal, low"),
            ("headers", ["Bcc": "x@y.test"], "\"Bcc\" can't be a further header of a message", nil),
            ("headers", ["a b": "c"], "\"a b\" can't be a further header of a message", nil),
            (
                "attachments", [["name": "a"]], "an attachment has neither a file nor content",
                "write a path, or {content: …, name: …}"
            ),
            (
                "attachments", ["content": "a", "media_type": "message/rfc822"],
                "an attachment can't be of the type message/rfc822",
                "give it the media_type application/octet-stream, and a name that ends in .eml"
            ),
            (
                "attachments", ["content": "a", "inline": true, "name": "my logo.png"],
                "an inline attachment has no name that HTML can name it by",
                "give it a content_id of letters and digits, such as logo, and write src=\"cid:logo\""
            ),
            (
                "attachments", ["file": "/x", "nme": "a"], "an attachment has no \"nme\"", "did you mean \"name\"?"
            ),
            ("body", "x", "a message has no \"body\"", nil),
        ]
        for (key, value, message, hint) in cases {
            let failure = TestMessage().failure(plain.with(key, value))
            #expect(failure?.message == message)
            if let hint { #expect(failure?.hint == hint) }
        }
        #expect(TestMessage().failure([1])?.message == "a message must be a map, not list")
    }
}
