import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// What a connector says of the form of its credentials, and of how they are tested.
@Suite struct CredentialProbeTests {
    private static let me = "  me: { summary: Say who asks., effect: read, request: GET me }"

    private func identity(_ test: String, headers: [(String, String)] = [], body: String = "{}") async throws
        -> CredentialIdentity?
    {
        let connector = try TestConnector(
            CredentialProbeTests.me, head: "auth:\n  acme_token: { type: bearer, test: \(test) }\n")
        let reply = HTTPResponse(
            status: 200, headers: HTTPHeaders([("Content-Type", "application/json")] + headers),
            body: .bytes(Array(body.utf8)), url: "https://api.acme.test/v1/me")
        let context = NodeContext(world: .test(http: ReplyingClient([reply])), credential: TestConnector.token)
        return try await connector.connector.identity(in: context)
    }

    @Test func theAnswerSaysWhoseItIs() async throws {
        let found = try await identity(
            "{ operation: me, who: \"${{ body.name }}\", scopes: \"${{ headers['x-scopes'] }}\", expires: \"${{ body.ends }}\" }",
            headers: [("X-Scopes", "write, read")], body: "{\"name\": \"ada\", \"ends\": 1893456000}")
        #expect(
            found
                == CredentialIdentity(
                    who: "ada", scopes: ["read", "write"], expiresAt: Timestamp(seconds: 1_893_456_000)))
    }

    @Test(arguments: [
        ("2030-01-31T09:00:00Z", "2030-01-31T09:00:00Z"), ("2030-01-31 09:00:00 UTC", "2030-01-31T09:00:00Z"),
        ("2030-01-31 09:00:00 +0200", "2030-01-31T07:00:00Z"), ("2030-01-31", "2030-01-31T00:00:00Z"), ("never", nil),
    ]) func timesAreReadAsServicesWriteThem(text: String, time: String?) async throws {
        let found = try await identity(
            "{ operation: me, expires: \"${{ headers['x-end'] }}\" }", headers: [("X-End", text)])
        #expect(found?.expiresAt?.rfc3339 == time)
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "1e300"])
    func aTimeThatNoCalendarHasIsNone(number: String) async throws {
        let found = try await identity(
            "{ operation: me, who: \"${{ body.name }}\", expires: \"${{ body.ends }}\" }",
            body: "{\"name\": \"ada\", \"ends\": \(number)}")
        #expect(found == CredentialIdentity(who: "ada", scopes: nil, expiresAt: nil))
    }

    @Test func whatTheAnswerLacksIsLeftOpen() async throws {
        let found = try await identity(
            "{ operation: me, who: \"${{ body.name }}\", scopes: \"${{ headers['x-scopes'] }}\", expires: \"${{ body.ends }}\" }"
        )
        #expect(found == CredentialIdentity())
        let listed = try await identity(
            "{ operation: me, scopes: \"${{ body.may }}\" }", body: "{\"may\": [\"b\", \"a\"]}")
        #expect(listed?.scopes == ["a", "b"])
        #expect(try await identity("me") == CredentialIdentity())
    }

    @Test func fieldsSayWhatTheyLookLike() throws {
        let connector = try TestConnector(
            CredentialProbeTests.me,
            head: """
                auth:
                  acme_token:
                    type: bearer
                    console: https://acme.test/tokens
                    fields:
                      token: { secret: true, starts_with: [acme_], mistaken_for: { acme-app-: the id of an app } }
                      site: { form: host }
                      plan: { one_of: [free, paid], required: false }
                """)
        let type = try #require(connector.connector.credentialTypes.first)
        #expect(type.console == "https://acme.test/tokens")
        #expect(
            type.fields.prefix(3).map(\.form) == [
                FieldForm(.token, prefixes: ["acme_"], mistakes: [.init("acme-app-", "the id of an app")]),
                FieldForm(.host), FieldForm(.text, choices: ["free", "paid"]),
            ])
    }

    @Test(arguments: [
        ("auth: { t: { type: bearer, test: { who: x } } }", "\"operation\" is missing in \"test\""),
        ("auth: { t: { type: bearer, test: { operation: me, whom: x } } }", "unknown key \"whom\" in \"test\""),
        ("auth: { t: { type: bearer, test: nobody } }", "there is no operation \"nobody\" to test \"t\" with"),
        (
            "auth: { t: { type: bearer, test: send } }",
            "\"send\" can't test \"t\": it is more than one request that only reads"
        ),
        (
            "auth: { t: { type: bearer, fields: { token: { secret: true, form: tocken } } } }",
            "\"tocken\" is not a value of \"form\""
        ),
        (
            "auth: { t: { type: bearer, fields: { token: { secret: true, start_with: [a] } } } }",
            "unknown key \"start_with\" in the field \"token\""
        ),
    ]) func mistakesAreTold(head: String, message: String) {
        do {
            _ = try TestConnector(
                CredentialProbeTests.me + "\n  send: { summary: Send it., effect: write, request: POST me }", head: head
            )
            Issue.record("nothing is wrong with it")
        } catch {
            #expect((error as? Diagnostic)?.message == message)
        }
    }
}
