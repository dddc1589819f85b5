import FlowCore
import FlowTestKit
import Testing

/// Slack and GitHub through the vault against a local server, and where the tokens are not.
@Suite(.serialized) struct AppTests {
    private static let slackToken = "xoxb-fake-app-0123456789"
    private static let gitHubToken = "ghp_fakeapp0123456789"

    private static func server() throws -> FaultServer {
        try FaultServer { request in
            switch request.path {
            case "/chat.postMessage":
                .json(["ok": true, "channel": "C1", "ts": "1503435956.000247", "message": ["text": "hi"]])
            case "/repos/acme/shop/issues": .json(["number": 7, "title": "It broke"], status: 201)
            default: .status(404)
            }
        }
    }

    private func machine(_ server: FaultServer) async throws -> Machine {
        let machine = try Machine([
            "both.yaml": """
            name: both
            steps:
              - id: message
                uses: slack.send_message
                credential: team
                with: { channel: C1, text: "build ${{ 40 + 2 }} broke" }
              - id: issue
                uses: github.create_issue
                with:
                  repo: acme/shop
                  title: It broke
                  body: "see ${{ steps.message.output.ts }}"
                  labels: [bug]
            outputs: { number: "${{ steps.issue.output.number }}" }
            """
        ])
        try await machine.makeVault(
            [("team", "slack_bot", AppTests.slackToken), ("github", "github_token", AppTests.gitHubToken)],
            for: server.url)
        return machine
    }

    @Test func aMessageAndAnIssueThroughTheVault() async throws {
        let server = try AppTests.server()
        let machine = try await machine(server)
        let result = try await machine.run("flowctl run both.yaml --verbose --base-url \(server.url)")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output == "number: 7\n")

        let requests = server.requests
        try #require(requests.count == 2)
        #expect(requests[0].method == "POST")
        #expect(requests[0].target == "/chat.postMessage")
        #expect(requests[0].headers["authorization"] == "Bearer \(AppTests.slackToken)")
        #expect(requests[0].headers["content-type"] == "application/json; charset=utf-8")
        #expect(requests[0].headers["user-agent"]?.hasPrefix("flowctl/") == true)
        #expect(requests[0].json == ["channel": "C1", "text": "build 42 broke"])
        #expect(requests[1].method == "POST")
        #expect(requests[1].target == "/repos/acme/shop/issues")
        #expect(requests[1].headers["authorization"] == "Bearer \(AppTests.gitHubToken)")
        #expect(requests[1].headers["accept"] == "application/vnd.github+json")
        #expect(requests[1].headers["x-github-api-version"] == "2022-11-28")
        #expect(requests[1].json == ["title": "It broke", "body": "see 1503435956.000247", "labels": ["bug"]])

        _ = try await machine.run("flowctl runs logs latest && flowctl runs show latest --output json")
        for token in [AppTests.slackToken, AppTests.gitHubToken] { try machine.expectNoTrace(of: token) }
    }

    @Test func oneNodeWithoutAWorkflow() async throws {
        let server = try AppTests.server()
        let machine = try await machine(server)
        let result = try await machine.run(
            "flowctl nodes run slack.send_message --credential team channel=C1 text=hi --base-url \(server.url)")
        #expect(
            result.output
                == "{\"channel\":\"C1\",\"ts\":\"1503435956.000247\",\"message\":{\"text\":\"hi\"}}\n")
        #expect(result.errors == "")
        #expect(result.exit == 0)
        #expect(server.requests.map(\.json) == [["channel": "C1", "text": "hi"]])
        #expect(try await machine.run("flowctl runs list").errors == "no runs yet\n")
        try machine.expectNoTrace(of: AppTests.slackToken)
    }

    @Test func aDryRunSendsNothingAndMasks() async throws {
        let server = try AppTests.server()
        let machine = try await machine(server)
        let result = try await machine.run("flowctl run both.yaml --dry-run --base-url \(server.url)")
        #expect(
            result.output.contains(
                """
                  message  slack.send_message
                      POST \(server.url)/chat.postMessage
                      Content-Type: application/json; charset=utf-8
                      Authorization: ***

                      {
                        "channel": "C1",
                        "text": "build 42 broke"
                      }

                """), "\(result.output)")
        #expect(result.output.contains("\"body\": \"see ‹steps.message.output.ts›\""))
        #expect(result.exit == 0)
        #expect(server.connectionCount == 0)
        #expect(try await machine.run("flowctl runs list").errors == "no runs yet\n")
        for token in [AppTests.slackToken, AppTests.gitHubToken] { try machine.expectNoTrace(of: token) }
    }

    @Test func aBaseAddressForOneConnectorIsForThatOneOnly() async throws {
        let slack = try AppTests.server()
        let gitHub = try AppTests.server()
        let machine = try await machine(slack)
        let result = try await machine.run("flowctl run both.yaml --dry-run --base-url slack=\(slack.url)")
        #expect(result.output.contains("POST \(slack.url)/chat.postMessage\n"), "\(result.output)")
        #expect(result.output.contains("POST https://api.github.com/repos/acme/shop/issues\n"), "\(result.output)")
        #expect(gitHub.connectionCount == 0)
    }

    @Test func anEchoedTokenIsMaskedEverywhere() async throws {
        let server = try FaultServer { request in
            let said = request.headers["authorization"] ?? ""
            return .json(["ok": false, "error": "invalid_auth", "said": .string(said)], status: 401)
        }
        let machine = try await machine(server)
        let result = try await machine.run("flowctl run both.yaml --verbose --output json --base-url \(server.url)")
        #expect(result.exit == 4, "\(result.errors)")
        #expect(result.errors.contains("✗ run"))
        try machine.expectNoTrace(of: AppTests.slackToken)
    }

    @Test func aCredentialGoesToItsOwnHostsOnly() async throws {
        let server = try AppTests.server()
        let other = try AppTests.server()
        let machine = try await machine(server)
        let result = try await machine.run(
            "flowctl nodes run slack.send_message --credential team channel=C1 text=hi --base-url \(other.url)")
        #expect(
            result.errors.hasPrefix("error: credential \"team\" of type slack_bot was not made for \(other.url)\n"),
            "\(result.errors)")
        #expect(result.exit != 0)
        #expect(other.connectionCount == 0)
    }

    @Test func withoutAVaultTheEnvironmentServes() async throws {
        let server = try AppTests.server()
        let machine = try Machine()
        let credential =
            "{\"type\":\"slack_bot\",\"bot_token\":\"\(AppTests.slackToken)\",\"hosts\":[\"\(server.url)\"]}"
        let result = try await machine.run(
            "flowctl nodes run slack.send_message --credential ci-bot channel=C1 text=hi --base-url \(server.url)",
            variables: ["FLOWCTL_CREDENTIAL_CI_BOT": credential])
        #expect(result.exit == 0, "\(result.errors)")
        #expect(server.requests.first?.headers["authorization"] == "Bearer \(AppTests.slackToken)")
        #expect(!Folder.exists(machine.vault))
        try machine.expectNoTrace(of: AppTests.slackToken)
    }

    @Test func theBareSecretInTheEnvironmentServesTheAppsOwnHost() async throws {
        let machine = try Machine()
        let result = try await machine.run(
            "flowctl nodes run slack.send_message --dry-run channel=C1 text=hi",
            variables: ["FLOWCTL_CREDENTIAL_SLACK": AppTests.slackToken])
        #expect(result.output.contains("POST https://slack.com/api/chat.postMessage\n"), "\(result.errors)")
        #expect(result.output.contains("Authorization: ***\n"))
        #expect(result.exit == 0)
        try machine.expectNoTrace(of: AppTests.slackToken)
    }

    @Test func linksAreFollowedToTheLastPage() async throws {
        let server = try FaultServer { request in
            let page = request.target.firstMatch(of: /[?&]page=(\d)/).map { String($0.1) } ?? "1"
            let next =
                "http://\(request.headers["host"] ?? "")/repositories/1/issues?per_page=100&page=\((Int(page) ?? 0) + 1)"
            return .json(
                [["number": .int(Int64(page) ?? 0)]],
                headers: page == "3" ? [] : [("Link", "<\(next)>; rel=\"next\", <\(next)>; rel=\"last\"")])
        }
        let machine = try await machine(server)
        let result = try await machine.run(
            "flowctl nodes run github.list_issues repo=acme/shop --base-url \(server.url)")
        #expect(result.output == "[{\"number\":1},{\"number\":2},{\"number\":3}]\n", "\(result.errors)")
        #expect(result.exit == 0)
        #expect(server.requests.count == 3)
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(AppTests.gitHubToken)" })
    }

    @Test func cursorsAreFollowedAndItemsStreamIntoALoop() async throws {
        let server = try FaultServer { request in
            if request.path == "/chat.postMessage" {
                return .json(["ok": true, "channel": "C1", "ts": "1.1", "message": [:]])
            }
            let cursor = request.target.firstMatch(of: /[?&]cursor=([a-z0-9]+)/).map { String($0.1) }
            let channels: [Value] = cursor == nil ? [["id": "C1"], ["id": "C2"]] : [["id": "C3"]]
            return .json([
                "ok": true, "channels": .list(channels),
                "response_metadata": ["next_cursor": cursor == nil ? "second" : ""],
            ])
        }
        let machine = try await machine(server)
        try machine.write(
            """
            name: all
            steps:
              - { id: channels, uses: slack.list_channels, credential: team }
              - id: tell
                for_each: ${{ steps.channels.output }}
                as: channel
                max_parallel: 1
                uses: slack.send_message
                credential: team
                with: { channel: "${{ channel.id }}", text: hi }
            outputs: { count: "${{ steps.tell.items.size() }}" }
            """, to: "all.yaml")
        let result = try await machine.run("flowctl run all.yaml --base-url \(server.url)")
        #expect(result.output == "count: 3\n", "\(result.errors)")
        #expect(result.exit == 0)
        let told = server.requests.filter { $0.method == "POST" }.compactMap {
            $0.json?.mapValue?["channel"]?.stringValue
        }
        #expect(told == ["C1", "C2", "C3"])
        #expect(server.requests.count == 5)
    }

    @Test func slacksRateLimitIsWaitedFor() async throws {
        let times = Times()
        let server = try FaultServer { _ in
            times.add(.now) == 1
                ? .json(["ok": false, "error": "ratelimited"], status: 429, headers: [("Retry-After", "1")])
                : .json(["ok": true, "channel": "C1", "ts": "1.1", "message": [:]])
        }
        let machine = try await machine(server)
        let result = try await machine.run(
            "flowctl nodes run slack.send_message --credential team channel=C1 text=hi --base-url \(server.url)")
        #expect(result.exit == 0, "\(result.errors)")
        let all = times.all
        try #require(all.count == 2)
        #expect(all[1] - all[0] >= .seconds(1))
    }
}
