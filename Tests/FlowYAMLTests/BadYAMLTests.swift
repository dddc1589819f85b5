import FlowCore
import FlowYAML
import Testing

@Suite struct BadYAMLTests {
    @Test func duplicateKeyNamesBothPlaces() {
        let (node, messages) = reading("a: 1\nb: 2\na: 3\n")
        #expect(
            messages == [
                """
                t.yaml:3:1: error: duplicate key "a"; the first one is on line 1 [duplicate-key]
                    3 | a: 3
                      | ^
                  hint: remove one of the two, or rename it
                """
            ])
        #expect(node?.value == ["a": 1, "b": 2])
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n"])
    func emptyFile(text: String) {
        let (node, messages) = reading(text)
        #expect(node == nil)
        #expect(messages == ["t.yaml:1:1: error: the file is empty [empty-file]"])
    }

    @Test func binaryFile() {
        let (node, messages) = reading(bytes: [0x7F, 0x45, 0x4C, 0x46, 0x02, 0x00, 0x01])
        #expect(node == nil)
        #expect(
            messages == [
                "t.yaml:1:1: error: the file is binary: byte 5 is NUL [binary-file]\n  hint: give a YAML file"
            ])
    }

    @Test func invalidUTF8() {
        let (node, messages) = reading(bytes: Array("a: ".utf8) + [0xC3, 0x28] + Array("\nb: 1".utf8))
        #expect(node == nil)
        #expect(messages.count == 1)
        #expect(messages[0].hasPrefix("t.yaml:1:4: error: byte 3 of the file is not valid UTF-8 [not-utf8]"))
        #expect(messages[0].hasSuffix("hint: save it as UTF-8"))
        #expect(
            reading(bytes: [0xFF, 0xFE, 0x61, 0x00]).messages == [
                "t.yaml:1:1: error: the file is UTF-16 text [not-utf8]\n  hint: save it as UTF-8"
            ])
    }

    @Test(arguments: [
        [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x80, 0x80, 0x80],
    ])
    func refusesEveryMalformedSequence(bytes: [UInt8]) {
        #expect(reading(bytes: bytes).node == nil)
    }

    @Test func aFileOf100MiBIsRefusedByItsSize() {
        let diagnostic = YAML.tooLarge(name: "big.yaml", size: 100 << 20)
        #expect(
            diagnostic.rendered == """
                big.yaml:1:1: error: the file has 100 MiB, the limit is 10 MiB [file-too-large]
                  hint: keep data in files of its own and read them in a step
                """)
        var limits = YAMLLimits()
        limits.bytes = 8
        #expect(
            reading("a: 1234567", limits: limits).messages.first?.contains(
                "the file has 10 bytes, the limit is 8 bytes") == true)
    }

    @Test func deepNestingStops() {
        let deep = String(repeating: "[", count: 100_000)
        let (node, messages) = reading(deep)
        #expect(node == nil)
        #expect(messages.count == 1)
        #expect(messages[0].hasPrefix("t.yaml:1:101: error: nested deeper than 100 levels [too-deep]"))
    }

    @Test func anAliasBombStops() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = repeatElement("*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let (node, messages) = reading(text)
        #expect(node == nil)
        #expect(messages.count == 1)
        #expect(messages[0].contains("error: aliases repeat more than 100000 values [alias-expansion]"))
        #expect(messages[0].hasSuffix("hint: write fewer aliases of aliases"))
    }

    @Test func aliasesOfNothingAndOfThemselves() {
        #expect(
            reading("base: &base 1\nb: *bsae").messages == [
                """
                t.yaml:2:4: error: there is no anchor "&bsae" above this alias [unknown-alias]
                    2 | b: *bsae
                      |    ^~~~~
                  hint: did you mean "*base"?
                """
            ])
        #expect(reading("a: &a [*a]").messages[0].contains("\"*a\" stands inside the value it repeats [alias-cycle]"))
    }

    @Test func aSecondDocument() {
        let (node, messages) = reading("a: 1\n---\nb: 2\n")
        #expect(node?.value == ["a": 1])
        #expect(
            messages == [
                """
                t.yaml:3:1: error: a second document starts here, but one file holds one [several-documents]
                    3 | b: 2
                      | ^~~~
                  hint: remove the "---" above it, or move it to a file of its own
                """
            ])
    }

    @Test func aConditionThatIsATag() {
        let messages = reading("if: !failure()\n").messages
        #expect(
            messages == [
                """
                t.yaml:1:5: error: the tag "!failure()" does not fit this value [unknown-tag]
                    1 | if: !failure()
                      |     ^~~~~~~~~~
                  hint: quote text that starts with "!": "!failure()"
                """
            ])
    }

    @Test(arguments: [
        ("a: {b: ${{ c }}}\n", "expected \",\" or \"}\"", "put a template inside { } or [ ] in quotes: \"${{ … }}\""),
        ("a:\n\tb: 1\n", "a tab can't indent YAML", "indent with spaces"),
        ("a: @b\n", "a plain value can't start with \"@\"", "put the value in quotes"),
        (
            "a: b: c\n", "\": \" is not expected here",
            "put text that holds \": \" in quotes, or check the indentation above"
        ),
        ("a: \"b\n", "the text in quotes has no end", "add the closing quote"),
        (
            "a: \u{1B}b\n", "a control character is not allowed in YAML",
            "write it as an escape in double quotes, such as \"\\x1b\""
        ),
        ("a: 1\n b: 2\n", "\": \" is not expected here", nil),
        ("? [a]\n: 1\n", "expected text as key, found a list", nil),
        ("a: 1\n<<: 3\n", "expected a map or a list of maps after \"<<\", found an int", nil),
    ])
    func brokenSyntaxSaysWhatToChange(text: String, message: String, hint: String?) {
        let messages = reading(text).messages
        #expect(messages.count == 1)
        #expect(messages.first?.contains("error: \(message) [") == true, "\(messages)")
        if let hint { #expect(messages.first?.hasSuffix("  hint: \(hint)") == true, "\(messages)") }
    }

    @Test func everyPrefixOfAFileIsReadOrRefused() {
        let text = "on: &a {x: [1, \"t\\u00e4\", 'it''s']}\nb: |\n  li\n   ne\nc: >-\n  f\n\n  g\n<<: *a\nd: ${{ x }}\n"
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            let (node, messages) = reading(bytes: Array(bytes[..<count]))
            #expect(node != nil || !messages.isEmpty)
        }
    }
}
