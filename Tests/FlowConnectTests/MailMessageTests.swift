import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// `convert: rfc5322`: a map as a mail message.
@Suite struct MailMessageTests {
    private static let operation = """
          op:
            summary: Send.
            effect: write
            request: POST send
            body: ${{ params.message }}
            params: { message: { type: map, convert: rfc5322 } }
          encoded:
            summary: Send.
            effect: write
            request: POST send
            params: { raw: { type: map, convert: [rfc5322, base64url] } }
        """

    private func message(_ fields: ValueMap, files: MemoryFiles = MemoryFiles(texts: [:])) async throws -> String {
        let (_, requests) = try await TestConnector(Self.operation)
            .run("op", ValueMap([("message", .map(fields))]), files: files)
        return try #require(requests.first).text
    }

    private func lines(_ fields: ValueMap) async throws -> [String] {
        try await message(fields).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func failure(_ fields: ValueMap) async -> Failure? {
        do {
            _ = try await message(fields)
            return nil
        } catch {
            return Failure(error)
        }
    }

    private static let plain = ValueMap.of([
        ("from", "Ada Lovelace <ada@example.com>"), ("to", "grace@example.com"), ("subject", "Report"),
        ("text", "Hello."),
    ])

    private func plain(_ key: String, _ value: Value) -> ValueMap {
        var map = Self.plain
        map[key] = value
        return map
    }

    @Test func aPlainMessageIsShort() async throws {
        let text = try await message(plain("date", "2026-11-21T08:05:09Z"))
        #expect(
            text
                == """
                From: Ada Lovelace <ada@example.com>\r
                To: grace@example.com\r
                Subject: Report\r
                Date: Sat, 21 Nov 2026 08:05:09 +0000\r
                Message-ID: <key-1@example.com>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hello.
                """)
    }

    @Test func theDateIsThatOfTheClock() async throws {
        #expect(try await lines(Self.plain).contains { $0.hasPrefix("Date: ") && $0.hasSuffix(" +0000") })
    }

    @Test func convertersFollowEachOther() async throws {
        let (_, requests) = try await TestConnector(Self.operation).run(
            "encoded", ValueMap([("raw", .map(Self.plain))]))
        let body = try JSON.parse(#require(requests.first).text)
        let raw = try #require(body["raw"]?.stringValue)
        #expect(!raw.contains("=") && !raw.contains("+") && !raw.contains("/"))
        #expect(String(decoding: try #require(Base64.decode(raw)), as: UTF8.self).hasPrefix("From: Ada"))
    }

    @Test func addressesComeInManyForms() async throws {
        let found = try await lines(
            ValueMap.of([
                ("from", ["name": "Lovelace, Ada", "address": "ada@example.com"]),
                ("to", "\"Hopper, \\\"Amazing\\\" Grace\" <grace@example.com>, bob@example.com"),
                ("cc", ["a@example.com", ["name": "Zoë Ωmega", "address": "zoe@example.com"]]),
                ("bcc", "b@example.com"),
                ("reply_to", "r@example.com"),
            ]))
        #expect(found.contains("From: \"Lovelace, Ada\" <ada@example.com>"))
        #expect(found.contains("To: \"Hopper, \\\"Amazing\\\" Grace\" <grace@example.com>, bob@example.com"))
        #expect(found.contains("Cc: a@example.com, =?UTF-8?B?Wm/DqyDOqW1lZ2E=?= <zoe@example.com>"))
        #expect(found.contains("Bcc: b@example.com"))
        #expect(found.contains("Reply-To: r@example.com"))
    }

    @Test func longAndForeignSubjectsAreFoldedAndEncoded() async throws {
        let words = String(repeating: "quarter ", count: 20).dropLast()
        let folded = try await message(plain("subject", .string(String(words))))
        let head = folded.prefix { $0 != "." }
        #expect(head.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(folded.replacing("\r\n ", with: " ").contains("Subject: \(words)\r\n"))
        let foreign = try await lines(plain("subject", .string(String(repeating: "Größe 😀 ", count: 12) + "=?")))
        let start = try #require(foreign.firstIndex { $0.hasPrefix("Subject: ") })
        let field = foreign[start...].prefix { $0 == foreign[start] || $0.hasPrefix(" ") }
        #expect(field.count > 2)
        #expect(field.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 < 0x80 } })
        let decoded = field.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("=?UTF-8?B?") }.map {
            String(decoding: Base64.decode(String($0.dropFirst(10).dropLast(2))) ?? [], as: UTF8.self)
        }
        #expect(decoded.joined() == String(repeating: "Größe 😀 ", count: 12) + "=?")
    }

    @Test func textThatIsNotASCIIIsQuotedOrInBase64() async throws {
        let quoted = try await message(
            plain("text", .string("Gruß = 1 \nlong \(String(repeating: "x", count: 80))\ttab\t")))
        #expect(quoted.contains("Content-Transfer-Encoding: quoted-printable\r\n"))
        #expect(
            quoted.contains(
                "\r\n\r\nGru=C3=9F =3D 1=20\r\nlong " + String(repeating: "x", count: 70) + "=\r\nxxxxxxxxxx\ttab=09"))
        let foreign = try await message(plain("text", "Здравствуйте"))
        #expect(foreign.hasSuffix("Content-Transfer-Encoding: base64\r\n\r\n0JfQtNGA0LDQstGB0YLQstGD0LnRgtC1"))
    }

    @Test func textAndHTMLAreAlternatives() async throws {
        let text = try await message(plain("html", "<p>Hello.</p>"))
        let boundary = try #require(
            text.firstRange(of: "multipart/alternative; boundary=\"").map {
                text[$0.upperBound...].prefix { $0 != "\"" }
            })
        #expect(
            text.hasSuffix(
                "\r\n\r\n--\(boundary)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello.\r\n"
                    + "--\(boundary)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>Hello.</p>\r\n"
                    + "--\(boundary)--\r\n"))
    }

    @Test func attachmentsComeFromFilesAndFromContent() async throws {
        let attachments: Value = [
            "notes.txt",
            ["file": .file(FileReference(path: "/work/a.bin", size: 3, mediaType: "image/png")), "name": "Bild ü.png"],
            ["content": .bytes([0, 255]), "name": "x.dat"],
        ]
        let text = try await message(
            plain("attachments", attachments),
            files: MemoryFiles(texts: ["/work/notes.txt": "note", "/work/a.bin": "abc"]))
        #expect(text.contains("Content-Type: multipart/mixed; boundary="))
        for part in [
            "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"notes.txt\"\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\nbm90ZQ==\r\n",
            "Content-Type: image/png\r\nContent-Disposition: attachment; filename*=UTF-8''Bild%20%C3%BC.png\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n",
            "filename=\"x.dat\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAP8=\r\n",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test func anAnswerNamesWhatItAnswers() async throws {
        var fields = Self.plain
        fields["in_reply_to"] = "abc@mail.example.com"
        fields["references"] = ["<1@x.test>", "2@x.test"]
        fields["message_id"] = "<own@example.com>"
        fields["headers"] = ["X-Team": "Grüße"]
        let found = try await lines(fields)
        #expect(found.contains("In-Reply-To: <abc@mail.example.com>"))
        #expect(found.contains("References: <1@x.test> <2@x.test>"))
        #expect(found.contains("Message-ID: <own@example.com>"))
        #expect(found.contains("X-Team: =?UTF-8?B?R3LDvMOfZQ==?="))
    }

    @Test(arguments: ["subject", "in_reply_to", "references", "message_id"])
    func noFieldStartsAnotherOne(key: String) async {
        #expect(await failure(plain(key, "a@b\r\nBcc: evil@example.com"))?.kind == .invalid)
    }

    @Test func whatDoesNotFitIsNamed() async {
        let cases: [(String, Value, String)] = [
            ("subject", "a\nb", "\"subject\" of a message must not hold a line break or control character"),
            (
                "to", ["name": "a\r\nBcc: x", "address": "a@b.test"],
                "\"to\" of a message must not hold a line break or control character"
            ),
            ("to", "nobody", "\"to\" of a message holds something that is no address"),
            ("to", "a@b.test>\r\nBcc: <x@y.test", "\"to\" of a message holds something that is no address"),
            ("date", "soon", "\"date\" of a message is no time"),
            ("message_id", "no id", "\"message_id\" of a message is no message id"),
            ("headers", ["Bcc": "x@y.test"], "\"Bcc\" can't be a further header of a message"),
            ("headers", ["X-A": "a\r\nb"], "\"X-A\" of a message must not hold a line break or control character"),
            ("attachments", [["name": "a"]], "an attachment has neither a file nor content"),
            (
                "attachments", [["content": "a", "media_type": "text\r\nX: y"]],
                "\"media_type\" of an attachment is none"
            ),
            ("body", "x", "a message has no \"body\""),
        ]
        for (key, value, message) in cases {
            #expect(await failure(plain(key, value))?.message == "acme.op: parameter \"message\": \(message)")
        }
    }

    @Test func secretsStayMarked() async throws {
        let (_, requests) = try await TestConnector(Self.operation)
            .run("encoded", ValueMap([("raw", .map(plain("text", .secret("pin 1234"))))]))
        #expect(try #require(requests.first).secrets.members == ["raw"])
    }
}

/// The converters that only write a value otherwise.
@Suite struct ConverterTests {
    private func sent(_ converter: String, _ value: Value) async throws -> String {
        let (_, requests) = try await TestConnector(
            "  op: { summary: S., effect: write, request: POST t, params: { v: { type: any, convert: \(converter) } } }\n"
        ).run("op", ValueMap([("v", value)]), files: MemoryFiles(texts: ["/work/a": "hi?>"]))
        return try #require(requests.first).text
    }

    @Test func bytesTextsAndFilesBecomeBase64() async throws {
        #expect(try await sent("base64", "hi?>") == #"{"v":"aGk/Pg=="}"#)
        #expect(try await sent("base64url", .bytes(Array("hi?>".utf8))) == #"{"v":"aGk_Pg"}"#)
        #expect(try await sent("base64", .file(FileReference(path: "/work/a", size: 4))) == #"{"v":"aGk/Pg=="}"#)
        await #expect(
            throws: Failure(.invalid, "acme.op: parameter \"v\": must be text, bytes or a file, not list")
        ) { _ = try await sent("base64", [1]) }
    }

    @Test func valuesBecomeJSONText() async throws {
        #expect(try await sent("json_string", ["a": "ü"]) == #"{"v":"{\"a\":\"ü\"}"}"#)
        #expect(try await sent("json_ascii", ["a": "ü"]) == #"{"v":"{\"a\":\"\\u00fc\"}"}"#)
    }

    @Test func whatIsPercentEncodedIsDecodedOnce() async throws {
        #expect(try await sent("percent_decode", "%3AUPp") == #"{"v":":UPp"}"#)
        #expect(try await sent("percent_decode", ["%253A", "a+b", "5%"]) == #"{"v":["%3A","a+b","5%"]}"#)
        await #expect(throws: Failure(.invalid, "acme.op: parameter \"v\": must be text, not int")) {
            _ = try await sent("percent_decode", 1)
        }
    }

    @Test func nullAndWhatIsLeftOutStayWhatTheyAre() async throws {
        #expect(try await sent("adf", nil) == #"{"v":null}"#)
        #expect(try await sent("adf", .absent) == "")
    }

    @Test func unknownConvertersAreRefused() {
        let text =
            "connector: acme\nbase: https://a.test\noperations:\n"
            + "  op: { summary: S., effect: write, request: POST t, params: { v: { type: any, convert: adff } } }\n"
        let found = ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted
        #expect(found.first?.message.contains("adff") == true)
    }
}
