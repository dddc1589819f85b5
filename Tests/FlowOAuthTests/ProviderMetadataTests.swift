import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// What a provider says of itself.
@Suite struct ProviderMetadataTests {
    private func document(_ change: (inout ValueMap) -> Void = { _ in }) -> Result<HTTPResponse, Failure> {
        let members: [(String, Value)] = [
            ("issuer", "https://id.example/tenant"), ("authorization_endpoint", "https://id.example/authorize"),
            ("token_endpoint", "https://id.example/token"), ("revocation_endpoint", "https://id.example/revoke"),
            ("device_authorization_endpoint", "https://id.example/device"),
            ("token_endpoint_auth_methods_supported", ["client_secret_post", "none"]),
            ("code_challenge_methods_supported", ["plain", "S256"]),
            ("scopes_supported", ["openid", "offline_access"]),
            ("authorization_response_iss_parameter_supported", true),
        ]
        var map = ValueMap(members)
        change(&map)
        return .json(JSON.text(.map(map)))
    }

    private func read(
        _ answers: [Result<HTTPResponse, Failure>], issuer: String = "https://id.example/tenant"
    ) async throws -> OAuthProvider {
        try await ProviderMetadata.provider(issuer: issuer, name: "acme", through: ScriptedHTTP(answers))
    }

    @Test func providerIsMadeOfIt() async throws {
        let provider = try await read([document()])
        #expect(provider.name == "acme")
        #expect(provider.issuer == "https://id.example/tenant")
        #expect(provider.namesIssuer)
        #expect(provider.authorizeURL == "https://id.example/authorize")
        #expect(provider.deviceURL == "https://id.example/device")
        #expect(provider.tokens.url == "https://id.example/token")
        #expect(provider.tokens.provider == "acme")
        #expect(provider.tokens.authentication == .post)
        #expect(provider.tokens.revocation == Revocation(url: "https://id.example/revoke"))
        #expect(provider.usesPKCE)
        #expect(provider.scopes.always == ["offline_access"])
    }

    @Test func basicIsMeantWhereNothingIsSaid() async throws {
        let provider = try await read([document { $0["token_endpoint_auth_methods_supported"] = nil }])
        #expect(provider.tokens.authentication == .basic)
        #expect(provider.tokens.revocation?.authentication == .basic)
    }

    @Test func bothPlacesAreLookedAt() async throws {
        let http = ScriptedHTTP([.json("", status: 404), document()])
        _ = try await ProviderMetadata.provider(issuer: "https://id.example/tenant", name: "acme", through: http)
        #expect(
            http.calls.map(\.request.url) == [
                "https://id.example/tenant/.well-known/openid-configuration",
                "https://id.example/.well-known/oauth-authorization-server/tenant",
            ])
    }

    @Test func issuerHasToBeTheSame() async {
        let outcome = await failure { try await read([document()], issuer: "https://id.example/other") }
        #expect(
            outcome.message
                == "the document about logins of https://id.example/other is of \"https://id.example/tenant\"")
        #expect(outcome.hint == "give the issuer exactly as the provider writes it")
    }

    @Test func addressesHaveToBeSafe() async {
        let outcome = await failure { try await read([document { $0["token_endpoint"] = "http://id.example/token" }]) }
        #expect(outcome.message == "token_endpoint of https://id.example/tenant is no https address")
        let plain = await failure { try await read([], issuer: "http://id.example") }
        #expect(plain.message == "the issuer \"http://id.example\" is no https address")
        #expect(plain.hint == "write it as https://login.example.com")
    }

    @Test func providerWithoutADocumentIsSaid() async {
        let outcome = await failure { try await read([.json("", status: 404), .json("", status: 404)]) }
        #expect(outcome.message == "id.example has no document about its logins")
        #expect(outcome.hint == "check the issuer, or give --authorize-url and --token-url")
    }

    @Test func documentWithoutATokenEndpointIsSaid() async {
        let outcome = await failure { try await read([document { $0["token_endpoint"] = nil }]) }
        #expect(outcome.message == "https://id.example/tenant names no token_endpoint")
        #expect(outcome.hint == "give --authorize-url and --token-url instead")
    }
}
