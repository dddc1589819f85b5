import FlowCore
import FlowNodes
import FlowSpec
import Testing

/// What nodes say of their output before they run.
@Suite struct OutputTypeTests {
    private func type(_ node: String, _ arguments: [String: WrittenArguments.Argument] = [:]) throws -> StaticType {
        var written = WrittenArguments()
        for (name, argument) in arguments { written[name] = argument }
        return try #require(NativeNodes().node(named: node)).outputType(of: written)
    }

    @Test func everyExampleOutputIsOfTheTypeThatIsDeclared() throws {
        for name in NativeNodes().names {
            let node = try #require(NativeNodes().node(named: name))
            guard let example = node.spec.example, let output = example.output else { continue }
            let arguments = Dictionary(
                uniqueKeysWithValues: example.params.map { ($0.key.text, WrittenArguments.Argument.written($0.value)) })
            #expect(StaticType(of: output).overlaps(try type(name, arguments)), "\(name)")
        }
    }

    @Test func parseDecidesWhatStandardOutputIs() throws {
        #expect(try type("shell.run").members?["stdout"] == .string)
        #expect(try type("shell.run", ["parse": .written("lines")]).members?["stdout"] == .list(of: .string))
        #expect(try type("shell.run", ["parse": .written("json")]).members?["stdout"] == .dynamic)
        #expect(try type("shell.run", ["parse": .computed]).members?["stdout"] == .dynamic)
        #expect(try type("shell.run").members?["stdot"] == nil)
    }

    @Test func aFileIsGivenWhereOneIsNamed() throws {
        #expect(try type("data.format") == .string)
        #expect(try type("data.format", ["to": .written("a.csv")]) == .file)
        #expect(try type("data.format", ["to": .computed]) == .string.joined(with: .file))
        #expect(try type("sqlite.query", ["to": .written("rows.jsonl")]) == .file)
        #expect(try type("sqlite.query").item == .map)
    }

    @Test func fieldsOfATransformAreItsKeys() throws {
        let fields: WrittenArguments.Argument = .written(["a": "1", "b": "2"])
        #expect(try type("data.transform", ["fields": fields]).members?.names == ["a", "b"])
        #expect(
            try type("data.transform", ["fields": fields, "each": .written(true)]).item?.members?.names == ["a", "b"])
        #expect(try type("data.transform", ["fields": .computed]).isDynamic)
    }

    @Test func theAnswerOfARequestMayBeAnything() throws {
        #expect(try type("http.request").members?.names == ["status", "headers", "body"])
        #expect(try type("http.request").members?["body"] == .dynamic)
        #expect(try type("http.request", ["as": .written("text")]).members?["body"] == .string)
    }
}
