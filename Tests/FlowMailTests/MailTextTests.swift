import FlowCore
import FlowTestKit
import Testing

@testable import FlowMail

/// Texts, names and dates as mail writes them.
@Suite struct MailTextTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe_an_alle?=", "Grüße an alle"),
        ("=?ISO-8859-1?Q?a?=\t=?ISO-8859-1?Q?_b?=", "a b"),
        ("Re: =?utf-8?B?w7bDpA==?= x =?utf-8?B?w7w=?=", "Re: öä x ü"),
        // A character that was cut in two.
        ("=?utf-8?B?ww==?= =?utf-8?B?tg==?=", "ö"),
        ("=?utf-8*en?Q?hi?=", "hi"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?no-such-set?Q?abc=41?=", "abcA"),
        ("=?utf-8?X?abc?= =?broken", "=?utf-8?X?abc?= =?broken"),
        ("=?utf-8?Q?unended", "=?utf-8?Q?unended"),
        ("=?utf-8?Q?what?_yes?= =?=?utf-8?q?b?=", "what? yes =?b"), ("=?utf-8?B?=", "=?utf-8?B?="),
        ("=?a=?utf-8?q?b?=c=?utf-8?q??=d=?", "=?abcd=?"),
        ("=?utf-8?q?a?=b=?utf-8?q?c?=", "abc"), ("=?", "=?"),
    ]) func readsEncodedWords(raw: String, text: String) {
        #expect(MailText.header(Array(raw.utf8)) == text)
    }

    /// Each would take longer than anyone waits, were what a stranger wrote gone through anew for each piece of it.
    @Test(.timeLimit(.minutes(1))) func timeGrowsWithTheTextAlone() throws {
        let open = String(repeating: "=?a?b?x", count: 40_000)
        #expect(MailText.header(Array(open.utf8)) == open)
        let name = String(repeating: "🇩🇪", count: 60_000)
        #expect(AttachmentName.safe(name + ".pdf") == String(repeating: "🇩🇪", count: 22) + ".pdf")
        #expect(AttachmentName.safe(name) == String(repeating: "🇩🇪", count: 22))
        let pieces: BodyPart.Parameters = (0..<50_000).map { ("name*\($0)", [UInt8(ascii: "a")]) }
        #expect(pieces.text("name")?.utf8.count == 50_000)
        let header = MessageHeader(Array(String(repeating: "a: b\n", count: 50_000).utf8))
        #expect(header.asValue["a"]?.stringValue?.utf8.count == 99_999)
    }

    @Test func bytesOfAnUnknownSetAreReadSomehow() {
        #expect(MailText.header([0x47, 0x72, 0xFC, 0xDF, 0x65]) == "Grüße")
        #expect(MailText.header(Array("Grüße".utf8)) == "Grüße")
        #expect(MailText.decode([0x80, 0x41], charset: "utf-8") == "€A")
    }

    @Test(arguments: [1, 2, 3, 100]) func undoesEncodingsInPortions(size: Int) {
        func decoded(_ encoding: String, _ text: String) -> String {
            var decoder = TransferDecoder(encoding)
            var target: [UInt8] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.decode(bytes[start..<min(start + size, bytes.count)], into: &target)
            }
            decoder.finish(into: &target)
            return String(decoding: target, as: UTF8.self)
        }
        #expect(decoded("base64", "SGVs\r\nbG8=\r\n!d29ybGQ") == "Helloworld")
        #expect(decoded("quoted-printable", "a=C3=A4 b=\r\nc \t\r\nd=  \r\ne=3d=zz = x=") == "aä bc\r\nde==zz =x")
        #expect(decoded("QUOTED-PRINTABLE", "tail=4") == "tail=4")
        #expect(decoded("8bit", "ä=41") == "ä=41")
    }

    @Test(arguments: [
        ("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z"),
        ("1 Jul 03 10:52 GMT", "2003-07-01T10:52:00Z"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", nil),
        ("Fri, 21 Nov 1997 09:55:06 -0600 (CST)", "1997-11-21T15:55:06Z"),
        ("17-Jul-1996 02:44:25 -0700", "1996-07-17T09:44:25Z"),
        (" 7-Jul-1996 02:44:25 +0000", "1996-07-07T02:44:25Z"),
        ("Thu, 13 Feb 69 23:32 EST", "1969-02-14T04:32:00Z"),
        ("31 Feb 2026 10:00:00 +0000", nil), ("yesterday", nil), ("", nil),
    ]) func readsDates(text: String, time: String?) {
        #expect(MailDate.parse(text)?.rfc3339 == time)
    }

    @Test(arguments: [
        ("INBOX", "INBOX"), ("R&D", "R&-D"), ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("Entwürfe", "Entw&APw-rfe"), ("💥", "&2D3cpQ-"), ("", ""),
    ]) func writesNamesOfFolders(name: String, wire: String) {
        #expect(MailboxName.encode(name) == wire)
        #expect(MailboxName.decode(Array(wire.utf8)) == name)
    }

    @Test(arguments: ["&", "&abc", "&AGE-", "&2D0-", "&!-"]) func namesThatAreNotEncodedStayAsTheyAre(wire: String) {
        #expect(MailboxName.decode(Array(wire.utf8)) == wire)
    }

    @Test(arguments: [
        ("report.pdf", "report.pdf"), ("../../etc/passwd", "passwd"), ("C:\\temp\\a.txt", "a.txt"),
        (".bashrc", "bashrc"), ("a\u{0}b\nc\u{202E}fdp.exe", "abcfdp.exe"), ("...", nil), ("/", nil), ("  ", nil),
        ("tail. ", "tail"), ("./\u{200D}../\u{200D}../\u{200D}etc/\u{200D}passwd", "passwd"),
        ("a/\u{301}b", "\u{301}b"), ("C:\\\u{FE0F}..\\\u{FE0F}a.txt", "\u{FE0F}a.txt"),
    ]) func namesOfFilesAreMadeSafe(name: String, safe: String?) {
        #expect(AttachmentName.safe(name) == safe)
    }

    @Test func longNamesKeepTheirEnding() {
        let name = AttachmentName.safe(String(repeating: "ä", count: 200) + ".pdf")
        #expect(name?.hasSuffix("ä.pdf") == true)
        #expect(name.map { $0.utf8.count <= 180 } == true)
    }

    @Test func parametersComeInPieces() {
        let parameters: BodyPart.Parameters = [
            ("filename*0*", Array("utf-8'de'%E2%82%ac%20".utf8)), ("filename*1", Array("a%20b".utf8)),
            ("filename*2*", Array(".p%64f".utf8)), ("name", Array("=?utf-8?q?x=C3=A4?=".utf8)),
            ("title*", Array("iso-8859-1'en'%A3%20rates".utf8)),
        ]
        #expect(parameters.text("filename") == "€ a%20b.pdf")
        #expect(parameters.text("name") == "xä")
        #expect(parameters.text("title") == "£ rates")
        #expect(parameters.text("other") == nil)
    }

    @Test func fieldsOfAHeaderAreUnfolded() {
        let header = MessageHeader(
            Array(
                "Subject: a\r\n b \r\nX: 1\nX: 2\nnonsense\nReferences: <1> <2>\r\nMessage-ID:\r\n <3>\n\t\nY:\n\r\nB: no\n"
                    .utf8))
        #expect(
            header.asValue
                == ["subject": "a b", "x": "1\n2", "references": "<1> <2>", "message-id": "<3>", "y": ""])
        #expect(header.text("message-id") == "<3>")
        #expect(header.identifiers("references") == ["<1>", "<2>"])
    }

    @Test func setsOfNumbersAreShort() {
        #expect(UIDSet.text([5, 3, 4, 9, 1]) == "1,3:5,9")
        #expect(UIDSet.parse("1,3:5,9") == [1, 3, 4, 5, 9])
        #expect(UIDSet.parse("5:3") == [3, 4, 5])
        #expect(UIDSet.parse("1:4294967295") == nil)
        #expect(UIDSet.parse("a") == nil)
        #expect(UIDSet.parse("") == nil)
    }

    @Test func textBecomesAStringOrALiteral() {
        var command = Command("UID SEARCH")
        command.add(string: "a\"b\\")
        command.add(string: "ä\r\nA1 LOGOUT")
        command.add("ALL")
        let pieces = command.pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .literal(let bytes): "{\(String(decoding: bytes, as: UTF8.self))}"
            }
        }
        #expect(pieces == ["UID SEARCH \"a\\\"b\\\\\" ", "{ä\r\nA1 LOGOUT}", " ALL"])
    }

    @Test(
        arguments: [
            (["* OK hi", "A2 NO [AUTHENTICATIONFAILED] bad"], "bad", "AUTHENTICATIONFAILED", false),
            (["A2 NO [UNAVAILABLE] later"], "later", "UNAVAILABLE", true),
            (["535 5.7.8 no"], "5.7.8 no", "535", false), (["454 4.7.0 later"], "4.7.0 later", "454", true),
            (["+ eyJzdGF0dXMiOiI0MDAifQ=="], "status 400", "400", false), (["* BYE too many"], "too many", "BYE", true),
            (["A2 NO Login failed"], "Login failed", nil, false),
        ] as [([String], String, String?, Bool)])
    func refusalsOfALoginAreRead(lines: [String], text: String, code: String?, isTemporary: Bool) {
        let answer = LoginAnswer(lines)
        #expect(answer.text == text)
        #expect(answer.code == code)
        #expect(answer.isTemporary == isTemporary)
    }
}
