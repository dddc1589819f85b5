import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// How a provider says no, and what is made of it.
@Suite struct TokenRefusalTests {
    private let clock = ManualClock()

    private func refusal(
        _ body: String, status: Int = 400, _ service: TokenService = .example(), headers: [(String, String)] = []
    ) async -> Failure {
        let endpoint = TokenEndpoint(
            service, client: OAuthClient(id: "fake-id"), http: ScriptedHTTP([.json(body, status: status, headers)]),
            clock: clock)
        return await failure { try await endpoint.refresh("fake-refresh") }
    }

    @Test func endedGrantAsksForALogin() async {
        let outcome = await refusal(
            #"{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}"#)
        #expect(
            outcome.message
                == "example refused to renew the tokens: Token has been expired or revoked. (invalid_grant)")
        #expect(outcome.hint == "log in again")
        #expect(outcome.code == "invalid_grant")
        #expect(outcome.kind == .auth)
    }

    @Test func errorInsideAnAnswerOf200Counts() async {
        let service = TokenService.example { $0.refusals.meanings = ["bad_refresh_token": "invalid_grant"] }
        let outcome = await refusal(
            #"{"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect."}"#,
            status: 200, service)
        #expect(outcome.code == "invalid_grant")
        #expect(
            outcome.message
                == "example refused to renew the tokens: The refresh token passed is incorrect. (bad_refresh_token)")
    }

    @Test func errorInAFormCounts() async {
        let outcome = await refusal("error=invalid_client&error_description=No+such+app", status: 200)
        #expect(outcome.message == "example refused to renew the tokens: No such app (invalid_client)")
        #expect(
            outcome.hint == "check the client id and secret of the app: a secret ends, and an app may be deleted")
        #expect(outcome.kind == .auth)
    }

    @Test func okFalseCounts() async {
        let service = TokenService.example {
            $0.refusals.success = "ok"
            $0.refusals.meanings = ["invalid_refresh_token": "invalid_grant"]
        }
        let named = await refusal(#"{"ok": false, "error": "invalid_refresh_token"}"#, status: 200, service)
        #expect(named.message == "example refused to renew the tokens: invalid_refresh_token")
        #expect(named.code == "invalid_grant")
        let silent = await refusal(#"{"ok": false}"#, status: 200, service)
        #expect(silent.message == "example refused to renew the tokens and does not say why")
        #expect(silent.code == "refused")
    }

    @Test func refusalMayStandElsewhere() async {
        let service = TokenService.example {
            $0.refusals.code = "status"
            $0.refusals.description = "message"
            $0.refusals.meanings = ["BAD_REFRESH_TOKEN": "invalid_grant"]
        }
        let outcome = await refusal(
            #"{"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown refresh token"}"#, status: 400, service)
        #expect(
            outcome.message
                == "example refused to renew the tokens: missing or unknown refresh token (BAD_REFRESH_TOKEN)")
        #expect(outcome.code == "invalid_grant")
    }

    @Test(arguments: [
        (400, "invalid_scope", FailureKind.invalid), (400, "unauthorized_client", .invalid),
        (400, "unsupported_grant_type", .invalid), (400, "access_denied", .permission),
        (503, "temporarily_unavailable", .transient), (500, "odd_word", .transient), (429, "odd_word", .rateLimited),
        (400, "odd_word", .invalid), (401, "odd_word", .auth), (500, "invalid_grant", .auth),
    ])
    func kindFollowsTheCodeAndElseTheStatus(status: Int, code: String, kind: FailureKind) async {
        let outcome = await refusal(#"{"error": "\#(code)"}"#, status: status)
        #expect(outcome.kind == kind)
        #expect(outcome.code == code)
    }

    @Test func emptyRefusalIsAnAuthFailureOfItsStatus() async {
        let outcome = await refusal("", status: 403)
        #expect(outcome.message == "id.example answered 403 Forbidden")
        #expect(outcome.hint == "check the client id and secret of the app, and log in again")
        #expect(outcome.kind == .auth)
        #expect(outcome.code == "403")
    }

    @Test func wrongAddressIsSaid() async {
        let outcome = await refusal("<html>", status: 404)
        #expect(outcome.message == "id.example answered 404 Not Found")
        #expect(outcome.hint == "check that https://id.example/token is the provider's token endpoint")
    }

    @Test func redirectIsNotFollowed() async {
        let outcome = await refusal("", status: 302, headers: [("Location", "https://elsewhere.example/")])
        #expect(outcome.message == "id.example answered 302 Found")
        #expect(outcome.kind == .protocolError)
    }

    @Test func downServerMayBeAskedLater() async {
        let outcome = await refusal("", status: 503, headers: [("Retry-After", "30")])
        #expect(outcome.kind == .transient)
        #expect(outcome.hint == "try again in 30.0 s")
    }

    @Test(arguments: [("30", Duration.seconds(30)), ("1e300", nil), ("-1e300", nil), ("-1", nil)])
    func pauseIsTakenWhereItMakesSense(interval: String, pause: Duration?) async {
        let outcome = await refusal(#"{"error": "slow_down", "interval": \#(interval)}"#)
        #expect(outcome.kind == .rateLimited)
        #expect(outcome.retryAfter == pause)
    }

    @Test func wordsOfTheProviderAreMadeSafe() async {
        let outcome = await refusal(#"{"error": "invalid_grant", "error_description": "a\u001b[2Jb\nc"}"#)
        #expect(!outcome.message.contains("\u{1B}"))
        #expect(!outcome.message.contains("\n"))
    }

    @Test(arguments: [
        // 1_800_000_000 is 08:00:00.
        ("Fri, 15 Jan 2027 08:12:00 GMT", "it is 12 min 0 s behind that of example"),
        ("Fri, 15 Jan 2027 06:00:00 GMT", "it is 2 h 0 min ahead of that of example"),
    ])
    func clockThatIsOffIsNamed(date: String, words: String) async {
        let http = ScriptedHTTP([
            .json(#"{"error": "invalid_grant", "error_description": "Invalid JWT"}"#, status: 400, [("Date", date)])
        ])
        let endpoint = TokenEndpoint(.example(), client: nil, http: http, clock: clock)
        let account = ServiceAccount(issuer: "robot@fake.example", privateKey: TestKeys.ellipticCurve)
        let outcome = await failure { try await endpoint.jwtBearer(account) }
        #expect(outcome.hint == "set the clock of this machine: \(words)")
        #expect(outcome.message == "example refused to give a token: Invalid JWT (invalid_grant)")
    }

    @Test func clockThatIsRightIsNotBlamedAlone() async {
        let http = ScriptedHTTP([
            .json(#"{"error": "invalid_grant"}"#, status: 400, [("Date", "Fri, 15 Jan 2027 08:00:05 GMT")])
        ])
        let endpoint = TokenEndpoint(.example(), client: nil, http: http, clock: clock)
        let account = ServiceAccount(issuer: "robot@fake.example", privateKey: TestKeys.ellipticCurve)
        let outcome = await failure { try await endpoint.jwtBearer(account) }
        #expect(outcome.hint == "check the key, the account it is for, and the clock of this machine")
    }

    @Test func redirectThatIsNotRegisteredIsSaid() async {
        let http = ScriptedHTTP([.json(#"{"error": "redirect_uri_mismatch"}"#, status: 400)])
        let endpoint = TokenEndpoint(.example(), client: OAuthClient(id: "fake-id"), http: http, clock: clock)
        let outcome = await failure {
            try await endpoint.exchange(code: "c", redirectURI: "http://127.0.0.1:1/callback/example", verifier: nil)
        }
        #expect(outcome.message == "example refused the login: redirect_uri_mismatch")
        #expect(outcome.hint == "register the redirect URI of this login with the app, exactly as it is")
    }
}
