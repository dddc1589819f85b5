import FlowCore
import FlowSpec
import FlowVault
import Synchronization
import Testing

@Suite struct CredentialResolverTests {
    private let fixture = VaultFixture()
    private let masker = Masker()
    private let bearer = CredentialTypes.shared(named: "bearer")

    private func resolver(
        _ environment: [String: String] = [:], _ types: GivenTypes = GivenTypes([]),
        openVault: @escaping @Sendable () throws -> VaultFile? = { throw Failure(.internal, "the vault was touched") }
    ) -> CredentialResolver {
        CredentialResolver(
            environment: environment, types: types, masker: masker, openVault: openVault)
    }

    @Test func theEnvironmentBeatsTheVaultAndLeavesItClosed() async throws {
        let found = try #require(
            try await resolver(["FLOWCTL_CREDENTIAL_SLACK_TEAM": "fake-bare-canary\n"])
                .credential(named: "slack-team", defaultType: bearer))
        #expect(found.type == "bearer")
        #expect(found.fields == ValueMap([("token", "fake-bare-canary")]))
        #expect(found.fields["token"]?.containsSecret == true)
        #expect(found.source == .environment(variable: "FLOWCTL_CREDENTIAL_SLACK_TEAM"))
        #expect(found.origins == nil)
        #expect(masker.mask("token fake-bare-canary!") == "token ***!")
    }

    @Test func jsonMayNameTypeAndHosts() async throws {
        let text =
            #"{"type": "basic", "hosts": ["API.example.com", "http://127.0.0.1:8080"], "username": "u", "password": "p"}"#
        let found = try #require(
            try await resolver(["FLOWCTL_CREDENTIAL_A": text]).credential(named: "a", defaultType: bearer))
        #expect(found.type == "basic")
        #expect(found.fields == ValueMap([("username", "u"), ("password", "p")]))
        #expect(found.fields["username"]?.containsSecret == false)
        #expect(found.fields["password"]?.containsSecret == true)
        #expect(
            found.origins?.map(\.description).sorted() == ["http://127.0.0.1:8080", "https://api.example.com"])
    }

    @Test func aPasswordMayConsistOfDigits() async throws {
        let text = #"{"type": "basic", "username": "ada", "password": 9876501234}"#
        let found = try #require(
            try await resolver(["FLOWCTL_CREDENTIAL_A": text]).credential(named: "a", defaultType: bearer))
        #expect(found.fields == ValueMap([("username", "ada"), ("password", "9876501234")]))
        #expect(found.fields["password"]?.containsSecret == true)
        #expect(masker.mask("pin 9876501234") == "pin ***")
    }

    @Test func aKeyThatStandsTwiceIsRefused() async throws {
        let environment = ["FLOWCTL_CREDENTIAL_A": #"{"token": "fake-1", "token": "fake-2"}"#]
        let failure = await #expect(throws: Failure.self) {
            try await resolver(environment).credential(named: "a", defaultType: bearer)
        }
        #expect(
            failure?.message
                == "the variable FLOWCTL_CREDENTIAL_A: invalid JSON at line 1, column 28: "
                + "the key \"token\" stands here twice")
        #expect(failure?.hint == "remove one of the two")
    }

    @Test func aTypeOfAConnectorIsKnown() async throws {
        let bot = CredentialType("slack_bot", service: "slack", fields: [.init("bot_token", secret: true)])
        let environment = ["FLOWCTL_CREDENTIAL_A": #"{"type": "slack_bot", "bot_token": "fake"}"#]
        let types = GivenTypes([bot])
        let found = try await resolver(environment, types).credential(named: "a", defaultType: nil)
        #expect(found?.type == "slack_bot")
        #expect(types.listings.load(ordering: .relaxed) == 0, "to list the types reads every connector")
    }

    @Test func aMistypedTypeIsComparedWithAll() async throws {
        let bot = CredentialType("slack_bot", service: "slack", fields: [.init("bot_token", secret: true)])
        let environment = ["FLOWCTL_CREDENTIAL_A": #"{"type": "slack_bott", "bot_token": "fake"}"#]
        let failure = await #expect(throws: Failure.self) {
            try await resolver(environment, GivenTypes([bot])).credential(named: "a", defaultType: nil)
        }
        #expect(failure?.hint == "did you mean \"slack_bot\"?")
    }

    @Test func defaultsAreFilledIn() async throws {
        let found = try await resolver(["FLOWCTL_CREDENTIAL_A": "fake-key"])
            .credential(named: "a", defaultType: CredentialTypes.shared(named: "api_key"))
        #expect(found?.fields == ValueMap([("key", "fake-key"), ("header", "X-API-Key")]))
    }

    @Test(arguments: [
        (
            #"{"type": "bearer""#, "bearer",
            "the variable FLOWCTL_CREDENTIAL_A: invalid JSON at line 1, column 18: expected \",\" or \"}\"",
            "write it as JSON on one line"
        ),
        ("", "bearer", "the variable FLOWCTL_CREDENTIAL_A is empty", "set it, or unset it"),
        (
            "fake-canary", "basic",
            "the variable FLOWCTL_CREDENTIAL_A is no JSON, but a credential of type basic has several fields",
            #"write it as {"username": "…", "password": "…"}"#
        ),
        (
            "fake-canary", "none", "the variable FLOWCTL_CREDENTIAL_A is no JSON, and no type says what the text is",
            #"write it as {"type": "bearer", "token": "…"}"#
        ),
        (
            #"{"type": "baerer", "token": "fake-canary"}"#, "none",
            "the variable FLOWCTL_CREDENTIAL_A has the type \"baerer\", which does not exist",
            "did you mean \"bearer\"?"
        ),
        (
            #"{"tokn": "fake-canary"}"#, "bearer",
            "the variable FLOWCTL_CREDENTIAL_A has no \"token\", which the type bearer needs",
            #"give it as {"token": "…"}"#
        ),
        (
            #"{"token": "fake-canary", "tocken": "fake-canary"}"#, "bearer",
            "the variable FLOWCTL_CREDENTIAL_A has the field \"tocken\", which the type bearer does not know",
            "did you mean \"token\"?"
        ),
        (
            #"{"token": "fake-canary", "hosts": "example.com"}"#, "bearer",
            "the variable FLOWCTL_CREDENTIAL_A has \"hosts\" that are no hosts",
            #"write them as ["api.example.com", "https://example.com:8443"]"#
        ),
    ])
    func aVariableThatIsNoCredentialIsNamed(text: String, type: String, message: String, hint: String) async {
        let problem = Failure(.auth, message, hint: hint, code: "environment_credential")
        await #expect(throws: problem) {
            try await resolver(["FLOWCTL_CREDENTIAL_A": text])
                .credential(named: "a", defaultType: CredentialTypes.shared(named: type))
        }
    }

    @Test func twoNamesForOneVariableAreAnError() async throws {
        let resolver = resolver(["FLOWCTL_CREDENTIAL_A_B": "fake"])
        _ = try await resolver.credential(named: "a-b", defaultType: bearer)
        _ = try await resolver.credential(named: "a-b", defaultType: bearer)
        await #expect(
            throws: Failure(
                .invalid, "the credentials \"a-b\" and \"a_b\" both stand for the variable FLOWCTL_CREDENTIAL_A_B",
                hint: "rename one of them, or unset the variable", code: "credential_collision")
        ) { try await resolver.credential(named: "a_b", defaultType: bearer) }
    }

    @Test func theVaultIsOpenedOnceForAll() async throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.full("a"), VaultFixture.bearer("b")])
        let openings = Mutex(0)
        let resolver = resolver { [fixture] in
            openings.withLock { $0 += 1 }
            return try fixture.open()
        }
        #expect(await resolver.names() == [])
        async let first = resolver.credential(named: "a", defaultType: nil)
        async let second = resolver.credential(named: "b", defaultType: nil)
        let (a, b) = (try await first, try await second)
        #expect(try await resolver.credential(named: "none", defaultType: nil) == nil)
        #expect(openings.withLock { $0 } == 1)
        #expect(a?.source == .vault)
        #expect(a?.origins == VaultFixture.full("a").origins)
        #expect(a?.fields["access_token"] == "fake-access-canary")
        #expect(a?.fields["refresh_token"] == nil)
        #expect(b?.fields["token"] == "fake-token-canary")
        #expect(masker.mask("fake-refresh-canary fake-token-canary") == "*** ***")
        #expect(await resolver.names() == ["a", "b"])
    }

    @Test func aVaultThatDoesNotOpenIsAskedOnce() async throws {
        let openings = Mutex(0)
        let problem = Failure(.auth, "the passphrase does not open the vault", code: "wrong_key")
        let resolver = resolver {
            openings.withLock { $0 += 1 }
            throw problem
        }
        for _ in 0..<2 {
            await #expect(throws: problem) { try await resolver.credential(named: "a", defaultType: nil) }
        }
        #expect(openings.withLock { $0 } == 1)
        #expect(await resolver.names() == [])
    }

    @Test func withoutAVaultThereIsNone() async throws {
        let resolver = resolver(["FLOWCTL_CREDENTIAL_B_C": "x", "OTHER": "y"]) { nil }
        #expect(try await resolver.credential(named: "a", defaultType: nil) == nil)
        #expect(await resolver.names() == ["b_c"])
        #expect(try await resolver.sealer() == nil)
    }

    @Test func aRefusedCredentialIsNotUsed() async throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        try vault.update("a", to: VaultFixture.bearer("a"), isValid: false)
        await #expect(
            throws: Failure(
                .auth, "the credential \"a\" is no longer valid: the service has refused it",
                hint: "give it the new secret: flowctl credentials edit a", code: "credential_invalid")
        ) { try await resolver { vault }.credential(named: "a", defaultType: nil) }
    }

    @Test func sharedTypesKnowTheirSecrets() throws {
        #expect(
            CredentialTypes.shared.map(\.name)
                == [
                    "bearer", "api_key", "basic", "header", "query", "oauth2", "aws", "service_account", "postgres",
                    "mysql", "mongodb", "smtp", "imap", "webhook", "custom",
                ])
        #expect(bearer?.soleSecretField?.name == "token")
        #expect(CredentialTypes.shared(named: "oauth2")?.soleSecretField == nil)
        let custom = try #require(CredentialTypes.shared(named: "custom"))
        let fields = try custom.checked(ValueMap([("any", "x"), ("base_url", "http://h")]), source: "it")
        #expect(fields["any"]?.containsSecret == true)
        #expect(fields["base_url"]?.containsSecret == false)
        let routed = try #require(bearer).checked(
            ValueMap([("token", "not-a-real-token"), ("proxy", "http://p"), ("ca_file", "/c")]), source: "it")
        #expect(routed["proxy"]?.containsSecret == true)
        #expect(routed["ca_file"]?.containsSecret == false)
    }
}

/// The shared types, and those of a test.
private final class GivenTypes: CredentialTypeSource {
    /// How often all of them were asked for.
    let listings = Atomic(0)
    private let all: [CredentialType]

    init(_ types: [CredentialType]) { all = CredentialTypes.shared + types }

    func type(named name: String) -> CredentialType? { all.first { $0.name == name } }

    var typeNames: [String] {
        listings.add(1, ordering: .relaxed)
        return all.map(\.name)
    }
}
