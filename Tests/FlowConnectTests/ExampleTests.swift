import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// A success case for each operation, made from its example.
@Suite struct ExampleTests {
    static let names = ConnectorSource(files: UnexpectedUse()).names

    @Test(arguments: names)
    func succeedsAsItsExampleSays(name: String) async throws {
        let source = ConnectorSource(files: UnexpectedUse())
        let node = try #require(try source.node(named: name) as? ConnectorNode)
        try #require(!node.operation.examples.isEmpty, "\(name) has no example")
        for example in node.operation.examples {
            let trial = try await ExampleTrial(node, example, credential: Fake.credential(for: node.spec, of: source))
            #expect(trial.requests.count == node.requestCount)
            #expect(trial.requests.allSatisfy { $0.url.hasPrefix("https://") })
            if let expected = example.output {
                #expect(try JSON.parse(JSON.bytes(trial.output)) == expected)
            }
            let type = node.outputType(of: WrittenArguments())
            #expect(type.may(be: trial.output.type))
            for key in trial.output.mapValue?.names ?? [] { #expect(type.members?[key] != nil, "\(key)") }
        }
    }
}

/// What running an example sends and gives.
struct ExampleTrial {
    let output: Value
    let requests: [HTTPRequest]

    init(_ node: ConnectorNode, _ example: OperationExample, credential: Credential?) async throws {
        let client = ReplyingClient(
            example.replies.map { HTTPResponse(status: $0.status, headers: $0.headers, body: .bytes($0.body)) })
        let paths = example.params.compactMap { $0.value.stringValue }.filter { $0.hasPrefix("/") }
        let files = MemoryFiles(texts: Dictionary(uniqueKeysWithValues: paths.map { ($0, "hello") }))
        let context = NodeContext(
            world: .test(http: client, files: files), credential: credential, effect: node.spec.effect,
            idempotencyKey: "key-1", filesDirectory: "/run/files")
        output = try await node.run(node.spec.bind(example.params), in: context)
        requests = client.requests
    }
}
