import FlowCore
import FlowFuzz
import Testing

@testable import FlowMail

/// What a server may say, and what it may not.
@Suite struct ResponseReaderTests {
    private final class Kept: ContentSink {
        var bytes: [UInt8] = []
        func take(_ portion: ArraySlice<UInt8>) { bytes += portion }
    }

    private func reader(_ text: String, size: Int = 1 << 16) -> ResponseReader {
        ResponseReader(Portions(Array(text.replacing("\n", with: "\r\n").utf8), size: size))
    }

    private func message(_ text: String, size: Int = 1 << 16) throws -> FetchedMessage {
        guard case .fetch(let message) = try reader(text, size: size).response() else {
            throw MalformedResponse("no FETCH")
        }
        return message
    }

    @Test(arguments: [1, 2, 7, 1 << 16]) func readsOneResponseAfterTheOther(size: Int) throws {
        let reader = reader(
            """
            * CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN\u{20}
            * LIST (\\HasNoChildren \\Sent) "/" {3}
            a"b
            * LIST () NIL INBOX]
            * SEARCH 1 2 4294967295 (MODSEQ 917)
            * SEARCH
            * STATUS "x y" (MESSAGES 3 X-NEW (a "b" (c)) UIDVALIDITY 7)
            * 23 EXISTS
            * 5 EXPUNGE
            * FLAGS (\\Seen custom)
            * OK [UIDVALIDITY 3857529045] UIDs valid
            + go on
            f1 NO [OVERQUOTA] no room
            f2 OK

            """, size: size)
        guard case .capability(let names) = try reader.response() else { throw MalformedResponse("CAPABILITY") }
        #expect(names == ["IMAP4REV1", "LITERAL+", "AUTH=PLAIN"])
        guard case .folder(let sent) = try reader.response() else { throw MalformedResponse("LIST") }
        #expect(sent == FolderEntry(name: Array("a\"b".utf8), delimiter: "/", flags: ["\\HasNoChildren", "\\Sent"]))
        guard case .folder(let inbox) = try reader.response() else { throw MalformedResponse("LIST") }
        #expect(inbox == FolderEntry(name: Array("INBOX]".utf8), delimiter: nil, flags: []))
        guard case .search(let found) = try reader.response() else { throw MalformedResponse("SEARCH") }
        #expect(found == [1, 2, .max])
        guard case .search(let none) = try reader.response() else { throw MalformedResponse("SEARCH") }
        #expect(none.isEmpty)
        guard case .counts(let name, let counts) = try reader.response() else { throw MalformedResponse("STATUS") }
        #expect(name == Array("x y".utf8))
        #expect(counts == ["MESSAGES": 3, "UIDVALIDITY": 7])
        guard case .exists(23) = try reader.response() else { throw MalformedResponse("EXISTS") }
        guard case .other = try reader.response() else { throw MalformedResponse("EXPUNGE") }
        guard case .other = try reader.response() else { throw MalformedResponse("FLAGS") }
        guard case .status(let ok) = try reader.response() else { throw MalformedResponse("OK") }
        #expect(
            ok == StatusResponse(condition: .ok, code: "UIDVALIDITY", codeArguments: "3857529045", text: "UIDs valid"))
        guard case .continuation("go on") = try reader.response() else { throw MalformedResponse("+") }
        guard case .status(let no) = try reader.response() else { throw MalformedResponse("NO") }
        #expect(no == StatusResponse(tag: "f1", condition: .no, code: "OVERQUOTA", text: "no room"))
        guard case .status(let done) = try reader.response() else { throw MalformedResponse("OK") }
        #expect(done == StatusResponse(tag: "f2", condition: .ok))
    }

    /// It begins a literal of any bytes only before a brace (RFC 9051, 9).
    @Test(arguments: [1, 2, 3, 7, 1 << 16]) func aTildeMayStandInAWord(size: Int) throws {
        let reader = reader(
            """
            * FLAGS (\\Seen to~do ~x ~)
            * LIST (\\HasNoChildren) "/" ~Archive
            * LIST (~a) "/" "~" (~b (c~{3}
            )d) ~{2}
            )( ~)
            * 1 FETCH (FLAGS (~ a~b) X ~c BODY[1] ~{4}
            ~{1} UID 7)
            f1 OK

            """, size: size)
        let sink = Kept()
        reader.content = ("1", sink)
        guard case .other = try reader.response() else { throw MalformedResponse("FLAGS") }
        guard case .folder(let archive) = try reader.response() else { throw MalformedResponse("LIST") }
        #expect(archive.name == Array("~Archive".utf8))
        guard case .folder(let short) = try reader.response() else { throw MalformedResponse("LIST") }
        #expect(short == FolderEntry(name: Array("~".utf8), delimiter: "/", flags: ["~a"]))
        guard case .fetch(let message) = try reader.response() else { throw MalformedResponse("FETCH") }
        #expect(message.flags == ["~", "a~b"])
        #expect(message.uid == 7)
        #expect(sink.bytes == Array("~{1}".utf8))
        #expect(reader.arrival == .bytes)
        guard case .status(let done) = try reader.response() else { throw MalformedResponse("OK") }
        #expect(done.tag == "f1")
    }

    @Test(arguments: [1, 5, 1 << 16]) func contentThatLooksLikeAnAnswerIsContent(size: Int) throws {
        let content = "f1 OK done\r\n* BYE\r\n)\r\nf2 NO {5}\r\n"
        let reader = reader(
            "* 1 FETCH (UID 9 BODY[1.2]<0> {\(content.utf8.count)}\n\(content.replacing("\r\n", with: "\n")) FLAGS (\\Seen))\nf2 OK\n",
            size: size)
        let sink = Kept()
        reader.content = ("1.2", sink)
        guard case .fetch(let message) = try reader.response() else { throw MalformedResponse("FETCH") }
        #expect(message.uid == 9)
        #expect(message.flags == ["\\Seen"])
        #expect(sink.bytes == Array(content.utf8))
        guard case .status(let status) = try reader.response() else { throw MalformedResponse("OK") }
        #expect(status.tag == "f2")
    }

    @Test func contentThatNobodyAskedForIsLeftOut() throws {
        let reader = reader(
            "* 1 FETCH (BODY[HEADER.FIELDS (\"TO\" FROM)] {3}\nabc BODY[] NIL BODY[1] \"q\\\"\" UID 4)\n")
        let sink = Kept()
        reader.content = ("2", sink)
        guard case .fetch(let message) = try reader.response() else { throw MalformedResponse("FETCH") }
        #expect(message.uid == 4)
        #expect(sink.bytes.isEmpty)
    }

    @Test func readsAnEnvelope() throws {
        let message = try message(
            """
            * 12 FETCH (ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700" {7}
            a "b" c (("Terry" NIL "gray" "x.test")) NIL NIL ((NIL NIL "team" NIL)(NIL NIL "a" "x.test") (NIL NIL NIL NIL)) \
            NIL NIL NIL "<1@x.test>") RFC822.SIZE 4286 INTERNALDATE "17-Jul-1996 02:44:25 -0700")

            """)
        let envelope = try #require(message.envelope)
        #expect(envelope.subject == Array("a \"b\" c".utf8))
        #expect(envelope.from == [Envelope.Address(name: Array("Terry".utf8), mailbox: Array("gray@x.test".utf8))])
        #expect(envelope.to == [Envelope.Address(name: nil, mailbox: Array("a@x.test".utf8))])
        #expect(envelope.messageID == Array("<1@x.test>".utf8))
        #expect(message.size == 4286)
        #expect(message.internalDate == "17-Jul-1996 02:44:25 -0700")
    }

    @Test func readsAStructure() throws {
        let message = try message(
            """
            * 1 FETCH (BODYSTRUCTURE ((("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 1152 23 NIL NIL NIL NIL)("text" "html" NIL NIL NIL "quoted-printable" 20 1) "alternative" ("boundary" "x") NIL NIL NIL)("message" "rfc822" NIL NIL NIL "7bit" 300 ("d" "s" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 3 1) 9 NIL ("attachment" ("filename" "a.eml")))("application" "pdf" ("name" "a.pdf") "<c@x>" "about" "BASE64" 4000 "md5" ("attachment" NIL) ("en" "de") "loc" 7 ("new" (1))) "MIXED"))

            """)
        let structure = try #require(message.structure)
        #expect(structure.mediaType == "multipart/mixed")
        #expect(structure.parts.map(\.section) == ["1", "2", "3"])
        #expect(structure.parts[0].parts.map(\.section) == ["1.1", "1.2"])
        #expect(structure.parts[0].parts[0].charset == "utf-8")
        #expect(structure.parts[1].fileName == "a.eml")
        #expect(structure.parts[2].disposition == "attachment")
        #expect(structure.parts[2].encoding == "base64")
        let parts = MessageParts(structure)
        #expect(parts.text?.section == "1.1")
        #expect(parts.html?.section == "1.2")
        #expect(parts.attachments.map(\.section) == ["2", "3"])
    }

    @Test func aStructureOfTooManyPartsIsLeftOut() throws {
        let part = "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)"
        let many = try message("* 1 FETCH (BODYSTRUCTURE (\(String(repeating: part, count: 1500)) \"mixed\") UID 7)\n")
        #expect(many.structure == nil)
        #expect(many.objection == "more than 1000 parts")
        #expect(many.uid == 7)
        let deep = String(repeating: "(", count: 5000) + part + String(repeating: " \"mixed\")", count: 5000)
        let nested = try message("* 1 FETCH (BODYSTRUCTURE \(deep) UID 8)\n")
        #expect(nested.objection == "more than 20 levels of parts")
        #expect(nested.uid == 8)
    }

    @Test(arguments: [
        ("* 1 FETCH (UID 1", "an end in the middle of a response"),
        ("* 1 FETCH (UID x)\n", "\"x\" where a number belongs"),
        ("* 1 FETCH (UID 4294967296)\n", "a number that is too large"),
        ("* 99999999999999999999 EXISTS\n", "a number that is too large"),
        ("* SEARCH 1 x\n", "\"x\" in the answer to a search"),
        ("a1 fake-token-that-is-longer-than-forty-characters-0123456789 x\r\n", "\"…\" where OK, NO or BAD belongs"),
        ("HTTP/1.1 200 OK\n", "\"200\" where OK, NO or BAD belongs"),
        ("\n", "the end of a line where a word belongs"),
        ("* LIST (\\a) \"/\" \"x\ny\"\n", "the end of a line in a quoted string"),
        ("* 1 FETCH (ENVELOPE (NIL NIL))\n", "\")\" where a space belongs"),
        ("* 1 FETCH (UID 1) x\n", "a space where the end of a line belongs"),
        ("* LIST () \"/\" {300000}\n", "a string of more than 256 KiB"),
    ]) func whatIsNotIMAPIsSaid(text: String, reason: String) {
        let padded = text.contains("{300000}") ? text + String(repeating: "x", count: 300_000) : text
        #expect(throws: MalformedResponse(reason)) { _ = try reader(padded).response() }
    }

    @Test func aResponseThatNeverEndsIsNotKept() {
        let name = String(repeating: "x", count: 200_000)
        let addresses = String(repeating: "(\"\(name)\" NIL \"a\" \"b\")", count: 100)
        #expect(throws: MalformedResponse("a response of more than 8 MiB")) {
            _ = try reader("* 1 FETCH (ENVELOPE (NIL NIL (\(addresses)) NIL NIL NIL NIL NIL NIL NIL))\n").response()
        }
    }
}
