import FlowCore
import FlowSpec
import FlowVault
import Testing

/// Fields as a person gives them, and changes of those stored.
@Suite struct CredentialFieldsTests {
    private func type(_ name: String) throws -> CredentialType { try #require(CredentialTypes.shared(named: name)) }

    private func refusal(_ name: String, _ given: ValueMap) throws -> String? {
        do {
            _ = try type(name).entered(given, source: "the credential \"x\"")
            return nil
        } catch let error as Failure {
            return "\(error.message) | \(error.hint ?? "")"
        }
    }

    @Test func fieldsAreCleanedAndMarked() throws {
        let fields = try type("smtp").entered(
            ValueMap([
                ("host", " mail.example.com\n"), ("port", 2525), ("username", "ada"), ("password", " fake word "),
                ("from", ""), ("expires", "2030-01-31"),
            ]), source: "the credential \"x\"")
        #expect(fields["host"] == "mail.example.com")
        #expect(fields["port"] == "2525")
        #expect(fields["password"] == .secret(" fake word "))
        #expect(fields["from"] == nil)
        let whole = try type("smtp").checked(fields, source: "the credential \"x\"")
        #expect(whole["connections"] == "4")
        #expect(whole["expires"] == "2030-01-31")
    }

    @Test func whatIsWrongIsSaidWithoutTheValue() throws {
        #expect(
            try refusal("bearer", ValueMap([("token", "Bearer fake-secret-000")]))
                == "the field \"token\" of the credential \"x\" has \"Bearer\" in front of it"
                + " | give the token alone; flowctl adds the rest")
        #expect(
            try refusal("smtp", ValueMap([("port", true)]))
                == "the field \"port\" of the credential \"x\" must be text, not a bool | port: Its port; else 587, or 465 with tls"
        )
        #expect(
            try refusal("smtp", ValueMap([("pasword", "fake")]))
                == "the credential \"x\" has the field \"pasword\", which the type smtp does not know"
                + " | did you mean \"password\"?")
    }

    @Test func customFieldsHaveAnyShapeAndAreSecret() throws {
        let fields = try type("custom").entered(
            ValueMap([("door", .map(ValueMap([("code", 1)]))), ("name", "x y")]), source: "the credential \"x\"")
        #expect(fields["door"]?.containsSecret == true)
        #expect(fields["name"] == .secret("x y"))
    }

    @Test func anEditKeepsWhatAnotherProcessHasRenewed() throws {
        let fixture = VaultFixture()
        let vault = try fixture.create()
        try vault.add(VaultFixture.oauth("work"))
        let seen = try vault.show("work")
        var renewed = seen.record
        renewed.fields["access_token"] = .secret("fake-access-renewed")
        try vault.update("work", to: renewed)
        try vault.edit("work") { $0.fields["client_id"] = "client-2" }
        let found = try fixture.open().show("work")
        #expect(found.fields["access_token"] == .secret("fake-access-renewed"))
        #expect(found.fields["refresh_token"] == .secret("fake-refresh-canary"))
        #expect(found.fields["client_id"] == "client-2")
    }

    @Test func onlyANewSecretMakesARefusedCredentialValid() throws {
        let fixture = VaultFixture()
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("api"))
        try vault.update("api", to: VaultFixture.bearer("api"), isValid: false)
        try vault.edit("api") { $0.fields["expires"] = "2030-01-31" }
        #expect(try !vault.show("api").info.isValid)
        try vault.edit("api", isValid: true) { $0.fields["token"] = .secret("fake-token-111") }
        #expect(try vault.show("api").info.isValid)
    }

    @Test func anEditThatFailsChangesNothing() throws {
        let fixture = VaultFixture()
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("api"))
        #expect(throws: Failure.self) {
            try vault.edit("api") { record in
                record.fields["token"] = .secret("fake-token-111")
                throw Failure(.invalid, "no")
            }
        }
        #expect(try vault.show("api").fields["token"] == .secret("fake-token-canary"))
        #expect(throws: Failure.self) { try vault.edit("none") { _ in } }
    }

    @Test func aListKnowsWhenCredentialsEnd() throws {
        let fixture = VaultFixture()
        let vault = try fixture.create()
        var ending = VaultFixture.bearer("ending")
        ending.fields["expires"] = "2030-01-31"
        // The name alone, as a value, is no end.
        var other = VaultFixture.bearer("other")
        other.fields["note"] = "expires"
        try vault.add([ending, other])
        let end = Timestamp(rfc3339: "2030-01-31T00:00:00Z")
        #expect(try vault.list().map(\.expiresAt) == [end, nil])
        #expect(try vault.show("ending").info.expiresAt == end)
    }
}
