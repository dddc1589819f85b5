import FlowCore
import FlowTestKit
import Testing

/// Templates across apps run as they are, without an account.
@Suite struct TemplateTests {
    private static let pull = #"{"action":"opened","pull_request":{"number":12}}"#
    private static let payment = #"{"type":"payment_intent.succeeded","data":{"object":{"id":"pi_3Mocked"}}}"#

    @Test(arguments: [
        ("project-kickoff", ""), ("provision-user", ""), ("deprovision-user", ""), ("pull-request-to-slack", ""),
        ("pull-request-to-slack", "--event pull.json"), ("sheet-report", ""), ("dropbox-to-s3", ""),
        ("telegram-auto-reply", ""), ("stripe-to-sheet", ""), ("stripe-to-sheet", "--event payment.json"),
        ("jira-to-linear", ""), ("database-dump-to-s3", "-i command=echo"), ("zulip-thread-to-notion", ""),
    ])
    func runsAgainstMocks(template: String, options: String) async throws {
        let machine = try Machine(["pull.json": Self.pull, "payment.json": Self.payment])
        let made = try await machine.run("flowctl new \(template) flow.yaml")
        try #require(made.exit == 0, "\(made.errors)")
        let result = try await machine.run("flowctl run flow.yaml --mock \(options)")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(!result.errors.contains("refuses"), "\(result.errors)")
    }

    /// What is made stays, as a run that is taken up counts on it.
    @Test func aKickoffThatFailsGoesOnWhereItStopped() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl new project-kickoff flow.yaml")
        let failed = try await machine.run(
            "sed -i 's/^  - id: channel$/  - run: test -e mended\\n\\n&/' flow.yaml && flowctl run flow.yaml --mock -v")
        #expect(failed.exit == 1)
        #expect(failed.errors.contains("✓ share"), "\(failed.errors)")
        #expect(!failed.errors.contains("DELETE "), "\(failed.errors)")
        let resumed = try await machine.run("touch mended && flowctl resume latest -v")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("✓ project  succeeded before"), "\(resumed.errors)")
        #expect(resumed.errors.contains("✓ channel  zulip.create_stream"), "\(resumed.errors)")
    }

    @Test func theDumpIsThereForARunThatIsTakenUp() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl new database-dump-to-s3 flow.yaml")
        let failed = try await machine.run(
            "sed -i 's/^  - id: keep$/  - run: test -e mended\\n\\n&/' flow.yaml "
                + "&& flowctl run flow.yaml --mock -i command=echo")
        #expect(failed.exit == 1)
        #expect(machine.read("shop.dump") == "shop\n")
        let resumed = try await machine.run("touch mended && flowctl resume latest; echo $?; ls shop.dump")
        #expect(resumed.output == "0\n", "\(resumed.errors)")
    }

    /// https://docs.stripe.com/currencies
    @Test(arguments: [
        ("eur", 2050, "20.5", "20.50"), ("jpy", 500, "500.0", "500"), ("kwd", 5120, "5.12", "5.120"),
        ("isk", 500, "5.0", "5.00"),
    ])
    func aPaymentIsWrittenInItsCurrency(currency: String, amount: Int64, cell: String, text: String) async throws {
        let server = try FaultServer { request in
            switch request.path {
            case let path where path.contains("payment_intents"):
                .json([
                    "id": "pi_1", "object": "payment_intent", "amount": .int(amount), "currency": .string(currency),
                    "status": "succeeded",
                ])
            case let path where path.contains("append"): .json(["updates": ["updatedRange": "Payments!A2:C2"]])
            default: .json(["ok": true, "channel": "C1", "ts": "1503435956.000247", "message": ["text": "Paid"]])
            }
        }
        let machine = try Machine(variables: [
            "FLOWCTL_CREDENTIAL_STRIPE":
                #"{"type": "stripe_key", "api_key": "sk_test_fake000", "hosts": ["\#(server.url)"]}"#,
            "FLOWCTL_CREDENTIAL_SHEETS":
                #"{"type": "oauth2", "provider": "google", "access_token": "fake-000", "hosts": ["\#(server.url)"]}"#,
            "FLOWCTL_CREDENTIAL_SLACK":
                #"{"type": "slack_bot", "bot_token": "xoxb-fake-000", "hosts": ["\#(server.url)"]}"#,
        ])
        _ = try await machine.run("flowctl new stripe-to-sheet flow.yaml")
        let result = try await machine.run("flowctl run flow.yaml --base-url \(server.url)")
        #expect(result.exit == 0, "\(result.errors)")
        let requests = server.requests
        try #require(requests.count == 3)
        #expect(requests[1].text.contains(#"["pi_1",\#(cell),"\#(currency)"]"#), "\(requests[1].text)")
        #expect(requests[2].text.contains("Paid: \(text) \(currency) (pi_1)"), "\(requests[2].text)")
    }

    /// Google leaves `values` out where a sheet has none.
    @Test func aReportOfAnEmptySheetHasNoRows() async throws {
        let server = try FaultServer { _ in .json(["range": "Orders!A1:C100", "id": "m1", "threadId": "t1"]) }
        let login =
            #"{"type": "oauth2", "provider": "google", "access_token": "fake-000", "hosts": ["\#(server.url)"]}"#
        let machine = try Machine(variables: ["FLOWCTL_CREDENTIAL_GOOGLE": login])
        _ = try await machine.run("flowctl new sheet-report flow.yaml")
        let result = try await machine.run("flowctl run flow.yaml --base-url \(server.url)")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output == "rows: 0\n")
    }

    @Test func aPullRequestThatIsClosedIsNotTold() async throws {
        let machine = try Machine(["pull.json": #"{"action":"closed","pull_request":{"number":12}}"#])
        _ = try await machine.run("flowctl new pull-request-to-slack flow.yaml")
        let result = try await machine.run("flowctl run flow.yaml --mock --event pull.json")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(!result.errors.contains("✓ tell"), "\(result.errors)")
    }

    /// GitHub takes 65,536 characters, and what a check writes may hold backticks.
    @Test func aCheckThatWritesMuchGetsAnIssueAllTheSame() async throws {
        let machine = try Machine(["check.sh": "seq 20000\necho '````'\nexit 3\n"])
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let result = try await machine.run(
            "cp '\(root)/workflows/github-issue.yaml' flow.yaml "
                + "&& flowctl run flow.yaml --mock -i repo=acme/shop -i check='sh check.sh' >&2 "
                + "&& flowctl runs show latest --step issue | sed -n '/^{/,$p'")
        #expect(result.exit == 0, "\(result.errors)")
        let body = try #require(try JSON.parse(Array(result.output.utf8))["body"]?.stringValue)
        #expect((60_000..<61_000).contains(body.count))
        #expect(body.hasPrefix("The last of what it wrote:\n\n`````\n"))
        #expect(body.hasSuffix("\n20000\n````\n\n`````\n"))
    }

    @Test func theDumpGetsTheVariablesItReads() async throws {
        let machine = try Machine(["dump": "#!/bin/sh\nenv >&2\n"])
        _ = try await machine.run("flowctl new database-dump-to-s3 flow.yaml")
        let result = try await machine.run(
            "chmod +x dump && PGHOST=db.example PGUSER=ann flowctl run flow.yaml --mock -i command=./dump && flowctl runs logs latest"
        )
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output.contains("PGHOST=db.example") && result.output.contains("PGUSER=ann"), "\(result.output)")
        #expect(!result.output.contains("PGPORT") && !result.output.contains("PGPASSWORD"))
    }

    @Test func namesOfAppsAreNotTakenForMadeUpSecrets() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl new provision-user flow.yaml")
        let result = try await machine.run("flowctl run flow.yaml --mock")
        #expect(result.output.contains("nextcloud: bob"), "\(result.output)")
    }

    @Test func aMockedRunNeedsNoCredentialAndReadsNone() async throws {
        let machine = try Machine([
            "flow.yaml": """
            name: flow
            steps:
              - id: say
                uses: slack.send_message
                credential: work
                with: { channel: C0123456789, text: hi }
            """
        ])
        let result = try await machine.run("flowctl run flow.yaml --mock --trace trace.json")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(!result.errors.contains("slack.com"))
    }

    /// There is no vault, no credential, and no way out of this machine.
    @Test func whatAMockGivesStaysOnThisMachine() async throws {
        let machine = try Machine([
            "flow.yaml": """
            name: flow
            steps:
              - uses: slack.send_response
                with: { response_url: "https://hooks.slack.com/commands/T1/2/fake", text: Deployed }
              - uses: stripe.create_webhook_endpoint
                with: { url: "https://hooks.example.com/stripe", enabled_events: [charge.succeeded] }
              - { id: link, uses: dropbox.temporary_link, with: { path: /a.txt } }
              - { uses: dropbox.temporary_upload_link, with: { path: /b.txt } }
              - run: test -n "$LINK"
                env: { LINK: "${{ steps.link.output }}" }
            """
        ])
        let result = try await machine.run("flowctl run flow.yaml --mock --verbose")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(!result.errors.contains("POST https://"), "\(result.errors)")
        let uses = try await machine.run("flowctl credentials usage --output json")
        #expect(try JSON.parse(uses.output).listValue?.allSatisfy { $0["last_used"] == .null } == true)
    }
}
