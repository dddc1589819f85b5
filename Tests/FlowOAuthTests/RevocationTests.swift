import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// How a grant is given back, each provider in its own way.
@Suite struct RevocationTests {
    private let client = OAuthClient(id: "fake-id", secret: "fake-secret")

    private func revoke(
        _ revocation: Revocation, client: OAuthClient? = nil, refresh: String? = "fake-refresh",
        answer: Result<HTTPResponse, Failure> = .json("")
    ) async throws -> HTTPCall {
        let client = client ?? self.client
        let http = ScriptedHTTP([answer])
        let service = TokenService.example { $0.refusals.success = "ok" }
        let grant = StoredGrant(
            .login, service: service, client: client, scopes: [],
            tokens: OAuthTokens(access: "fake-access", refresh: refresh))
        try await TokenEndpoint(service, client: client, http: http, clock: ManualClock())
            .revoke(grant, by: revocation)
        return try #require(http.calls.first)
    }

    @Test func asTheRFCSaysIt() async throws {
        let call = try await revoke(Revocation(url: "https://id.example/revoke"))
        #expect(call.request.method == "POST")
        #expect(
            call.body
                == "token=fake-refresh&token_type_hint=refresh_token&client_id=fake-id&client_secret=fake-secret")
        #expect(call.timeouts.total == .seconds(10))
        #expect(call.request.secrets.members == ["token", "client_secret"])
        let basic = try await revoke(Revocation(url: "https://id.example/revoke", authentication: .basic))
        #expect(basic.body == "token=fake-refresh&token_type_hint=refresh_token")
        #expect(basic.request.headers["authorization"]?.hasPrefix("Basic ") == true)
        let open = try await revoke(
            Revocation(url: "https://id.example/revoke", authentication: .basic), client: OAuthClient(id: "fake-id"))
        #expect(open.body == "token=fake-refresh&token_type_hint=refresh_token&client_id=fake-id")
    }

    @Test func accessTokenWhereThereIsNoOther() async throws {
        let call = try await revoke(Revocation(url: "https://id.example/revoke", authentication: .none), refresh: nil)
        #expect(call.body == "token=fake-access&token_type_hint=access_token")
    }

    @Test func byDeletingWithTheTokenInJSON() async throws {
        let call = try await revoke(
            Revocation(
                url: "https://id.example/apps/{client_id}/grant", method: "DELETE", token: .access,
                parameter: "access_token", body: .json, authentication: .basic))
        #expect(call.request.method == "DELETE")
        #expect(call.request.url == "https://id.example/apps/fake-id/grant")
        #expect(call.body == #"{"access_token":"fake-access"}"#)
    }

    @Test func byTheTokenItself() async throws {
        let call = try await revoke(
            Revocation(url: "https://id.example/revoke", token: .access, body: .none, authentication: .bearer))
        #expect(call.request.headers["authorization"] == "Bearer fake-access")
        #expect(call.request.body == .none)
        #expect(call.request.secrets.headers == ["authorization"])
    }

    @Test func refusalIsTold() async {
        let outcome = await failure {
            try await revoke(
                Revocation(url: "https://id.example/revoke"), answer: .json(#"{"ok": false, "error": "not_authed"}"#))
        }
        #expect(outcome.message == "example refused to take the grant back: not_authed")
    }
}
