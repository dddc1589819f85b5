import FlowCore
import FlowYAML
import Testing

@Suite struct EmitterTests {
    @Test func writesBlocks() {
        let value: Value = ["name": "x", "list": [1, 2.5, true, nil], "map": ["empty": [], "none": [:]]]
        #expect(
            YAML.text(value) == """
                name: x
                list:
                - 1
                - 2.5
                - true
                - null
                map:
                  empty: []
                  none: {}

                """)
    }

    @Test(arguments: [
        "", "on", "Yes", "NO", "off", "y", "null", "~", "true", "3", "-1.5", "0x1F", "0o7", "1e3", ".inf", "2026-01-01",
        "12:30:45", "1_000", "<<", "- x", "a: b", "# c", " lead", "trail ", "*a", "&a", "!t", "@x", "{", "[", "it's",
        "\"q\"",
    ])
    func quotesWhatWouldBeSomethingElse(text: String) throws {
        let written = YAML.text(["k": .string(text)])
        #expect(written.contains("'") || written.contains("\""))
        #expect(try readBack(written) == ["k": .string(text)])
    }

    @Test(arguments: [
        "plain", "two\nlines\n", "no end\nbreak", "  leading\n lines", "tab\there", "\u{1B}[0m", "ä€😀", "a\r\nb",
        "\n\n",
        "trailing \nspace", "\u{85}", "- a\n- b", "x\0y",
    ])
    func textComesBack(text: String) throws {
        #expect(try readBack(YAML.text(.list([.string(text)]))) == [.string(text)])
    }

    @Test func numbersComeBack() throws {
        let value: Value = [
            .int(.min), .uint(.max), 1.0, 0.1, .double(.infinity), .number(ExactNumber(text: "0.10000000000000000001")),
        ]
        let back = try #require(try readBack(YAML.text(value)).listValue)
        #expect(back[0] == .int(.min))
        #expect(back[1] == .number(ExactNumber(text: "18446744073709551615")))
        #expect(back[2].type == .double)
        #expect(back[4] == .double(.infinity))
        #expect(back[5] == .number(ExactNumber(text: "0.10000000000000000001")))
    }

    @Test func aScalarAloneHasNoDocumentEnd() {
        #expect(YAML.text(3) == "3\n")
        #expect(YAML.text("x") == "x\n")
    }

    private func readBack(_ text: String) throws -> Value {
        var diagnostics = Diagnostics()
        let node = YAML.read(SourceText(name: "t", text: text), diagnostics: &diagnostics)
        return try #require(node, "\(text) \(diagnostics.all.map(\.rendered))").value
    }
}
