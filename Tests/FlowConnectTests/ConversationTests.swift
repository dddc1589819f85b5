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
        let complaints = try await Self.runner.complaints(Self.read(name))
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    static let runner = ConversationRunner(nodes: FreshNodes()) { Fake.credential(for: $0) }

    static func read(_ name: String) throws -> ConversationCase {
        let bytes = try #require(TestFiles.read(TestFiles.folder + "/Cases/" + name))
        var diagnostics = Diagnostics()
        let conversation = ConversationCase(SourceText(name: name, bytes: bytes), diagnostics: &diagnostics)
        try #require(diagnostics.all.isEmpty, "\(diagnostics.all.map(\.rendered).joined(separator: "\n"))")
        return try #require(conversation)
    }

    /// What the cases of an operation send to the app itself.
    static func requests(of operation: String) async throws -> [HTTPRequest] {
        let conversations = try cases.filter { $0.hasPrefix(operation.replacing(".", with: "/") + ".") }.map(read)
        var requests: [HTTPRequest] = []
        for conversation in conversations where conversation.baseURL == nil {
            requests += await runner.requests(conversation)
        }
        return requests
    }
}

/// What is part of flowctl, without what other tests have looked up.
struct FreshNodes: NodeSource {
    var names: [String] { ConnectorSource.embedded.names }

    func node(named name: String) throws -> (any Node)? {
        guard let node = try ConnectorSource.embedded.node(named: name) as? ConnectorNode else { return nil }
        return ConnectorNode(node.connector, node.operation)
    }
}

extension ConnectorSource {
    /// What is part of flowctl, read once for all tests.
    static let embedded = ConnectorSource(files: UnexpectedUse())

    /// The credential type a node takes where nothing else is said; nil where it takes none.
    func defaultCredentialType(ofNode name: String) -> CredentialType? {
        guard let node = try? node(named: name) as? ConnectorNode, node.spec.needsCredential else { return nil }
        return node.connector.credentialTypes.first { $0.name == node.spec.credentialTypes.first }
    }
}

enum Fake {
    /// A credential of the node's first type with obviously fake secrets; of a login where it takes nothing else.
    static func credential(for spec: NodeSpec) -> Credential? {
        if let type = ConnectorSource.embedded.defaultCredentialType(ofNode: spec.name) {
            let fields = type.fields.filter { $0.isSecret || $0.isRequired }
            return Credential(name: "team", type: type.name, fields: ValueMap(fields.map { ($0.name, value(of: $0)) }))
        }
        guard let provider = spec.sharedCredentials.first else { return nil }
        let grant =
            [("provider", .string(provider)), ("access_token", .secret("fake-access_token"))] as [(String, Value)]
        return Credential(name: "team", type: "oauth2", fields: ValueMap(grant))
    }

    private static func value(of field: CredentialType.Field) -> Value {
        if field.isSecret { return .secret(.string("fake-\(field.name)")) }
        return .string(field.form.kind == .url ? "https://acme.example.com" : "fake-\(field.name)")
    }
}
