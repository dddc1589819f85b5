import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@Suite struct DataTests {
    @Test func fieldsSeeInputVarsAndEachOther() async throws {
        let output = try await runNode(
            "data.transform",
            ["input": [1, 2, 3], "vars": ["add": 10], "fields": ["n": "input.size()", "m": "n + vars.add"]])
        #expect(output == ["n": 3, "m": 13])
    }

    @Test func eachComputesForEveryItem() async throws {
        let output = try await runNode(
            "data.transform", ["input": [1, 2], "fields": ["double": "item * 2"], "each": true])
        #expect(output == [["double": 2], ["double": 4]])
        let failure = await failure {
            try await runNode("data.transform", ["input": 1, "fields": ["a": "item"], "each": true])
        }
        #expect(failure?.message == "data.transform: with each, \"input\" must be a list")
    }

    @Test func aBrokenExpressionNamesItsField() async throws {
        let name = await failure {
            try await runNode("data.transform", ["fields": ["a": "default(itme.x, 0)"], "each": true])
        }
        #expect(name?.message == "data.transform: field \"a\": unknown name \"itme\"")
        #expect(name?.hint == "did you mean \"item\"?")
        let late = await failure {
            try await runNode("data.transform", ["fields": ["a": "b", "b": "default(inputs.x, 1)"]])
        }
        #expect(late?.message == "data.transform: field \"a\": unknown name \"b\"")
        #expect(late?.hint == "it sees input, vars; give it more with vars")
        let syntax = await failure { try await runNode("data.transform", ["fields": ["bad": "1 +"]]) }
        #expect(syntax?.message.hasPrefix("data.transform: field \"bad\": ") == true)
        let running = await failure { try await runNode("data.transform", ["fields": ["bad": "1 / 0"]]) }
        #expect(running?.message.hasPrefix("field \"bad\": ") == true)
        let type = await failure { try await runNode("data.transform", ["fields": ["bad": 3]]) }
        #expect(type?.message == "data.transform: the field \"bad\" must be an expression, not 3")
    }

    @Test func templatesPlaceData() async throws {
        let text = try await render(
            "{{#items}}{{name}}={{n}};{{/items}}{{^none}}nothing{{/none}} {{on}} {{off}} {{nil}}.",
            [
                "items": [["name": "a", "n": 1], ["name": "<b>", "n": 2.5]], "none": [], "on": true, "off": false,
                "nil": nil,
            ])
        #expect(text == "a=1;<b>=2.5;nothing true false .")
    }

    @Test func htmlIsEscapedWhereAsked() async throws {
        let text = try await runNode(
            "data.template", ["template": "{{a}} {{{a}}}", "data": ["a": "<&>"], "escape": "html"])
        #expect(text == "&lt;&amp;&gt; <&>")
    }

    @Test func dataIsNeverATemplate() async throws {
        #expect(try await render("{{a}}", ["a": "{{b}}", "b": "no"]) == "{{b}}")
        let failure = await failure { try await render("{{>a}}", ["a": "x"]) }
        #expect(failure?.message == "the template includes \"a\", but templates can't include others")
    }

    @Test func aMissingNameIsAnErrorUnlessAskedFor() async throws {
        let failure = await failure { try await render("{{titel}}", ["title": "x"]) }
        #expect(failure?.message == "the template prints \"titel\", which is not in the data")
        #expect(failure?.hint == "did you mean \"title\"?")
        #expect(try await render("{{#mail}}<{{mail}}>{{/mail}}{{^mail}}none{{/mail}}", [:]) == "none")
    }

    @Test func aListCannotBePrinted() async throws {
        let failure = await failure { try await render("{{items}}", ["items": [1]]) }
        #expect(failure?.message == "the template prints \"items\", which is a list or a map")
        #expect(failure?.hint == "open it with {{#items}} … {{/items}}")
    }

    @Test(arguments: ["{{#a}}", "{{a", "{{/a}}", "{{=x}}", "{{#a}}{{/b}}"])
    func aBrokenTemplateIsAFailure(template: String) async throws {
        let failure = await failure { try await render(template, ["a": "x"]) }
        #expect(failure?.message.hasPrefix("the template can't be read: ") == true)
    }

    @Test func deepTemplatesAndDataAreRefused() async throws {
        let template = String(repeating: "{{#a}}", count: 5000) + String(repeating: "{{/a}}", count: 5000)
        let failure = await failure { try await render(template, ["a": true]) }
        #expect(failure?.message == "the template nests sections more than 100 deep")
        var deep: Value = 1
        for _ in 0..<300 { deep = [deep] }
        let data = deep
        let other = await self.failureOf { try await render("x", ["a": data]) }
        #expect(other?.message == "the data for the template nests more than 200 deep")
    }

    private func failureOf(_ operation: () async throws -> Value) async -> Failure? { await failure(operation) }

    private func render(_ template: String, _ data: Value) async throws -> Value {
        try await runNode("data.template", ["template": .string(template), "data": data])
    }

    @Test func csvWithQuotesIsRead() async throws {
        let rows = try await parse("\u{FEFF}id,note\r\n1,\"a \"\"b\"\",\nc\"\r\n\r\n2,\n", "csv")
        #expect(rows == [["id": "1", "note": "a \"b\",\nc"], ["id": "2", "note": ""]])
        let lists = try await runNode(
            "data.parse", ["text": "a;b\n", "format": "csv", "header": false, "delimiter": ";"])
        #expect(lists == [["a", "b"]])
    }

    @Test(arguments: [
        ("a,b\n1\n", "line 2 of the CSV has 1 fields, but the header has 2"),
        ("a\n\"x\n", "the quoted field that starts on line 2 of the CSV has no end"),
        ("a\n\"x\"y\n", "line 2 of the CSV has text after a closing quote"),
    ])
    func brokenCSVNamesTheLine(text: String, message: String) async throws {
        #expect(await failure { try await parse(text, "csv") }?.message == message)
    }

    @Test func otherFormatsAreRead() async throws {
        #expect(try await parse("{\"a\": [1, null]}", "json") == ["a": [1, nil]])
        #expect(try await parse("{\"a\":1}\n\n[2]\r\n", "jsonl") == [["a": 1], [2]])
        #expect(try await parse("a: [on, 1, true]\n", "yaml") == ["a": ["on", 1, true]])
    }

    @Test func brokenTextSaysWhere() async throws {
        let line = await failure { try await parse("1\n{\n", "jsonl") }
        #expect(
            line?.message.hasPrefix("a line of the JSON Lines can't be read: invalid JSON at line 2, column ") == true)
        let json = await failure { try await parse("{", "json") }
        #expect(json?.message.hasPrefix("the JSON can't be read: ") == true)
        let yaml = await failure { try await parse("a: 1\na: 2\n", "yaml") }
        #expect(yaml?.message.hasPrefix("the YAML can't be read: line 2: ") == true)
    }

    private func parse(_ text: String, _ format: String) async throws -> Value {
        try await runNode("data.parse", ["text": .string(text), "format": .string(format)])
    }

    @Test func formatsAreWritten() async throws {
        let rows: Value = [["a": 1, "b": "x,\"y\""], ["b": nil, "c": true]]
        #expect(try await format(rows, "csv") == "a,b,c\n1,\"x,\"\"y\"\"\",\n,,true\n")
        #expect(try await format([1, ["a": 2]], "jsonl") == "1\n{\"a\":2}\n")
        #expect(try await format(["a": 1], "json") == "{\"a\":1}")
        #expect(try await parse(try await format(["a": ["on"]], "yaml").stringValue ?? "", "yaml") == ["a": ["on"]])
        let failure = await failure { try await format(["a": 1], "csv") }
        #expect(failure?.message == "csv is made from a list, not from a map")
    }

    @Test func columnsThatLookTheSameAreTwo() async throws {
        let names = ["\u{E9}", "e\u{301}"]
        let row = Value.map(ValueMap([(names[0], Value.int(1)), (names[1], .int(2))]))
        let text = try #require(try await format([row], "csv").stringValue)
        #expect(Array(text.utf8) == Array("\(names[0]),\(names[1])\n1,2\n".utf8))
        #expect(try await parse(text, "csv") == [.map(ValueMap(names.enumerated().map { ($1, .string("\($0 + 1)")) }))])
    }

    /// As inside of other text, and as files of rows have them that are read into a database.
    @Test func bytesAreBase64InText() async throws {
        #expect(try await format([["a": .bytes([0xFF, 0xFE])]], "csv") == "a\n//4=\n")
        #expect(try await render("{{a}}", ["a": .bytes([0xFF, 0xFE])]) == "//4=")
        #expect(try await render("{{a}}", ["a": .bytes(Array("hello".utf8))]) == "aGVsbG8=")
    }

    private func format(_ value: Value, _ format: String) async throws -> Value {
        try await runNode("data.format", ["value": value, "format": .string(format)])
    }

    @Test func aLogLineIsMasked() async throws {
        let log = RecordedLog()
        _ = try await runNode(
            "flow.log", ["message": "token fake-secret-value", "level": "warning"],
            environment: ["T": .secret("fake-secret-value")], log: log)
        #expect(log.lines.first?.contains("token ***") == true)
        #expect(log.lines.first?.contains("fake-secret-value") == false)
    }
}
