import FlowCore
import FlowTestKit
import Testing

/// `credentials test`, `doctor`, `usage` and `list` against a server, by the binary.
@Suite struct CredentialHealthTests {
    private static let gitHubToken = "ghp_fakehealth0123456789"
    private static let slackToken = "xoxb-fake-health-0123456789"
    private static let oldToken = "ghp_fakeold0123456789"

    /// GitHub and Slack by the paths of both; the token of GitHub ends in nine days.
    private static func server(ending: String) throws -> FaultServer {
        try FaultServer { request in
            let token = request.headers["authorization"] ?? ""
            if token.contains(oldToken) { return .json(["message": "Bad credentials"], status: 401) }
            return switch request.path {
            case "/user":
                .json(
                    ["login": "octocat", "id": 1],
                    headers: [
                        ("X-OAuth-Scopes", "repo, gist"), ("GitHub-Authentication-Token-Expiration", ending),
                    ])
            case "/auth.test":
                .json(
                    ["ok": true, "user": "ada", "team": "Acme", "user_id": "U1", "url": "https://acme.slack.com/"],
                    headers: [("x-oauth-scopes", "chat:write,files:write")])
            default: .status(404)
            }
        }
    }

    /// Days from now, as GitHub writes it.
    private func day(_ days: Int) async throws -> (header: String, date: String) {
        let machine = try Machine()
        let shown = try await machine.run("date -u -d '+\(days) days' '+%Y-%m-%d %H:%M:%S UTC'")
        let header = shown.output.replacing("\n", with: "")
        return (header, String(header.prefix(10)))
    }

    private func machine(_ server: FaultServer, old: Bool = false) async throws -> Machine {
        let machine = try Machine()
        var credentials = [
            ("hub", "github_token", CredentialHealthTests.gitHubToken),
            ("team", "slack_bot", CredentialHealthTests.slackToken),
            ("plain", "bearer", "fake-plain-0123456789"),
        ]
        if old { credentials.append(("old", "github_token", CredentialHealthTests.oldToken)) }
        try await machine.makeVault(credentials, for: server.url)
        return machine
    }

    @Test func aTestSaysWhoseItIsAndWhatItMayDo() async throws {
        let (header, date) = try await day(40)
        let server = try CredentialHealthTests.server(ending: header)
        let machine = try await machine(server, old: true)
        let hub = try await machine.run("flowctl credentials test hub --base-url \(server.url)")
        #expect(
            hub.output == """
                ✓ hub works: octocat
                    scopes: gist, repo
                    ends in 39 days, on \(date)

                """, "\(hub.errors)")
        #expect(hub.exit == 0)
        let team = try await machine.run("flowctl credentials test team --base-url \(server.url) --output json")
        let value = try JSON.parse(team.output)
        #expect(value["who"] == "ada of Acme")
        #expect(value["scopes"] == ["chat:write", "files:write"])
        #expect(value["state"] == "works")
        #expect(value["expires_at"] == .null)
        let old = try await machine.run("flowctl credentials test old --base-url \(server.url)")
        #expect(
            old.output == """
                ✗ old 127.0.0.1 answered 401 Unauthorized: Bad credentials
                    hint: The token is wrong, revoked or expired; add the credential again with a new one.

                """)
        #expect(old.exit == 4)
        let plain = try await machine.run("flowctl credentials test plain")
        #expect(plain.output == "- plain not checked: nothing says how to ask about the type bearer\n")
        #expect(plain.exit == 1)
        #expect(try await machine.run("flowctl credentials test --all --base-url \(server.url)").exit == 4)
        for token in [CredentialHealthTests.gitHubToken, CredentialHealthTests.oldToken] {
            try machine.expectNoTrace(of: token)
        }
    }

    @Test func theDoctorForetellsWhatStopsWorking() async throws {
        let (header, date) = try await day(10)
        let server = try CredentialHealthTests.server(ending: header)
        let machine = try await machine(server, old: true)
        let soon = try await day(4).date
        _ = try await machine.run(
            "flowctl credentials edit plain --expires \(soon) && "
                + "echo fake-gone-000 | flowctl credentials add gone --type bearer --from - --expires 2020-01-31")
        let found = try await machine.run("flowctl credentials doctor --base-url \(server.url)")
        #expect(
            found.output == """
                ✗ gone has ended on 2020-01-31
                    hint: put a new secret in: flowctl credentials edit gone
                ✗ old 127.0.0.1 answered 401 Unauthorized: Bad credentials
                    hint: The token is wrong, revoked or expired; add the credential again with a new one.
                ! plain not checked: nothing says how to ask about the type bearer
                    ends in 3 days, on \(soon)
                ! hub works: octocat
                    scopes: gist, repo
                    ends in 9 days, on \(date)
                ✓ team works: ada of Acme
                    scopes: chat:write, files:write

                """)
        #expect(found.errors == "2 do not work, 2 stop working within 14 days\n")
        #expect(found.exit == 4)
        let quiet = try await machine.run("flowctl credentials doctor --quiet --within 5d --base-url \(server.url)")
        #expect(quiet.output.contains("plain") && !quiet.output.contains("hub") && !quiet.output.contains("team"))
        let invalid = try await machine.run("flowctl credentials list --invalid")
        #expect(invalid.output.contains("gone") && !invalid.output.contains("plain"))
        #expect(invalid.output.contains("2020-01-31"))
    }

    @Test func whatCanNotBeAskedIsNotCalledBroken() async throws {
        let server = try CredentialHealthTests.server(ending: "never")
        let machine = try await machine(server)
        _ = try await machine.run("flowctl credentials allow hub --host http://127.0.0.1:9")
        let away = try await machine.run("flowctl credentials test hub --base-url http://127.0.0.1:9")
        #expect(away.output.hasPrefix("? hub couldn't be asked: "), "\(away.output)")
        #expect(away.exit == 1)
        let offline = try await machine.run("flowctl credentials doctor --offline")
        #expect(offline.output.contains("- hub not checked: no service is asked with --offline\n"))
        #expect(offline.errors == "none of 3 is known to stop working within 14 days\n")
        #expect(offline.exit == 0)
        #expect(server.connectionCount == 0)
        let odd = try await machine.run("flowctl credentials test hub --base-url \(server.url)")
        #expect(odd.output == "✓ hub works: octocat\n    scopes: gist, repo\n", "\(odd.output)")
        let wrong = try await machine.run("flowctl credentials doctor --within soon")
        #expect(wrong.errors == "error: \"soon\" is no length of time\n  hint: write it as 14d or 36h\n")
        #expect(wrong.exit == 2)
        let none = try await machine.run("flowctl credentials test")
        #expect(none.errors == "error: nothing says which credential to test\n  hint: name one, or give --all\n")
    }

    /// Elsewhere a refusal advises this very test.
    @Test func aRefusedTestAdvisesWhatRepairsIt() async throws {
        let server = try CredentialHealthTests.server(ending: "never")
        let machine = try Machine([
            "connectors/acme.yaml": """
            connector: acme
            title: Acme
            summary: An API of tests.
            base: \(server.url)
            auth:
              acme_token:
                type: bearer
                fields: { token: { secret: true, help: The token. } }
                test: { operation: get_me }
            operations:
              get_me: { summary: Who am I., effect: read, request: GET /user }

            """
        ])
        try await machine.makeVault([("acme", "acme_token", CredentialHealthTests.oldToken)], for: server.url)
        let refused = try await machine.run("flowctl credentials test acme")
        #expect(
            refused.output == """
                ✗ acme 127.0.0.1 answered 401 Unauthorized
                    hint: put a new secret in: flowctl credentials edit acme

                """, "\(refused.errors)")
        #expect(refused.exit == 4)
    }

    @Test func usageSaysWhereAndWhen() async throws {
        let server = try CredentialHealthTests.server(ending: "never")
        let machine = try await machine(server)
        try machine.write(
            "name: a\nsteps:\n  - uses: github.get_user\n    credential: hub\n  - uses: slack.auth_test\n",
            to: "flows/a.yaml")
        try machine.write(
            "name: b\nsteps:\n  - run: \"true\"\n    env: { T: \"${{ secrets.plain }}\" }\n", to: "flows/b.yaml")
        try machine.write("steps: 3\n", to: "flows/c.yaml")
        try machine.write("kind: other\n", to: "flows/d.yaml")
        let before = try await machine.run("flowctl credentials usage --output json")
        #expect(try JSON.parse(before.output).listValue?.map { $0["last_used"] } == [.null, .null, .null, .null])
        let ran = try await machine.run(
            "FLOWCTL_CREDENTIAL_SLACK=xoxb-fake-000 flowctl run flows/a.yaml --base-url \(server.url); "
                + "flowctl run flows/b.yaml")
        #expect(ran.errors.contains("✓ run"), "\(ran.errors)")
        let usage = try await machine.run("flowctl credentials usage")
        let lines = usage.output.split(separator: "\n").map {
            $0.replacing(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, with: "TIME")
        }
        #expect(lines.count == 5)
        #expect(lines[1].wholeMatch(of: /hub +TIME +flows\/a.yaml:4/) != nil, "\(usage.output)")
        #expect(lines[2].wholeMatch(of: /plain +TIME +flows\/b.yaml \(secrets\)/) != nil, "\(usage.output)")
        #expect(lines[3].wholeMatch(of: /slack +TIME +missing, for flows\/a.yaml:5/) != nil, "\(usage.output)")
        #expect(lines[4].wholeMatch(of: /team +not used here/) != nil, "\(usage.output)")
        #expect(usage.errors == "note: flows/c.yaml is left out: \"flowctl validate flows/c.yaml\" says why\n")
        let list = try await machine.run("flowctl credentials list --type github_token --output json")
        let hub = try #require(try JSON.parse(list.output).listValue?.first)
        #expect(hub["last_used"]?.stringValue?.hasPrefix("20") == true)
        let nothing = try await machine.run("flowctl credentials list --service nothing")
        #expect(nothing.errors == "no such credentials\n")
        let unknown = try await machine.run("flowctl credentials usage huub")
        #expect(
            unknown.errors
                == "error: nothing uses a credential \"huub\", and there is none\n  hint: did you mean \"hub\"?\n")
    }
}
