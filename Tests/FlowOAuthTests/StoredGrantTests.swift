import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// A grant and the fields of its credential.
@Suite struct StoredGrantTests {
    private let clock = ManualClock()
    private let client = OAuthClient(id: "fake-id", secret: "fake-secret")
    private let account = ServiceAccount(
        issuer: "robot@fake.example", subject: "ada@fake.example", audience: "https://id.example", keyID: "key-1",
        privateKey: TestKeys.ellipticCurve)

    private var odd: TokenService {
        .example {
            $0.authentication = .basic
            $0.body = .json
            $0.headers = ["Example-Version": "2"]
            $0.scopeSeparator = ","
            $0.repeatsScopes = true
            $0.rotates = false
            $0.lifetime = .seconds(1800)
            $0.tokenTypes = ["bot"]
            $0.nested = "authed_user"
            $0.account = "team.name"
            $0.refusals = .init(
                success: "ok", code: "status", description: "message", meanings: ["BAD": "invalid_grant"])
            $0.revocation = Revocation(
                url: "https://id.example/revoke", method: "DELETE", token: .access, parameter: "access_token",
                body: .json, authentication: .basic)
        }
    }

    private func tokens(refresh: String? = "fake-refresh") -> OAuthTokens {
        OAuthTokens(
            access: "fake-access", refresh: refresh, expiresAt: Timestamp(seconds: 1_800_003_540),
            lifetime: .seconds(3600), scopes: ["read", "write"], account: "Acme")
    }

    private func read(_ fields: ValueMap) throws -> StoredGrant {
        try StoredGrant(fields: fields, source: "credential \"example\"")
    }

    @Test func comesBackFromItsFieldsAsItWas() throws {
        for service in [TokenService.example(), odd] {
            for kind in [
                StoredGrant.Kind.login, .clientCredentials(audience: nil), .clientCredentials(audience: "a"),
                .serviceAccount(account),
            ] {
                var login = LoginRules(
                    redirectURI: "http://127.0.0.1:8917/callback", issuer: "https://id.example",
                    authorizeURL: "https://id.example/authorize", deviceURL: "https://id.example/device")
                login.variables = ["tenant": "fake.example"]
                login.scopes = ["openid", "read"]
                let grant = StoredGrant(
                    kind, service: service, client: client, scopes: [], tokens: tokens(), login: login)
                #expect(try read(grant.fields) == grant)
                // As the vault keeps them.
                let stored = try #require(
                    JSON.parse(JSON.bytes(.map(grant.fields.mapValues(\.deeplyRevealed)))).mapValue)
                #expect(try read(stored) == grant)
            }
        }
    }

    @Test func theNextLoginGoesToTheServerThatGaveTheGrant() {
        var known = OAuthProvider(
            name: "example", title: "Example", tokens: .example { $0.url = "https://id.example/{tenant}/token" })
        known.variables = [.init(name: "tenant", help: "The tenant", value: "common")]
        func next(_ url: String, _ variables: [String: String], set values: [String: String] = [:]) -> String {
            var grant = StoredGrant(.login, service: .example { $0.url = url }, client: client, scopes: [])
            grant.login.variables = variables
            return grant.provider(orKnown: known, values: values).resolved(values).tokens.url
        }
        let (common, own) = ("https://id.example/common/token", "https://id.example/fake/token")
        #expect(next(common, [:]) == common)
        #expect(next(common, [:], set: ["tenant": "fake"]) == own)
        #expect(next(own, ["tenant": "fake"]) == own)
        #expect(next(own, ["tenant": "fake"], set: ["tenant": "common"]) == common)
        // Stored before variables were.
        #expect(next(own, [:]) == own)
        #expect(next(own, [:], set: ["tenant": "fake"]) == own)
        #expect(next("https://elsewhere.example/token", [:]) == "https://elsewhere.example/token")
        #expect(next("https://elsewhere.example/token", [:], set: ["tenant": "fake"]).hasPrefix("https://elsewhere"))
    }

    @Test func theKeyOfAnAppComesBack() throws {
        let app = OAuthClient(id: "fake-id", key: AssertionKey(pem: TestKeys.ellipticCurve, id: "key-1"))
        let service = TokenService.example { $0.authentication = .privateKeyJWT }
        for kind in [StoredGrant.Kind.login, .clientCredentials(audience: nil)] {
            let grant = StoredGrant(kind, service: service, client: app, scopes: [], tokens: tokens())
            #expect(try read(grant.fields) == grant)
            #expect(grant.fields["private_key"]?.containsSecret == true)
            #expect("\(grant)".contains("BEGIN") == false)
        }
    }

    @Test func fieldsAreThoseOfTheTypeAndSecretsAreMarked() throws {
        let grant = StoredGrant(.serviceAccount(account), service: odd, client: client, scopes: [], tokens: tokens())
        let fields = StoredGrant.credentialType.names
        #expect(Set(grant.fields.names).isSubset(of: fields))
        for name in ["access_token", "refresh_token", "client_secret", "private_key"] {
            #expect(grant.fields[name]?.containsSecret == true, "\(name)")
        }
    }

    @Test func grantAddedByHandNeedsLittle() throws {
        let grant = try read(
            ValueMap([
                ("refresh_token", "fake-refresh"), ("client_id", "fake-id"), ("token_url", "https://id.example/token"),
            ]))
        #expect(grant.service == TokenService(url: "https://id.example/token"))
        #expect(grant.kind == .login)
        #expect(grant.tokens == nil)
        #expect(grant.isRenewable)
    }

    @Test(arguments: [
        ("token_url", "credential \"example\" can't be renewed: it has no \"token_url\""),
        ("client_id", "credential \"example\" can't be renewed: it has no \"client_id\""),
    ])
    func whatRenewingNeedsMustBeThere(name: String, message: String) throws {
        var fields = StoredGrant(.login, service: .example(), client: client, scopes: [], tokens: tokens()).fields
        fields[name] = nil
        let failure = #expect(throws: Failure.self) { try read(fields) }
        #expect(failure?.message == message)
        #expect(failure?.hint == "log in again, or add it with that field")
        #expect(failure?.code == "not_renewable")
    }

    private static let wrongFields: [(String, Value)] = [
        ("token_url", "ftp://id.example"), ("grant", "password"), ("client_authentication", "odd"),
        ("token_body", "xml"), ("expires_at", "tomorrow"), ("token_rules", "odd"),
        ("token_rules", ["revocation": ["method": "POST"]]),
    ]

    @Test(arguments: wrongFields)
    func fieldThatIsNotWhatItShouldBeIsNamed(name: String, value: Value) throws {
        var fields = StoredGrant(.login, service: .example(), client: client, scopes: [], tokens: tokens()).fields
        fields[name] = value
        let failure = #expect(throws: Failure.self) { try read(fields) }
        #expect(failure?.message == "the field \"\(name)\" of credential \"example\" is not what it should be")
        #expect(failure?.hint == "log in again, or correct the field")
    }

    @Test func rotatedRefreshTokenReplacesTheOld() async throws {
        let http = ScriptedHTTP([.json(#"{"access_token": "new", "refresh_token": "second", "expires_in": 60}"#)])
        let grant = StoredGrant(.login, service: .example(), client: client, scopes: ["read"], tokens: tokens())
        let renewed = try await grant.renewed(through: http, clock: clock)
        #expect(http.calls[0].body.contains("refresh_token=fake-refresh&"))
        #expect(renewed.refreshToken == "second")
        #expect(renewed.fields["refresh_token"] == "second")
        #expect(renewed.tokens?.access == "new")
        #expect(renewed.tokens?.expiresAt == clock.now().adding(.seconds(54)))
    }

    @Test func refreshTokenStaysWhereNoneComes() async throws {
        let http = ScriptedHTTP([.json(#"{"access_token": "new", "expires_in": 60, "scope": "read"}"#)])
        let grant = StoredGrant(.login, service: .example(), client: client, scopes: [], tokens: tokens())
        let renewed = try await grant.renewed(through: http, clock: clock)
        #expect(renewed.refreshToken == "fake-refresh")
        #expect(renewed.fields["refresh_token"] == "fake-refresh")
        #expect(renewed.scopes == ["read"])
        #expect(renewed.tokens?.account == "Acme")
    }

    @Test(arguments: [
        (#""access_token": "new", "token_type": "DPoP""#, "a token of the type \"dpop\", which flowctl can't use"),
        (#""access_token": null"#, "no access token"),
    ]) func refreshTokenBesideAnAccessTokenOfNoUseIsKept(members: String, what: String) async throws {
        let http = ScriptedHTTP([.json(#"{\#(members), "refresh_token": "second", "expires_in": 60}"#)])
        let grant = StoredGrant(.login, service: .example(), client: client, scopes: ["read"], tokens: tokens())
        let renewed = try await grant.renewed(through: http, clock: clock)
        #expect(renewed.refreshToken == "second")
        #expect(renewed.tokens == grant.tokens)
        #expect(renewed.problem?.message == "the answer of example holds \(what)")
    }

    @Test func grantWithoutARefreshTokenCannotBeRenewed() async throws {
        let grant = StoredGrant(
            .login, service: .example(), client: client, scopes: [], tokens: tokens(refresh: nil))
        #expect(!grant.isRenewable)
        let outcome = await failure { try await grant.renewed(through: UnexpectedUse(), clock: clock) }
        #expect(outcome.message == "example gave no refresh token for this grant")
        #expect(outcome.hint == "log in again")
        #expect(outcome.code == "not_renewable")
    }

    @Test func machinesAskAgain() async throws {
        let http = ScriptedHTTP([.json(#"{"access_token": "one"}"#), .json(#"{"access_token": "two"}"#)])
        let app = StoredGrant(
            .clientCredentials(audience: "a"), service: .example(), client: client, scopes: ["read"])
        #expect(try await app.renewed(through: http, clock: clock).tokens?.access == "one")
        let robot = StoredGrant(.serviceAccount(account), service: .example(), client: nil, scopes: ["read"])
        #expect(try await robot.renewed(through: http, clock: clock).tokens?.access == "two")
        #expect(http.calls[0].body.hasPrefix("grant_type=client_credentials&scope=read&audience=a&"))
        #expect(http.calls[1].body.contains("jwt-bearer&assertion="))
    }

    @Test func nothingOfItIsInADump() {
        let grant = StoredGrant(.serviceAccount(account), service: odd, client: client, scopes: [], tokens: tokens())
        var text = ""
        dump(grant.client, to: &text)
        dump(grant.tokens, to: &text)
        dump(grant.kind, to: &text)
        dump(grant, to: &text)
        for secret in ["fake-access", "fake-refresh", "fake-secret", "PRIVATE KEY"] { #expect(!text.contains(secret)) }
    }
}

extension CredentialType {
    fileprivate var names: Set<String> { Set(fields.map(\.name)) }
}
