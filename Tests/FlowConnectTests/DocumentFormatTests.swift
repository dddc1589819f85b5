import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

/// `convert: adf`: Markdown as a document.
@Suite struct DocumentFormatTests {
    private static let operation = """
          op:
            summary: Comment.
            effect: write
            request: POST comments
            params: { body: { type: any, convert: adf } }
        """

    /// The content of the document that `markdown` gives, as JSON.
    private func content(_ markdown: String) async throws -> String {
        let connector = try TestConnector(Self.operation)
        let (_, requests) = try await connector.run("op", ValueMap([("body", .string(markdown))]))
        let document = try JSON.parse(#require(requests.first).text)["body"]
        #expect(document?["version"] == 1)
        #expect(document?["type"] == "doc")
        return JSON.text(document?["content"] ?? .null)
    }

    private func paragraph(_ inner: String) -> String { #"{"type":"paragraph","content":[\#(inner)]}"# }

    private func text(_ text: String, _ marks: String...) -> String {
        let list = marks.map { $0.hasPrefix("{") ? $0 : #"{"type":"\#($0)"}"# }.joined(separator: ",")
        return #"{"type":"text","text":\#(JSON.quoted(text))"# + (marks.isEmpty ? "}" : #","marks":[\#(list)]}"#)
    }

    private func link(_ address: String) -> String { #"{"type":"link","attrs":{"href":"\#(address)"}}"# }

    @Test(arguments: [
        "Deployed.", "a * b", "snake_case_name", "2 < 3 & 4", "50% of 1.5 [see below]", "a_b_ c", "~home", "C:\\dir",
        "!", "#tag", "-", "1.5 hours", "1986. was a year",
    ])
    func plainTextStaysAsItIs(plain: String) async throws {
        if plain == "-" {
            #expect(
                try await content(plain)
                    == #"[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[]}]}]}]"#
            )
        } else if plain.hasPrefix("1986") {
            #expect(try await content("It " + plain) == "[\(paragraph(text("It " + plain)))]")
        } else {
            #expect(try await content(plain) == "[\(paragraph(text(plain)))]")
        }
    }

    @Test func anEmptyTextIsAnEmptyDocument() async throws {
        #expect(try await content("") == "[]")
        #expect(try await content(" \n\n ") == "[]")
    }

    @Test func aDocumentIsTakenAsItIs() async throws {
        let document: Value = ["version": 1, "type": "doc", "content": []]
        let (_, requests) = try await TestConnector(Self.operation).run("op", ValueMap([("body", document)]))
        #expect(requests.first?.text == #"{"body":{"version":1,"type":"doc","content":[]}}"#)
    }

    @Test func paragraphsAreApartByEmptyLines() async throws {
        #expect(
            try await content("one\ntwo\n\n\nthree") == "[\(paragraph(text("one two"))),\(paragraph(text("three")))]")
    }

    @Test func marksStandInsideEachOther() async throws {
        #expect(
            try await content("a **b *c* `d`** ~~e~~ __f__ _g_")
                == "["
                + paragraph(
                    [
                        text("a "), text("b ", "strong"), text("c", "strong", "em"), text(" ", "strong"),
                        text("d", "code"), text(" "), text("e", "strike"), text(" "), text("f", "strong"), text(" "),
                        text("g", "em"),
                    ].joined(separator: ",")) + "]")
        #expect(try await content("***x***") == "[\(paragraph(text("x", "em", "strong")))]")
        #expect(
            try await content("*a **b* c")
                == "[\(paragraph([text("*a *"), text("b", "em"), text(" c")].joined(separator: ",")))]")
        #expect(try await content("\\*a\\* \\[b]") == "[\(paragraph(text("*a* [b]")))]")
        #expect(try await content("`` a`b `` `c") == "[\(paragraph(text("a`b", "code") + "," + text(" `c")))]")
    }

    @Test func linksHaveTextAndAddress() async throws {
        #expect(
            try await content("[the *log*](https://ci.test/1?a=(b)) <https://x.test> <ada@x.test>")
                == "["
                + paragraph(
                    [
                        text("the ", link("https://ci.test/1?a=(b)")),
                        text("log", link("https://ci.test/1?a=(b)"), "em"),
                        text(" "), text("https://x.test", link("https://x.test")), text(" "),
                        text("ada@x.test", link("mailto:ada@x.test")),
                    ].joined(separator: ",")) + "]")
        #expect(
            try await content("[a](</b c> \"T\") ![alt](/i.png) [`x`](/y)")
                == "["
                + paragraph(
                    [
                        text("a", #"{"type":"link","attrs":{"href":"/b c","title":"T"}}"#), text(" "),
                        text("alt", link("/i.png")), text(" "), text("x", link("/y"), "code"),
                    ].joined(separator: ",")) + "]")
        #expect(try await content("[1] and [a](b") == "[\(paragraph(text("[1] and [a](b")))]")
        #expect(
            try await content("[a [b](c) d](e)")
                == "[\(paragraph([text("[a "), text("b", link("c")), text(" d](e)")].joined(separator: ",")))]")
    }

    @Test func hardBreaksAreTwoSpacesOrABackslash() async throws {
        let broken = "[" + paragraph(text("a") + #",{"type":"hardBreak"},"# + text("b")) + "]"
        #expect(try await content("a  \nb") == broken)
        #expect(try await content("a\\\nb") == broken)
    }

    @Test func headingsHaveLevels() async throws {
        func heading(_ level: Int, _ inner: String) -> String {
            #"{"type":"heading","attrs":{"level":\#(level)},"content":[\#(inner)]}"#
        }
        #expect(
            try await content("# A #\n###### B\nC\n===\nD\n---\n#### ")
                == "["
                + [
                    heading(1, text("A")), heading(6, text("B")), heading(1, text("C")), heading(2, text("D")),
                    heading(4, ""),
                ]
                .joined(separator: ",") + "]")
        #expect(try await content("####### no") == "[\(paragraph(text("####### no")))]")
    }

    @Test func codeKeepsItsLinesAndLanguage() async throws {
        #expect(
            try await content("```swift\nlet a = 1\n\n  *b*\n```\nafter")
                == #"[{"type":"codeBlock","attrs":{"language":"swift"},"content":["# + text("let a = 1\n\n  *b*")
                + "]},"
                + paragraph(text("after")) + "]")
        #expect(try await content("~~~\nopen") == #"[{"type":"codeBlock","content":["# + text("open") + "]}]")
        #expect(try await content("```\n```") == #"[{"type":"codeBlock","content":[]}]"#)
        #expect(try await content("    a\n\n    b") == #"[{"type":"codeBlock","content":["# + text("a\n\nb") + "]}]")
    }

    @Test func listsStandInsideEachOther() async throws {
        func item(_ inner: String) -> String { #"{"type":"listItem","content":[\#(inner)]}"# }
        func bullets(_ inner: String) -> String { #"{"type":"bulletList","content":[\#(inner)]}"# }
        #expect(
            try await content("- a\n  - b\n\n- c\n  d\n* e")
                == "["
                + bullets(
                    item(paragraph(text("a")) + "," + bullets(item(paragraph(text("b"))))) + ","
                        + item(paragraph(text("c d"))))
                + "," + bullets(item(paragraph(text("e")))) + "]")
        #expect(
            try await content("3. a\n\n   more\n4. b")
                == #"[{"type":"orderedList","attrs":{"order":3},"content":["#
                + item(paragraph(text("a")) + "," + paragraph(text("more"))) + "," + item(paragraph(text("b"))) + "]}]")
        #expect(
            try await content("- ```\n  x\n  ```\n- # h")
                == "["
                + bullets(
                    item(#"{"type":"codeBlock","content":["# + text("x") + "]}") + ","
                        + item(paragraph(text("h", "strong"))))
                + "]")
        #expect(
            try await content("- - a") == "["
                + bullets(item(#"{"type":"paragraph","content":[]},"# + bullets(item(paragraph(text("a")))))) + "]")
    }

    @Test func quotesHoldParagraphsAndLists() async throws {
        func quote(_ inner: String) -> String { #"{"type":"blockquote","content":[\#(inner)]}"# }
        #expect(
            try await content("> a\nb\n> # c\n>\n> > d\n\ne")
                == "["
                + quote(
                    [paragraph(text("a b")), paragraph(text("c", "strong")), paragraph(text("d"))].joined(
                        separator: ","))
                + "," + paragraph(text("e")) + "]")
        #expect(
            try await content("> ```\ncode is over") == "[" + quote(#"{"type":"codeBlock","content":[]}"#) + ","
                + paragraph(text("code is over")) + "]")
        #expect(try await content(">") == "[]")
    }

    @Test func rulesAreOfThreeMarks() async throws {
        #expect(
            try await content("a\n\n---\n* * *") == "[" + paragraph(text("a")) + #",{"type":"rule"},{"type":"rule"}]"#)
    }

    @Test func tablesHaveAHeader() async throws {
        func cell(_ type: String, _ inner: String) -> String {
            #"{"type":"\#(type)","content":[\#(paragraph(inner))]}"#
        }
        func row(_ cells: String...) -> String { #"{"type":"tableRow","content":[\#(cells.joined(separator: ","))]}"# }
        #expect(
            try await content("| a | b |\n|:--|--:|\n| **1** | x\\|y |\n| 2 |\n\nend")
                == #"[{"type":"table","content":["#
                + [
                    row(cell("tableHeader", text("a")), cell("tableHeader", text("b"))),
                    row(cell("tableCell", text("1", "strong")), cell("tableCell", text("x|y"))),
                    row(cell("tableCell", text("2")), cell("tableCell", "")),
                ].joined(separator: ",") + "]}," + paragraph(text("end")) + "]")
        #expect(try await content("a | b\nno table") == "[\(paragraph(text("a | b no table")))]")
        #expect(
            try await content("> | a | b |\n> |-|-|\n> | 1 | 2 |").contains(text("1 | 2".replacing("1 | 2", with: "1")))
        )
    }

    /// What is sixteen times as long takes about sixteen times as long; where each piece looked at all the rest it was 256.
    @Test(arguments: ["*", "[", "](", "> ", "- ", "`", "<", "**a ", "~~", "| ", "[](<", "> a\n", "- a\n\n\n"])
    func textThatIsNoMarkdownAtAllTakesTimeByItsLength(nasty: String) {
        let growth = growth(from: 1_000, by: 16) { _ = DocumentFormat.document(String(repeating: nasty, count: $0)) }
        #expect(growth < 64)
    }

    @Test func blankLinesAreLookedAtOnce() async throws {
        func lines(_ count: Int) -> String { "- a\n" + String(repeating: "\n", count: count) }
        #expect(growth(from: 1_000, by: 10) { _ = DocumentFormat.document(lines($0) + "  b") } < 40)
        let (a, b) = (paragraph(text("a")), paragraph(text("b")))
        #expect(
            try await content(lines(9) + "  b")
                == #"[{"type":"bulletList","content":[{"type":"listItem","content":[\#(a),\#(b)]}]}]"#)
        #expect(
            try await content(lines(9) + "b")
                == #"[{"type":"bulletList","content":[{"type":"listItem","content":[\#(a)]}]},\#(b)]"#)
    }

    @Test func runsOfBackticksWithoutAPartnerAreSearchedForOnce() async throws {
        func runs(_ count: Int) -> String {
            (1...count).map { String(repeating: "`", count: $0) }.joined(separator: " ")
        }
        // Four times as many runs are sixteen times as many characters.
        #expect(growth(from: 60, by: 4) { _ = DocumentFormat.document(runs($0)) } < 32)
        #expect(try await content(runs(50)) == "[\(paragraph(text(runs(50))))]")
        #expect(
            try await content("`` a ``` `b` ``` c")
                == "[\(paragraph(text("`` a ") + "," + text("`b`", "code") + "," + text(" c")))]")
    }

    @Test func onlyTextIsConverted() async {
        await #expect(
            throws: Failure(.invalid, "acme.op: parameter \"body\": must be text or a document, not int")
        ) { _ = try await TestConnector(Self.operation).run("op", ValueMap([("body", 1)])) }
    }
}
