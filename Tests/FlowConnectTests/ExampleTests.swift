import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// A success case for each operation, made from its example.
@Suite struct ExampleTests {
    static let names = ConnectorSource.embedded.names

    @Test(arguments: names)
    func succeedsAsItsExampleSays(name: String) async throws {
        let node = try #require(try FreshNodes().node(named: name) as? ConnectorNode)
        try #require(!node.operation.examples.isEmpty, "\(name) has no example")
        for example in node.operation.examples {
            let trial = try await ExampleTrial(node, example, credential: Fake.credential(for: node.spec))
            // One reply for each request, neither more nor fewer.
            #expect(trial.requests.count == example.replies.count)
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
        let client = ReplyingClient(example.replies)
        output = try await Self.output(node, example.params, client, credential: credential)
        requests = client.requests
    }

    /// Runs a node in a world where each path among its arguments is a file that says hello.
    static func output(
        _ node: ConnectorNode, _ params: ValueMap, _ client: ReplyingClient, credential: Credential?
    ) async throws -> Value {
        let paths = params.compactMap { $0.value.stringValue }.filter { $0.hasPrefix("/") }
        let files = MemoryFiles(texts: Dictionary(paths.map { ($0, "hello") }) { first, _ in first })
        let context = NodeContext(
            world: .test(http: client, files: files), credential: credential, effect: node.spec.effect,
            idempotencyKey: "key-1", filesDirectory: "/run/files")
        return try await node.forgetful.run(node.spec.bind(params), in: context)
    }
}

extension ConnectorNode {
    /// The same without what earlier uses have looked up.
    var forgetful: ConnectorNode { ConnectorNode(connector, operation) }
}

extension ReplyingClient {
    convenience init(_ replies: [OperationExample.Reply]) {
        self.init(replies.map { HTTPResponse(status: $0.status, headers: $0.headers, body: .bytes($0.body)) })
    }
}
