import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Logins that are good at an address that has to be asked for.
@Suite struct LoginSiteTests {
    private static let head = """
        auth:
          acme_login:
            type: oauth2
            provider: atlassian
            base: https://api.acme.test/sites/${{ resolved.site }}
            resolve:
              site:
                request: GET /sites
                exactly_one: ${{ body.map(s, s.id) }}
                hint: "The sites are ${{ body.map(s, s.id).join(', ') }}."
            test: get
        """

    private static let operations = """
          get: { summary: S., effect: read, request: GET /things, output: "${{ base }}" }
          list: { summary: S., effect: read, request: GET /list, paginate: { by: link, items: "${{ body }}" } }
        """

    private static let login = Credential(
        name: "acme", type: "oauth2",
        fields: ValueMap([("provider", "atlassian"), ("access_token", .secret("fake-1"))]))

    private func connector() throws -> TestConnector { try TestConnector(Self.operations, head: Self.head) }

    @Test func theSiteIsAskedForOnceAndStandsInEachAddress() async throws {
        let client = ReplyingClient([.json(#"[{"id":"s1"}]"#), .json("{}"), .json("{}")])
        let node = try connector().node("get")
        let context = NodeContext(world: .test(http: client), credential: Self.login, effect: .read)
        #expect(try await node.run(node.spec.bind(ValueMap()), in: context) == "https://api.acme.test/sites/s1")
        _ = try await node.run(node.spec.bind(ValueMap()), in: context)
        #expect(
            client.requests.map(\.url) == [
                "https://api.acme.test/v1/sites", "https://api.acme.test/sites/s1/things",
                "https://api.acme.test/sites/s1/things",
            ])
        #expect(client.requests.allSatisfy { $0.headers["Authorization"] == "Bearer fake-1" })
    }

    @Test func listsAreReadThereToo() async throws {
        let (output, requests) = try await connector().run(
            "list", credential: Self.login, replies: [.json(#"[{"id":"s1"}]"#), .json("[1]")])
        #expect(output == [1])
        #expect(requests.last?.url == "https://api.acme.test/sites/s1/list")
    }

    @Test func oneOfSeveralSitesHasToBeNamed() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await connector().run(
                "get", credential: Self.login, replies: [.json(#"[{"id":"s1"},{"id":"s2"}]"#)])
        }
        #expect(failure?.message == "acme.get: more than one site fits: 2 do")
        #expect(failure?.hint == "The sites are s1, s2.")
    }

    @Test func anAddressOfTheCredentialsOwnIsTakenAsItIs() async throws {
        var login = Self.login
        login.fields["base_url"] = "https://api.acme.test/sites/s2"
        let (_, requests) = try await connector().run("get", credential: login)
        #expect(requests.map(\.url) == ["https://api.acme.test/sites/s2/things"])
    }

    @Test func whoseLoginItIsIsAskedThere() async throws {
        let client = ReplyingClient([.json(#"[{"id":"s1"}]"#), .json("{}")])
        _ = try await connector().connector.identity(
            in: NodeContext(world: .test(http: client), credential: Self.login, effect: .read))
        #expect(client.requests.last?.url == "https://api.acme.test/sites/s1/things")
    }

    @Test func aDryRunShowsWhatIsNotKnown() throws {
        let node = try connector().node("get")
        let previews = try node.preview(
            node.spec.bind(ValueMap()), in: NodeContext(world: .test(), credential: Self.login, effect: .read))
        guard case .request(let request)? = previews.first else {
            Issue.record("no request")
            return
        }
        #expect(request.url == "https://api.acme.test/sites/‹resolved.site›/things")
    }
}
