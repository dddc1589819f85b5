import FlowConnect
import FlowCore
import FlowSpec
import Testing

/// An operation whose token is refused on the way goes on with a renewed one.
@Suite struct RenewalTests {
    private func credential(_ token: String) -> Credential {
        var credential = TestConnector.token
        credential.fields["token"] = .secret(.string(token))
        return credential
    }

    private let refusal = HTTPResponse.json(#"{"error":"expired"}"#, status: 401)

    private func tokens(_ requests: [HTTPRequest]) -> [String?] {
        requests.map { $0.headers["Authorization"].map { String($0.dropFirst("Bearer ".count)) } }
    }

    @Test func theRequestIsBuiltAnewWithTheNewToken() async throws {
        let connector = try TestConnector(
            """
              op:
                summary: Do it.
                effect: write
                request: POST t
                json: { n: 1 }
            """, head: TestConnector.bearer)
        let (_, requests) = try await connector.run(
            "op", credential: credential("old-fake"), replies: [refusal, .json("{}")],
            renew: { [self] refused in
                #expect(refused.fields["token"] == "old-fake")
                return credential("new-fake")
            })
        #expect(tokens(requests) == ["old-fake", "new-fake"])
        #expect(requests.map(\.text) == [#"{"n":1}"#, #"{"n":1}"#])
    }

    @Test func laterPagesHaveTheNewTokenFromTheBeginning() async throws {
        let connector = try TestConnector(
            """
              list:
                summary: List things.
                effect: read
                request: GET t
                paginate: { by: page, items: "${{ body }}", send: query.page, size: query.n = 2 }
            """, head: TestConnector.bearer)
        let (output, requests) = try await connector.run(
            "list", credential: credential("old-fake"),
            replies: [.json("[1,2]"), refusal, .json("[3,4]"), .json("[5]")],
            renew: { [self] _ in credential("new-fake") })
        #expect(output == [1, 2, 3, 4, 5])
        #expect(tokens(requests) == ["old-fake", "old-fake", "new-fake", "new-fake"])
        #expect(requests[1].url == requests[2].url)
    }

    @Test func aTokenThatCannotBeRenewedIsTheServicesRefusal() async throws {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: read, request: GET t }", head: TestConnector.bearer)
        let failure = await connector.failure("op", credential: credential("old-fake"), reply: refusal)
        #expect(failure?.kind == .auth)
        #expect(failure?.message == "api.acme.test answered 401 Unauthorized")
    }
}
