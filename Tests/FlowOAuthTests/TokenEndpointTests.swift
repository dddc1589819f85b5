import FlowCore
import FlowHTTP
import FlowOAuth
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// What is sent for each grant, and what is made of the answer.
@Suite struct TokenEndpointTests {
    private let clock = ManualClock()
    private let client = OAuthClient(id: "fake-id", secret: "fake secret/1")
    private let bearer = #"{"access_token": "fake-access", "token_type": "Bearer", "expires_in": 3600}"#

    private func endpoint(
        _ http: ScriptedHTTP, _ service: TokenService = .example(), client: OAuthClient? = nil
    ) -> TokenEndpoint {
        TokenEndpoint(service, client: client ?? self.client, http: http, clock: clock)
    }

    @Test func codeIsTradedWithItsVerifierOverAForm() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        let tokens = try await endpoint(http).exchange(
            code: "fake+code", redirectURI: "http://127.0.0.1:8123/callback/example", verifier: "fake-verifier")
        let call = try #require(http.calls.first)
        #expect(call.request.method == "POST")
        #expect(call.request.url == "https://id.example/token")
        #expect(call.request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(call.request.headers["accept"] == "application/json")
        #expect(
            call.body
                == "grant_type=authorization_code&code=fake%2Bcode"
                + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcallback%2Fexample&code_verifier=fake-verifier"
                + "&client_id=fake-id&client_secret=fake+secret%2F1")
        #expect(call.maximumRedirects == 0)
        #expect(tokens.access == "fake-access")
        #expect(tokens.refresh == nil)
    }

    @Test func noSecretShowsInATraceOfTheRequest() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        _ = try await endpoint(http).exchange(code: "c", redirectURI: "http://127.0.0.1:1/callback", verifier: "v")
        let secrets = try #require(http.calls.first).request.secrets
        #expect(secrets.members == ["code", "code_verifier", "client_secret"])
    }

    /// Whatever the provider calls its answer: one that has no label of JSON is hidden whole.
    @Test func noTokenShowsInATraceOfTheAnswer() async throws {
        let masker = Masker()
        let shown = Mutex("")
        let bodies = [
            ("text/plain", #"{"access_token": "short-fake", "id_token": "id-fake"}"#),
            ("text/html", "access_token=short-fake&refresh_token=next-fake"),
            ("text/plain", #"{"access_token": "short-fake", "refresh_tok"#),
        ]
        let server = try FaultServer(
            replies: bodies.map { type, body in
                FaultServer.Reply(200, headers: [("Content-Type", type)], body: .bytes(Array(body.utf8)))
            })
        let client = CurlClient(
            trace: ExchangeTrace(masker: masker, clock: clock) { text in shown.withLock { $0 += text } })
        let endpoint = TokenEndpoint(
            TokenService(url: server.url + "/token"), client: self.client, http: client, clock: clock)
        for _ in bodies { _ = try? await endpoint.refresh("last-fake") }
        let text = shown.withLock(\.self)
        #expect(text.split(separator: "\n").filter { $0 == "< ***" }.count == 3)
        for token in ["short-fake", "id-fake", "next-fake", "last-fake"] { #expect(!text.contains(token)) }
    }

    @Test func codeIsSentAgainOnlyWhereNoAnswerCame() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        _ = try await endpoint(http).exchange(code: "c", redirectURI: "http://127.0.0.1:1/callback", verifier: nil)
        let call = try #require(http.calls.first)
        #expect(call.retry.max == 1)
        #expect(call.classify == nil)
        #expect(call.retry.allows(Failure(.network, "cut"), effect: call.effect))
        #expect(!call.retry.allows(Failure(.transient, "503"), effect: call.effect))
    }

    @Test func refreshIsRepeatedOnWhatPassesByItself() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        _ = try await endpoint(http).refresh("fake-refresh", scopes: ["read"])
        let call = try #require(http.calls.first)
        #expect(
            call.body
                == "grant_type=refresh_token&refresh_token=fake-refresh&client_id=fake-id"
                + "&client_secret=fake+secret%2F1")
        #expect(call.retry.max == 3)
        let classify = try #require(call.classify)
        #expect(classify(HTTPResponse(status: 503))?.kind == .transient)
        #expect(classify(HTTPResponse(status: 429))?.kind == .rateLimited)
        #expect(classify(HTTPResponse(status: 400)) == nil)
    }

    @Test func refreshRepeatsTheScopesWhereTheProviderWantsThem() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        _ = try await endpoint(http, .example { $0.repeatsScopes = true }).refresh("r", scopes: ["a", "b"])
        #expect(http.calls[0].body.hasPrefix("grant_type=refresh_token&refresh_token=r&scope=a+b&"))
    }

    @Test func basicSendsTheSecretInTheHeaderAndEncodedFirst() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        _ = try await endpoint(http, .example { $0.authentication = .basic }).refresh("r")
        let call = http.calls[0]
        #expect(call.body == "grant_type=refresh_token&refresh_token=r")
        let pair = Base64.encode(Array("fake-id:fake+secret%2F1".utf8))
        #expect(call.request.headers["authorization"] == "Basic \(pair)")
        #expect(call.request.secrets.headers == ["authorization"])
    }

    @Test(arguments: [TokenService.ClientAuthentication.none, .post, .basic])
    func publicClientSendsItsIDAlone(authentication: TokenService.ClientAuthentication) async throws {
        let http = ScriptedHTTP([.json(bearer)])
        let service = TokenService.example { $0.authentication = authentication }
        _ = try await endpoint(http, service, client: OAuthClient(id: "fake-id")).refresh("r")
        #expect(http.calls[0].body == "grant_type=refresh_token&refresh_token=r&client_id=fake-id")
        #expect(http.calls[0].request.headers["authorization"] == nil)
    }

    @Test func jsonBodyWhereTheProviderWantsOne() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        let service = TokenService.example {
            $0.body = .json
            $0.authentication = .basic
            $0.headers = ["Example-Version": "2"]
        }
        _ = try await endpoint(http, service).refresh("r\"")
        let call = http.calls[0]
        #expect(call.body == #"{"grant_type":"refresh_token","refresh_token":"r\""}"#)
        #expect(call.request.headers["content-type"] == "application/json")
        #expect(call.request.headers["example-version"] == "2")
    }

    @Test func clientCredentialsAskForScopesAndAudience() async throws {
        let http = ScriptedHTTP([.json(bearer)])
        let service = TokenService.example { $0.scopeSeparator = "," }
        _ = try await endpoint(http, service).clientCredentials(scopes: ["a", "b"], audience: "https://api.example")
        #expect(
            http.calls[0].body.hasPrefix(
                "grant_type=client_credentials&scope=a%2Cb&audience=https%3A%2F%2Fapi.example&client_id="))
    }

    @Test(arguments: [TestKeys.rsa, TestKeys.ellipticCurve])
    func assertionOfAServiceAccountSaysWhoAsksForWhom(key: String) async throws {
        let http = ScriptedHTTP([.json(bearer)])
        let account = ServiceAccount(
            issuer: "robot@fake.example", subject: "ada@fake.example", keyID: "key-1", privateKey: key)
        _ = try await TokenEndpoint(.example(), client: nil, http: http, clock: clock)
            .jwtBearer(account, scopes: ["read", "write"])
        let body = http.calls[0].body
        let prefix = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        try #require(body.hasPrefix(prefix))
        let parts = body.dropFirst(prefix.count).split(separator: ".").map { Base64.decode(String($0)) ?? [] }
        try #require(parts.count == 3)
        let header = try JSON.parse(parts[0])
        #expect(header == ["alg": key == TestKeys.rsa ? "RS256" : "ES256", "typ": "JWT", "kid": "key-1"])
        let claims = try JSON.parse(parts[1])
        #expect(claims["iss"] == "robot@fake.example")
        #expect(claims["sub"] == "ada@fake.example")
        #expect(claims["aud"] == "https://id.example/token")
        #expect(claims["scope"] == "read write")
        #expect(claims["iat"] == .int(clock.now().seconds))
        #expect(claims["exp"] == .int(clock.now().seconds + 600))
        #expect(claims["jti"]?.stringValue?.count == 32)
        #expect(parts[2].count == (key == TestKeys.rsa ? 256 : 64))
    }

    @Test(arguments: [TestKeys.rsa, TestKeys.ellipticCurve])
    func anAppShowsByItsKeyWhoItIs(key: String) async throws {
        let http = ScriptedHTTP([.json(bearer), .json("")])
        let service = TokenService.example {
            $0.authentication = .privateKeyJWT
            $0.revocation = Revocation(url: "https://id.example/revoke")
        }
        let app = OAuthClient(id: "fake-id", key: AssertionKey(pem: key, id: "key-1"))
        let endpoint = endpoint(http, service, client: app)
        let tokens = try await endpoint.refresh("fake-refresh")
        let grant = StoredGrant(.login, service: service, client: app, scopes: [], tokens: tokens)
        try await endpoint.revoke(grant, by: try #require(service.revocation))
        for (call, start) in zip(
            http.calls,
            [
                "grant_type=refresh_token&refresh_token=fake-refresh", "token=fake-access&token_type_hint=access_token",
            ])
        {
            let prefix =
                start + "&client_id=fake-id"
                + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                + "&client_assertion="
            try #require(call.body.hasPrefix(prefix), "\(call.body)")
            #expect(call.request.secrets.members.contains("client_assertion"))
            let parts = call.body.dropFirst(prefix.count).split(separator: ".").map { Base64.decode(String($0)) ?? [] }
            try #require(parts.count == 3)
            let header = try JSON.parse(parts[0])
            #expect(header == ["alg": key == TestKeys.rsa ? "RS256" : "ES256", "typ": "JWT", "kid": "key-1"])
            let claims = try JSON.parse(parts[1])
            #expect(claims["iss"] == "fake-id")
            #expect(claims["sub"] == "fake-id")
            #expect(claims["aud"] == "https://id.example/token")
            #expect(claims["scope"] == nil)
        }
    }

    @Test func anAppWithoutItsKeySaysHowToGiveIt() async throws {
        let service = TokenService.example { $0.authentication = .privateKeyJWT }
        let failure = await #expect(throws: Failure.self) {
            try await endpoint(ScriptedHTTP([]), service).refresh("fake-refresh")
        }
        #expect(failure?.message == "the app has no private key to show example who it is")
        #expect(failure?.hint == "log in again with --client-key")
    }

    // MARK: - Answers

    private func tokens(_ body: String, _ service: TokenService = .example()) async throws -> OAuthTokens {
        try await endpoint(ScriptedHTTP([.json(body)]), service).refresh("r")
    }

    @Test func lifetimeIsCountedFromTheQuestionAndEndsAMinuteEarly() async throws {
        let tokens = try await tokens(bearer)
        #expect(tokens.expiresAt == clock.now().adding(.seconds(3540)))
        #expect(tokens.lifetime == .seconds(3600))
        #expect(tokens.renewalDue == clock.now().adding(.seconds(3240)))
    }

    @Test func tokenOfAMinuteIsNotOverAtOnce() async throws {
        let tokens = try await tokens(#"{"access_token": "a", "token_type": "bearer", "expires_in": 60}"#)
        #expect(tokens.expiresAt == clock.now().adding(.seconds(54)))
        #expect(tokens.renewalDue == clock.now().adding(.seconds(48)))
    }

    @Test func numberMayBeText() async throws {
        let tokens = try await tokens(#"{"access_token": "a", "token_type": "bearer", "expires_in": "7200"}"#)
        #expect(tokens.lifetime == .seconds(7200))
    }

    @Test func blanksAroundATypeAndANumberMeanNothing() async throws {
        let tokens = try await tokens(#"{"access_token": "a", "token_type": "BEARER ", "expires_in": " 3600 "}"#)
        #expect(tokens.problem == nil)
        #expect(tokens.lifetime == .seconds(3600))
    }

    @Test(arguments: ["", #", "expires_in": null"#, #", "expires_in": "never""#, #", "expires_in": 0"#])
    func withoutALifetimeTheProvidersRuleHolds(member: String) async throws {
        let body = #"{"access_token": "a", "token_type": "bearer"\#(member)}"#
        #expect(try await tokens(body).expiresAt == nil)
        #expect(try await tokens(body).renewalDue == nil)
        let tokens = try await tokens(body, .example { $0.lifetime = .seconds(1800) })
        #expect(tokens.expiresAt == clock.now().adding(.seconds(1740)))
    }

    @Test(arguments: [
        (#""scope": "a b""#, ["a", "b"]), (#""scope": "a,b""#, ["a", "b"]), (#""scope": ["a", "b"]"#, ["a", "b"]),
        (#""scopes": ["a", "b"]"#, ["a", "b"]), (#""scope": """#, []),
    ])
    func scopesComeInManyForms(member: String, scopes: [String]) async throws {
        #expect(try await tokens(#"{"access_token": "a", \#(member)}"#).scopes == scopes)
    }

    @Test func formIsReadWhateverItIsCalled() async throws {
        let tokens = try await tokens("access_token=fake%2Baccess&scope=repo%2Cgist&token_type=bearer")
        #expect(tokens.access == "fake+access")
        #expect(tokens.scopes == ["repo", "gist"])
    }

    @Test func nestedTokensAreFoundWhereTheTopHasNone() async throws {
        let service = TokenService.example {
            $0.nested = "authed_user"
            $0.tokenTypes = ["bot", "user"]
            $0.account = "team.name"
            $0.refusals.success = "ok"
        }
        let user = try await tokens(
            """
            {"ok": true, "team": {"name": "Acme"}, "authed_user": {"id": "U1", "scope": "search:read",
             "access_token": "fake-user", "refresh_token": "fake-refresh", "token_type": "user", "expires_in": 43200}}
            """, service)
        #expect(user.access == "fake-user")
        #expect(user.refresh == "fake-refresh")
        #expect(user.scopes == ["search:read"])
        #expect(user.account == "Acme")
        let bot = try await tokens(
            """
            {"ok": true, "access_token": "fake-bot", "token_type": "bot", "scope": "chat:write,users:read",
             "authed_user": {"id": "U1"}}
            """, service)
        #expect(bot.access == "fake-bot")
        #expect(bot.scopes == ["chat:write", "users:read"])
        #expect(bot.account == nil)
    }

    @Test func tokenOfAnUnknownTypeIsRefused() async {
        let outcome = await failure {
            try await tokens(#"{"access_token": "a", "token_type": "mac"}"#)
        }
        #expect(
            outcome.message == "the answer of example holds a token of the type \"mac\", which flowctl can't use")
        #expect(outcome.kind == .protocolError)
    }

    @Test(arguments: ["", "<html>Welcome</html>", "{}", "[]", #"{"access_token": ""}"#])
    func answerWithoutATokenIsSaid(body: String) async {
        let outcome = await failure { try await tokens(body) }
        #expect(outcome.message == "the answer of example holds no access token")
        #expect(outcome.hint == "check that https://id.example/token is the provider's token endpoint")
        #expect(outcome.code == "token_answer")
    }
}
