import FlowCore
import FlowNodes
import FlowSpec
import Testing

@Suite struct NativeNodesTests {
    @Test func everyNodeDescribesItselfWhole() throws {
        let nodes = NativeNodes()
        #expect(nodes.names.count == 17)
        for name in nodes.names {
            let spec = try #require(nodes.node(named: name)).spec
            #expect(spec.name == name)
            #expect(spec.summary.hasSuffix("."), "\(name)")
            #expect(!spec.output.isEmpty, "\(name)")
            for parameter in spec.parameters { #expect(parameter.help.hasSuffix("."), "\(name) \(parameter.name)") }
            let example = try #require(spec.example, "\(name)")
            _ = try spec.bind(example.params)
        }
    }

    @Test func anUnknownNameGivesNone() { #expect(NativeNodes().node(named: "shell.walk") == nil) }

    @Test(arguments: ["data.format", "data.parse", "data.template", "data.transform", "flow.log", "shell.run"])
    func exampleGivesTheOutputItClaims(name: String) async throws {
        let node = try #require(NativeNodes().node(named: name))
        let example = try #require(node.spec.example)
        let folder = try TemporaryFolder()
        #expect(try await runBound(node, example.params, folder) == example.output)
    }

    private func runBound(_ node: any Node, _ params: ValueMap, _ folder: TemporaryFolder) async throws -> Value {
        let context = NodeContext(
            world: World(
                http: UnexpectedHTTP(), files: PosixFileSystem(), clock: SystemClock(), processes: PosixProcessRunner(),
                random: SystemRandom(), environment: ["PATH": "/usr/bin:/bin"]),
            workingDirectory: folder.path)
        return try await node.run(try node.spec.bind(params), in: context)
    }
}

private struct UnexpectedHTTP: HTTPClient {
    func send(_ call: HTTPCall) async throws -> HTTPResponse { throw Failure(.internal, "nothing is to be sent") }
}
