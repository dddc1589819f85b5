import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Where requests go that a mock is to answer, whoever names their address.
@Suite struct MockedRequestTests {
    private static let operations = """
          respond:
            summary: Answer a command.
            effect: write
            auth: none
            request: POST ${{ params.url }}
            params: { url: { type: string, required: true } }
          list:
            summary: List.
            effect: read
            request: GET things
            paginate: { by: next_url, items: "${{ body.things }}", url: "${{ body.next }}" }
          make:
            summary: Make.
            effect: write
            request: POST keys
            secret: [body.key]
        """

    private static let mock = "http://127.0.0.1:1/acme"

    private func sent(_ operation: String, _ arguments: ValueMap, replies: [HTTPResponse]) async throws -> [String] {
        try await TestConnector(Self.operations, head: TestConnector.bearer).run(
            operation, arguments, credential: Self.credential, baseURL: Self.mock, isMocked: true, replies: replies
        ).requests.map(\.url)
    }

    private static var credential: Credential {
        var credential = TestConnector.token
        credential.origins = Origin(mock).map { [$0] }
        credential.source = .mock
        return credential
    }

    @Test(arguments: [
        ("https://hooks.acme.test/commands/1", "/~/https/hooks.acme.test/commands/1"),
        ("https://api.acme.test/v1/things?a=1", "/things?a=1"), ("http://127.0.0.1:1/acme/things", "/things"),
        ("http://127.0.0.1:1/other", "/other"), ("http://127.0.0.1:1/acmes/things", "/acmes/things"),
        ("http://127.0.0.1:1@evil.test/x", "/~/http/127.0.0.1:1@evil.test/x"),
    ])
    func anAddressThatIsAnArgumentLeadsToTheMockWithoutACredentialToo(url: String, path: String) async throws {
        #expect(
            try await sent("respond", ValueMap([("url", .string(url))]), replies: [.json("{}")]) == [Self.mock + path])
    }

    @Test func theNextPageIsOneOfTheMock() async throws {
        let pages = [
            HTTPResponse.json(#"{"things": [1], "next": "https://other.test/things?page=2"}"#),
            .json(#"{"things": [2]}"#),
        ]
        #expect(
            try await sent("list", ValueMap(), replies: pages) == [
                Self.mock + "/things", Self.mock + "/~/https/other.test/things?page=2",
            ])
    }

    @Test func whatAMockGivesIsNoSecret() async throws {
        let connector = try TestConnector(Self.operations, head: TestConnector.bearer)
        for isMocked in [true, false] {
            let output = try await connector.run(
                "make", credential: Self.credential, baseURL: Self.mock, isMocked: isMocked,
                replies: [.json(#"{"key": "made-up"}"#)]
            ).output
            #expect(output.containsSecret == !isMocked)
        }
    }
}
