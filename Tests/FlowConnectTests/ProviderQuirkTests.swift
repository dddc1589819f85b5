import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// What each provider does otherwise, as its data says it: the request it gets, and what is made of its answer.
@Suite struct ProviderQuirkTests {
    private let clock = ManualClock()
    private let secretive = OAuthClient(id: "fake-id", secret: "fake-secret")
    private let open = OAuthClient(id: "fake-id")

    /// One refresh: the body that was sent, its headers, and the tokens or the failure.
    private func refresh(
        _ name: String, _ client: OAuthClient, answer: String, status: Int = 200, scopes: [String] = []
    ) async throws -> (body: String, headers: HTTPHeaders, outcome: Result<OAuthTokens, Failure>) {
        let service = try #require(ProviderCatalog.provider(name)).resolved().tokens
        let http = ScriptedHTTP([
            .success(HTTPResponse(status: status, body: .bytes(Array(answer.utf8)), url: service.url))
        ])
        let endpoint = TokenEndpoint(service, client: client, http: http, clock: clock)
        let outcome: Result<OAuthTokens, Failure>
        do { outcome = .success(try await endpoint.refresh("fake-refresh", scopes: scopes)) } catch {
            outcome = .failure(error)
        }
        let request = try #require(http.calls.first).request
        guard case .bytes(let body) = request.body else { throw Failure(.internal, "no body") }
        return (String(decoding: body, as: UTF8.self), request.headers, outcome)
    }

    private let form = "grant_type=refresh_token&refresh_token=fake-refresh"
    private let basic = "Basic " + Base64.encode(Array("fake-id:fake-secret".utf8))

    @Test func googleKeepsItsRefreshTokenAndWantsTheSecret() async throws {
        let (body, _, outcome) = try await refresh(
            "google", secretive,
            answer: """
                {"access_token": "a", "expires_in": 3599, "token_type": "Bearer",
                 "scope": "https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/spreadsheets"}
                """)
        #expect(body == form + "&client_id=fake-id&client_secret=fake-secret")
        #expect(try outcome.get().refresh == nil)
        #expect(try outcome.get().scopes?.count == 2)
        let google = try #require(ProviderCatalog.provider("google"))
        #expect(google.parameters == ["access_type": "offline", "prompt": "consent"])
        #expect(google.secret == .required)
    }

    @Test func microsoftRepeatsScopesAndRotates() async throws {
        let (body, _, outcome) = try await refresh(
            "microsoft", open,
            answer: """
                {"access_token": "a", "expires_in": "4600", "ext_expires_in": 4600, "token_type": "Bearer",
                 "scope": "User.Read", "refresh_token": "second"}
                """, scopes: ["User.Read", "offline_access"])
        #expect(body == form + "&scope=User.Read+offline_access&client_id=fake-id")
        #expect(try outcome.get().refresh == "second")
        #expect(try outcome.get().lifetime == .seconds(4600))
    }

    @Test func microsoftNamesAGrantThatNeedsTheUserOtherwise() async throws {
        let (_, _, outcome) = try await refresh(
            "microsoft", open,
            answer: #"{"error": "interaction_required", "error_description": "AADSTS50076: use MFA"}"#, status: 400)
        #expect(failure(outcome)?.code == "invalid_grant")
        #expect(
            failure(outcome)?.message
                == "microsoft refused to renew the tokens: AADSTS50076: use MFA (interaction_required)")
    }

    @Test func gitHubRefusesWithStatus200() async throws {
        let (_, headers, outcome) = try await refresh(
            "github", secretive,
            answer: #"{"error": "bad_refresh_token", "error_description": "The refresh token is incorrect."}"#)
        #expect(headers["accept"] == "application/json")
        #expect(failure(outcome)?.code == "invalid_grant")
    }

    @Test func gitHubMayAnswerAFormWithCommas() async throws {
        let (_, _, outcome) = try await refresh(
            "github", secretive, answer: "access_token=a&scope=repo%2Cread%3Auser&token_type=bearer")
        #expect(try outcome.get().scopes == ["repo", "read:user"])
        #expect(try outcome.get().expiresAt == nil)
    }

    @Test func slackSaysOKFalse() async throws {
        let (body, headers, outcome) = try await refresh(
            "slack", secretive, answer: #"{"ok": false, "error": "invalid_refresh_token"}"#)
        #expect(body == form)
        #expect(headers["authorization"] == basic)
        #expect(failure(outcome)?.code == "invalid_grant")
        #expect(failure(outcome)?.message == "slack refused to renew the tokens: invalid_refresh_token")
    }

    @Test func slackNestsTheTokenOfAPerson() async throws {
        let (_, _, outcome) = try await refresh(
            "slack", secretive,
            answer: """
                {"ok": true, "team": {"id": "T1", "name": "Acme"}, "authed_user": {"id": "U1", "scope": "search:read",
                 "access_token": "fake-user", "token_type": "user"}}
                """)
        #expect(try outcome.get().access == "fake-user")
        #expect(try outcome.get().account == "Acme")
        let slack = try #require(ProviderCatalog.provider("slack"))
        #expect(slack.tokens.scopeSeparator == ",")
        #expect(slack.redirect == .paste)
    }

    @Test func slackRotatesTheTokenOfABot() async throws {
        let (_, _, outcome) = try await refresh(
            "slack", secretive,
            answer: """
                {"ok": true, "access_token": "fake-bot", "token_type": "bot", "scope": "chat:write,users:read",
                 "expires_in": 43200, "refresh_token": "second", "team": {"name": "Acme"}}
                """)
        #expect(try outcome.get().refresh == "second")
        #expect(try outcome.get().scopes == ["chat:write", "users:read"])
    }

    @Test func notionWantsBasicAndJSONAndSaysNoLifetime() async throws {
        let (body, headers, outcome) = try await refresh(
            "notion", secretive,
            answer: """
                {"access_token": "a", "token_type": "bearer", "refresh_token": "second", "bot_id": "b",
                 "workspace_name": "Acme"}
                """)
        #expect(body == #"{"grant_type":"refresh_token","refresh_token":"fake-refresh"}"#)
        #expect(headers["authorization"] == basic)
        #expect(headers["notion-version"] == "2025-09-03")
        #expect(try outcome.get().expiresAt == nil)
        #expect(try outcome.get().account == "Acme")
    }

    @Test func dropboxNeedsNoSecretAndKeepsItsRefreshToken() async throws {
        let (body, _, outcome) = try await refresh(
            "dropbox", open, answer: #"{"access_token": "a", "expires_in": 14400, "token_type": "bearer"}"#)
        #expect(body == form + "&client_id=fake-id")
        #expect(try outcome.get().refresh == nil)
        #expect(try #require(ProviderCatalog.provider("dropbox")).parameters == ["token_access_type": "offline"])
    }

    @Test func xTakesBasicOfAWebAppAndTheIDOfANativeOne() async throws {
        let answer = #"{"access_token": "a", "expires_in": 7200, "refresh_token": "second", "token_type": "bearer"}"#
        let web = try await refresh("x", secretive, answer: answer)
        #expect(web.body == form)
        #expect(web.headers["authorization"] == basic)
        let native = try await refresh("x", open, answer: answer)
        #expect(native.body == form + "&client_id=fake-id")
        #expect(native.headers["authorization"] == nil)
    }

    @Test func atlassianWantsJSONWithTheSecretInIt() async throws {
        let (body, _, outcome) = try await refresh(
            "atlassian", secretive,
            answer: #"{"access_token": "a", "expires_in": 3600, "refresh_token": "second", "scope": "read:jira-work"}"#)
        #expect(
            try JSON.parse(body) == [
                "grant_type": "refresh_token", "refresh_token": "fake-refresh", "client_id": "fake-id",
                "client_secret": "fake-secret",
            ])
        #expect(try outcome.get().refresh == "second")
    }

    @Test func linearSeparatesScopesByCommas() async throws {
        let (_, _, outcome) = try await refresh(
            "linear", secretive,
            answer: #"{"access_token": "a", "token_type": "Bearer", "expires_in": 86399, "scope": ["read", "write"]}"#)
        #expect(try outcome.get().scopes == ["read", "write"])
        #expect(try #require(ProviderCatalog.provider("linear")).tokens.scopeSeparator == ",")
    }

    @Test func hubSpotHasWordsOfItsOwn() async throws {
        let (_, _, outcome) = try await refresh(
            "hubspot", secretive,
            answer: #"{"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown refresh token"}"#, status: 400)
        #expect(failure(outcome)?.code == "invalid_grant")
        let standard = try await refresh(
            "hubspot", secretive, answer: #"{"error": "invalid_client", "error_description": "unknown"}"#, status: 401)
        #expect(failure(standard.outcome)?.message == "hubspot refused to renew the tokens: unknown (invalid_client)")
    }

    @Test func hubSpotsTokensEndAfterHalfAnHourSaidOrNot() async throws {
        let (_, _, outcome) = try await refresh(
            "hubspot", secretive,
            answer: #"{"access_token": "a", "refresh_token": "r", "token_type": "bearer", "hub_id": 62515}"#)
        #expect(try outcome.get().lifetime == .seconds(1800))
        #expect(try outcome.get().account == "62515")
    }

    @Test func airtableTakesTheSecretAsBasic() async throws {
        let (body, headers, _) = try await refresh(
            "airtable", secretive, answer: #"{"access_token": "a", "refresh_token": "second", "expires_in": 3600}"#)
        #expect(body == form)
        #expect(headers["authorization"] == basic)
        #expect(try #require(ProviderCatalog.provider("airtable")).usesPKCE)
    }

    private func failure(_ outcome: Result<OAuthTokens, Failure>) -> Failure? {
        if case .failure(let failure) = outcome { return failure }
        return nil
    }
}
