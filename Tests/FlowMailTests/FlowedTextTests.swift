import FlowCore
import Testing

@testable import FlowMail

/// Paragraphs that were broken into lines, and quoted, as RFC 3676 has it.
@Suite struct FlowedTextTests {
    private func part(_ parameters: [(String, String)], subtype: String = "plain") -> BodyPart {
        var part = BodyPart(type: "text", subtype: subtype)
        part.parameters = parameters.map { ($0.0, Array($0.1.utf8)) }
        return part
    }

    @Test(arguments: [
        ("a long \nline that \ngoes on\n", "a long line that goes on\n"),
        ("fixed\nlines\n\nstay", "fixed\nlines\n\nstay"),
        // Put before what is no quotation.
        (" >no quote\n From me\n  two", ">no quote\nFrom me\n two"),
        ("> quoted \n> text\n>> deeper \n> less\n>\n>from me", "> quoted text\n>> deeper \n> less\n>\n> from me"),
        ("> quoted \nand not", "> quoted \nand not"),
        ("goes on \n-- \nAda \nLovelace", "goes on \n-- \nAda Lovelace"),
        ("> text \n> -- \n> Ada", "> text \n> -- \n> Ada"),
        ("ends so ", "ends so "), ("", ""), (" ", ""),
    ]) func paragraphsAreOnOneLine(text: String, whole: String) throws {
        #expect(try #require(FlowedText(part([("format", "flowed")]))).reflowed(text) == whole)
    }

    /// Copying the paragraph for each of its lines would take minutes.
    @Test(.timeLimit(.minutes(1))) func aParagraphMayHaveAnyNumberOfLines() throws {
        let count = 600_000
        let flowed = try #require(FlowedText(part([("format", "flowed")])))
        let whole = flowed.reflowed(String(repeating: "a \n", count: count))
        #expect(whole.utf8.count == 2 * count)
    }

    @Test func spacesThatWereAddedAreTakenAway() throws {
        let flowed = try #require(FlowedText(part([("format", "Flowed"), ("delsp", "Yes")])))
        #expect(flowed.reflowed("日本 \n語です\na  \nb") == "日本語です\na b")
    }

    @Test func otherTextStaysAsItIs() {
        #expect(FlowedText(part([("charset", "utf-8")])) == nil)
        #expect(FlowedText(part([("format", "fixed")])) == nil)
        #expect(FlowedText(part([("format", "flowed")], subtype: "html")) == nil)
    }
}
