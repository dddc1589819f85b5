import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Every case under `Cases/<app>/`.
@Suite struct ConversationTests {
    static let cases = TestFiles.list(TestFiles.folder + "/Cases").flatMap { app in
        TestFiles.list(TestFiles.folder + "/Cases/\(app)").map { "\(app)/\($0)" }
    }

    @Test(arguments: cases)
    func goesAsWritten(name: String) async throws {
        let bytes = try #require(TestFiles.read(TestFiles.folder + "/Cases/" + name))
        var diagnostics = Diagnostics()
        let conversation = ConversationCase(SourceText(name: name, bytes: bytes), diagnostics: &diagnostics)
        try #require(diagnostics.all.isEmpty, "\(diagnostics.all.map(\.rendered).joined(separator: "\n"))")
        let source = ConnectorSource(files: UnexpectedUse())
        let runner = ConversationRunner(nodes: source) { spec in Fake.credential(for: spec, of: source) }
        let complaints = try await runner.complaints(#require(conversation))
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test func stepsHaveCasesOfTheirOwn() throws {
        let source = ConnectorSource(files: UnexpectedUse())
        for name in source.connectorNames {
            let connector = try #require(try source.connector(name))
            for operation in connector.operations where ConnectorNode(connector, operation).requestCount > 1 {
                let prefix = "\(name)/\(operation.name)."
                #expect(Self.cases.contains { $0.hasPrefix(prefix) }, "no case for \(name).\(operation.name)")
            }
        }
    }
}

enum Fake {
    /// A credential of the node's first type with obviously fake secrets.
    static func credential(for spec: NodeSpec, of source: ConnectorSource) -> Credential? {
        guard let type = source.defaultCredentialType(ofNode: spec.name) else { return nil }
        var fields = ValueMap()
        for field in type.fields where field.isSecret { fields[field.name] = .secret(.string("fake-\(field.name)")) }
        return Credential(name: "team", type: type.name, fields: fields)
    }
}
