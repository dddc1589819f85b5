import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowOAuth

/// What the browser is sent off with, and which answers are taken.
@Suite struct PendingLoginTests {
    private let client = OAuthClient(id: "fake id", secret: "fake-secret")
    private let redirect = "http://127.0.0.1:8123/callback/example"

    private func provider(_ change: (inout OAuthProvider) -> Void = { _ in }) -> OAuthProvider {
        var provider = OAuthProvider(name: "example", title: "Example", tokens: .example())
        provider.authorizeURL = "https://id.example/authorize"
        provider.issuer = "https://id.example"
        change(&provider)
        return provider
    }

    private func login(
        _ scopes: [String] = ["read"], _ change: (inout OAuthProvider) -> Void = { _ in }
    ) throws -> PendingLogin {
        try PendingLogin(
            provider(change), client: client, scopes: scopes, redirectURI: redirect, state: "fake-state",
            proof: ProofKey(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
    }

    @Test func pageIsAskedForACodeWithStateAndChallenge() throws {
        let login = try login(["read", "write all"]) {
            $0.parameters = ["prompt": "consent", "access_type": "offline"]
        }
        #expect(
            login.url
                == "https://id.example/authorize?response_type=code&client_id=fake%20id"
                + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcallback%2Fexample&state=fake-state"
                + "&scope=read%20write%20all&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                + "&code_challenge_method=S256&access_type=offline&prompt=consent")
    }

    @Test func eachLoginHasAStateAndAVerifierOfItsOwn() throws {
        let urls = try (0..<10).map { _ in
            try PendingLogin(provider(), client: client, scopes: [], redirectURI: redirect).url
        }
        #expect(Set(urls).count == 10)
        #expect(urls.allSatisfy { $0.contains("code_challenge=") })
        #expect(!urls[0].contains("scope="))
    }

    @Test func providerThatKnowsNoChallengeGetsNone() throws {
        let login = try PendingLogin(
            provider { $0.usesPKCE = false }, client: client, scopes: [], redirectURI: redirect)
        #expect(!login.url.contains("code_challenge"))
    }

    @Test func addressWithAQueryOfItsOwnKeepsIt() throws {
        let login = try login { $0.authorizeURL = "https://id.example/authorize?audience=api" }
        #expect(login.url.hasPrefix("https://id.example/authorize?audience=api&response_type=code&"))
    }

    @Test func scopesOfAnotherKindHaveAParameterOfTheirOwn() throws {
        let login = try login(["chat:write", "user/search:read", "user/im:read", "odd/scope"]) {
            $0.tokens.scopeSeparator = ","
            $0.scopes.parameters = ["user": "user_scope"]
        }
        #expect(login.url.contains("&scope=chat%3Awrite%2Codd%2Fscope&user_scope=search%3Aread%2Cim%3Aread&"))
    }

    @Test func openIDBringsANonce() throws {
        #expect(try login(["openid"]).url.contains("&nonce="))
        #expect(try !login(["read"]).url.contains("&nonce="))
    }

    @Test func providerWithoutAPageIsSaid() throws {
        let failure = #expect(throws: Failure.self) { try login { $0.authorizeURL = nil } }
        #expect(failure?.message == "Example has no page to log in on")
        #expect(failure?.hint == "log in with another method")
    }

    @Test(arguments: ["http://127.0.0.1:8123/callback/example?", "/callback/example?"])
    func codeOfThisLoginIsTaken(prefix: String) throws {
        #expect(
            try login().answer(in: prefix + "code=fake%2Bcode&state=fake-state&iss=https%3A%2F%2Fid.example#x")
                == .code("fake+code"))
        #expect(try login().answer(in: prefix + "state=fake-state&code=c") == .code("c"))
    }

    @Test(arguments: [
        "/callback/example", "/callback/example?code=c", "/callback/example?code=c&state=other",
        "/callback/example?code=c&state=", "/callback/example?state=fake-state",
        "/callback/example?code=&state=fake-state",
        "/callback/example?error=access_denied&state=other", "/callback/example?state=other&state=fake-state&code=c",
    ])
    func whatDoesNotFitIsForeign(target: String) throws {
        #expect(try login().answer(in: target) == .foreign)
    }

    @Test func answerOfAnotherIssuerIsRefused() throws {
        let answer = try login().answer(in: "/c?code=c&state=fake-state&iss=https%3A%2F%2Fevil.example")
        guard case .refused(let failure) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(
            failure.message == "the answer to the login is from \"https://evil.example\", not from https://id.example")
        #expect(failure.hint == "log in again, and allow the app on the page that flowctl opens alone")
        #expect(failure.code == "issuer")
    }

    @Test func issuerThatIsPromisedHasToBeThere() throws {
        let login = try login { $0.namesIssuer = true }
        guard case .refused(let failure) = login.answer(in: "/c?code=c&state=fake-state") else {
            Issue.record("taken")
            return
        }
        #expect(failure.message == "the answer to the login doesn't say that it is from https://id.example")
    }

    @Test func refusalOfTheUserIsTold() throws {
        let answer = try login().answer(
            in: "/c?error=access_denied&error_description=The+user+said+no%1B[2J&state=fake-state")
        guard case .refused(let failure) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(failure.message.hasPrefix("example refused the login: The user said no"))
        #expect(failure.message.hasSuffix("(access_denied)"))
        #expect(!failure.message.contains("\u{1B}"))
        #expect(failure.hint == "allow the app in the browser, or let the one who administers the account approve it")
        #expect(failure.kind == .permission)
    }

    @Test func codeGoesBackWithTheVerifierOfTheLogin() async throws {
        let http = ScriptedHTTP([.json(#"{"access_token": "a"}"#)])
        _ = try await login().tokens(for: "c", through: http, clock: ManualClock())
        let body = try #require(http.calls.first).body
        #expect(body.contains("&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&"))
        #expect(body.contains("&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcallback%2Fexample&"))
    }
}
