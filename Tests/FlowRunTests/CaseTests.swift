import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowWorkflow
import FlowYAML
import Glibc
import Testing

/// The files of `Cases`, each named for the rule it proves: a workflow and what has to come of it.
@Suite("Language cases")
struct CaseTests {
    static let folder = String(#filePath.dropLast("CaseTests.swift".count)) + "Cases"

    static var names: [String] {
        (FolderNames.list(folder) ?? []).filter { $0.hasSuffix(".yaml") }
    }

    @Test func casesAreFound() { #expect(CaseTests.names.count >= 10) }

    @Test(arguments: names)
    func holds(_ name: String) async throws {
        var diagnostics = Diagnostics()
        let source = SourceText(name: name, bytes: try Self.read("\(Self.folder)/\(name)"))
        let expected = try #require(YAML.read(source, diagnostics: &diagnostics)?.value)
        let bench = Bench { call in
            let words = call.value.stringValue?.split(separator: " ") ?? []
            if words.count == 2, words[0] == "fail", let kind = FailureKind(rawValue: String(words[1])) {
                throw Failure(kind, String(words[1]))
            }
            return call.value
        }
        let text = try #require(expected["workflow"]?.stringValue)
        let files = Dictionary(
            (expected["files"]?.mapValue ?? ValueMap()).map { ($0.key.text, Array(($0.value.stringValue ?? "").utf8)) }
        ) { $1 }
        let read = WorkflowReader.read(
            SourceText(name: "case.yaml", text: text), nodes: bench.nodes, files: StoredWorkflowFiles(files),
            diagnostics: &diagnostics)
        #expect(diagnostics.all.map(\.rendered) == [])
        let workflow = try #require(read)
        let inputs = try InputBinding.bind(workflow.inputs, values: expected["inputs"]?.mapValue ?? ValueMap())
        let result = try await Executor.start(
            workflow, inputs: inputs, event: expected["event"] ?? .null, setup: bench.setup(), store: bench.store()
        ).run()
        #expect(result.status.rawValue == expected["status"]?.stringValue)
        #expect(result.failure?.message == expected["error"]?.stringValue)
        if let step = expected["failed_step"] { #expect(result.failedStep.map(Value.string) == step) }
        if let outputs = expected["outputs"] { #expect(Value.map(result.outputs) == outputs) }
        if let said = expected["said"] { #expect(Value.list(bench.nodes.said.map(Value.string)) == said) }
        let statuses = try bench.statuses()
        #expect(Value.map(ValueMap(statuses.map { ($0.key, .string($0.value)) })) == expected["steps"])
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw Failure(.notFound, "no file \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}
