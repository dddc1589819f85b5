import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Who gets a credential, and how it is sent.
@Suite struct AccessTests {
    private let operation = "  op: { summary: Do it., effect: read, request: GET t }"

    private func credential(
        _ type: String = "acme_token", _ fields: ValueMap = ValueMap.of([("token", .secret("not-a-real-token"))]),
        origins: [String]? = nil
    ) -> Credential {
        Credential(
            name: "team", type: type, fields: fields, origins: origins.map { Set($0.compactMap { Origin($0) }) })
    }

    private func sent(auth: String, _ credential: Credential) async throws -> HTTPRequest {
        let connector = try TestConnector(operation, head: "auth:\n  acme_token: \(auth)\n")
        return try await connector.run("op", credential: credential).requests[0]
    }

    @Test func signsAsTheConnectorSays() async throws {
        #expect(
            try await sent(auth: "{ type: bearer }", credential()).headers["Authorization"] == "Bearer not-a-real-token"
        )
        let named = try await sent(auth: "{ type: header, name: X-Api-Key, prefix: \"Key \" }", credential())
        #expect(named.headers["X-Api-Key"] == "Key not-a-real-token")
        let query = try await sent(
            auth: "{ type: query, name: api_key }", credential("acme_token", ValueMap.of([("token", .secret("a b&c"))]))
        )
        #expect(query.url == "https://api.acme.test/v1/t?api_key=a%20b%26c")
        let basic = try await sent(
            auth: "{ type: basic }",
            credential("acme_token", ValueMap.of([("username", "Aladdin"), ("password", .secret("open sesame"))])))
        #expect(basic.headers["Authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    }

    @Test func saysWhenACredentialIsMissing() async throws {
        let connector = try TestConnector(operation, head: TestConnector.bearer)
        let failure = await connector.failure("op")
        #expect(failure?.kind == .auth)
        #expect(failure?.message == "acme.op needs a credential")
        #expect(failure?.hint == "add one with \"flowctl credentials add acme\", or name one with \"credential:\"")
    }

    @Test func refusesACredentialOfAnotherApp() async throws {
        let connector = try TestConnector(operation, head: TestConnector.bearer)
        let failure = await connector.failure("op", credential: credential("slack_bot"))
        #expect(failure?.kind == .auth)
        #expect(failure?.message == "acme.op can't use credential \"team\" of type slack_bot")
        #expect(failure?.hint == "use a credential of type acme_token")
    }

    private func grant(_ provider: String) -> Credential {
        credential(
            "oauth2",
            ValueMap.of([("access_token", .secret("fake-access")), ("provider", .string(provider))]))
    }

    @Test func aLoginOfTheProviderSignsAsBearer() async throws {
        let request = try await sent(auth: "{ type: oauth2, provider: google }", grant("google"))
        #expect(request.headers["Authorization"] == "Bearer fake-access")
        #expect(request.secrets.headers == ["authorization"])
    }

    @Test func aLoginDescribedInTheFileIsTheConnectorsOwn() async throws {
        let auth = "{ type: oauth2, authorize_url: 'https://id.acme.test/a', token_url: 'https://id.acme.test/t' }"
        #expect(try await sent(auth: auth, grant("acme")).headers["Authorization"] == "Bearer fake-access")
        let shared = try await sent(auth: "{ type: oauth2, from: shop }", grant("shop"))
        #expect(shared.headers["Authorization"] == "Bearer fake-access")
    }

    @Test func refusesALoginElsewhere() async throws {
        let head = "auth:\n  acme_token: { type: bearer }\n  acme_login: { type: oauth2, provider: google }\n"
        let connector = try TestConnector(operation, head: head)
        let failure = await connector.failure("op", credential: grant("slack"))
        #expect(failure?.message == "acme.op can't use credential \"team\" of type oauth2")
        #expect(
            failure?.hint
                == "use a credential of type acme_token, or log in with \"flowctl credentials login google\"")
        let spec = try connector.node("op").spec
        #expect(spec.credentialTypes == ["acme_token", "oauth2"])
        #expect(spec.usualCredentials == ["acme", "google"])
        #expect(connector.connector.credentialTypes.map(\.name) == ["acme_token"])
    }

    @Test func saysWhichFieldIsMissingOrBroken() async throws {
        let connector = try TestConnector(operation, head: TestConnector.bearer)
        let missing = await connector.failure("op", credential: credential("acme_token", ValueMap()))
        #expect(missing?.message == "credential \"team\" of type acme_token has no \"token\"")
        #expect(missing?.hint == "enter it anew: flowctl credentials edit team --set token")
        let broken = await connector.failure(
            "op", credential: credential("acme_token", ValueMap.of([("token", .secret("fake\r\nX: 1"))])))
        #expect(
            broken?.message
                == "the field \"token\" of credential \"team\" of type acme_token holds a line break or control character"
        )
    }

    @Test func aConnectorFileGetsACredentialOnlyForWhatItWasMadeFor() async throws {
        let connector = try TestConnector(
            operation, head: TestConnector.bearer, source: .connectorFile(path: "/p/acme.yaml"))
        let refused = await connector.failure("op", credential: credential(origins: ["https://other.test"]))
        #expect(refused?.kind == .permission)
        #expect(
            refused?.message == "credential \"team\" of type acme_token was not made for https://api.acme.test")
        #expect(
            refused?.hint
                == "allow it, if it is meant to go there: flowctl credentials allow team --host https://api.acme.test")
        #expect(await connector.failure("op", credential: credential())?.kind == .permission)
        let (_, requests) = try await connector.run(
            "op", credential: credential(origins: ["https://api.acme.test"]))
        #expect(requests[0].headers["Authorization"] != nil)
    }

    @Test func aCredentialsOwnBaseReplacesTheConnectors() async throws {
        let connector = try TestConnector(operation, head: TestConnector.bearer)
        let fields = ValueMap.of([("token", .secret("not-a-real-token")), ("base_url", "https://acme.corp.test/api/")])
        let (_, requests) = try await connector.run("op", credential: credential("acme_token", fields))
        #expect(requests[0].url == "https://acme.corp.test/api/t")
    }

    @Test func aReplacedBaseNeedsAGrantToo() async throws {
        let connector = try TestConnector(operation, head: TestConnector.bearer)
        let failure = await connector.failure("op", credential: credential(), baseURL: "http://127.0.0.1:9")
        #expect(failure?.kind == .permission)
        let (_, requests) = try await connector.run(
            "op", credential: credential(origins: ["http://127.0.0.1:9"]), baseURL: "http://127.0.0.1:9/prefix")
        #expect(requests[0].url == "http://127.0.0.1:9/prefix/t")
    }

    @Test func aBaseMustBeAnAddress() async throws {
        let connector = try TestConnector(operation)
        let failure = await connector.failure("op", baseURL: "localhost:8080")
        #expect(failure?.message == "acme.op: the base \"localhost:8080\" is no http or https URL")
        #expect(failure?.hint == "give an address such as https://example.com/api")
    }

    @Test func aConnectorWithoutAuthNeedsNoCredential() async throws {
        let connector = try TestConnector(operation)
        let (_, requests) = try await connector.run("op")
        #expect(requests[0].headers["Authorization"] == nil)
        #expect(try connector.node("op").spec.needsCredential == false)
    }
}
