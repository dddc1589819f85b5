import FlowConnect
import FlowCore
import FlowMock
import FlowNodes
import FlowSpec

/// Mocks of all apps, as long as a run goes on.
struct MockedApps {
    private let server: MockServer
    let credentials: any CredentialSource

    init(_ source: ConnectorSource, on console: Console) throws {
        // One that can't be read is told where a step uses it.
        let connectors = source.connectorNames.compactMap { try? source.connector($0) }
        server = try MockServer(connectors, random: SystemRandom()) { exchange in
            guard let refusal = exchange.refusal else { return }
            console.complain(
                "\("mock:", .yellow) \(exchange.app) refuses \(exchange.method) \(exchange.target): \(refusal)")
        }
        credentials = MockCredentials(origin: Origin(server.url))
        console.note("\("note:", .cyan) mocks answer for all apps; nodes of other kinds do what they do")
    }

    var baseURL: BaseURL? { BaseURL(mocksAt: server.url) }
}

/// Gives a made-up credential for every name, so that a workflow can be tried without an account and no real secret is
/// read.
struct MockCredentials: CredentialSource {
    /// The only server that gets it.
    let origin: Origin?

    func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
        Credential(
            name: name, type: defaultType?.name ?? "mock",
            fields: ValueMap([("token", .secret(.string("mock-\(name)")))]), origins: origin.map { [$0] },
            source: .mock)
    }

    func renewed(_ refused: Credential) async throws -> Credential? { nil }

    func names() async -> [String] { [] }
}
