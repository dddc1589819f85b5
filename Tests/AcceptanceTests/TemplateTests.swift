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

    /// The channel can't be made: folder, group and project are taken back in that order.
    @Test func aKickoffThatFailsIsUndone() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl new project-kickoff flow.yaml")
        let result = try await machine.run("flowctl run flow.yaml --mock -i 'people=[\"nobody\"]'")
        #expect(result.exit == 1)
        let undone = result.errors.split(separator: "\n").filter { $0.contains("✓ finally/undo_") }
            .compactMap { $0.split(separator: " ").first { $0.hasPrefix("finally/") } }
        #expect(undone == ["finally/undo_folder", "finally/undo_group", "finally/undo_project"], "\(result.errors)")
    }

    @Test func aKickoffUndoesNothingThatItHasNotDone() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl new project-kickoff flow.yaml")
        let result = try await machine.run(
            "sed -i 's/^  - id: group$/  - run: exit 1\\n\\n&/' flow.yaml && flowctl run flow.yaml --mock")
        #expect(result.exit == 1)
        let undone = result.errors.split(separator: "\n").filter { $0.contains("✓ finally/undo_") }
        #expect(undone.count == 1 && undone[0].contains("undo_project"), "\(result.errors)")
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
