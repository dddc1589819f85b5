import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// What `--dry-run` shows.
@Suite struct PreviewTests {
    private func requests(_ name: String, _ arguments: ValueMap, credential: Credential? = nil) throws -> [HTTPRequest]
    {
        let node = try #require(try ConnectorSource.embedded.node(named: name))
        let context = NodeContext(world: .test(), credential: credential, workingDirectory: "/work")
        return try node.preview(node.spec.bind(arguments), in: context).compactMap { preview in
            if case .request(let request) = preview { return request }
            return nil
        }
    }

    @Test func secretsAreMasked() throws {
        let credential = Credential(
            name: "team", type: "slack_bot", fields: ValueMap.of([("bot_token", .secret("xoxb-not-a-real-token"))]))
        let requests = try requests(
            "slack.send_message", ValueMap.of([("channel", "C1"), ("text", .secret("hush-hush"))]),
            credential: credential)
        #expect(requests.count == 1)
        #expect(requests[0].headers["Authorization"] == "Bearer ***")
        #expect(requests[0].text == #"{"channel":"C1","text":"***"}"#)
    }

    @Test func aCredentialMayBeMissing() throws {
        let requests = try requests("github.get_user", ValueMap())
        #expect(requests[0].url == "https://api.github.com/user")
    }

    @Test func whatDependsOnEarlierResultsStaysReadable() throws {
        let requests = try requests(
            "github.get_issue", ValueMap.of([("repo", "acme/shop"), ("issue_number", 7)]))
        #expect(requests[0].url == "https://api.github.com/repos/acme/shop/issues/7")
        let list = try self.requests(
            "slack.read_history", ValueMap.of([("channel", "‹steps.open.output.id›"), ("oldest", "a b")]))
        #expect(
            list[0].url
                == "https://slack.com/api/conversations.history?channel=‹steps.open.output.id›&oldest=a%20b&limit=200")
    }

    @Test func lookupsShowWhatTheyWaitFor() throws {
        let ofIssue = try requests("linear.update_issue", ValueMap.of([("id", "ENG-7"), ("state", "Done")]))
        #expect(ofIssue.count == 3)
        #expect(ofIssue[0].text.contains(#""variables":{"id":"ENG-7"}"#))
        #expect(ofIssue[1].text.contains(#""variables":{"team":"‹resolved.own_team›","state":"Done"}"#))
        let ofTeam = try requests(
            "linear.update_issue", ValueMap.of([("id", "ENG-7"), ("team", "ENG"), ("state", "Done")]))
        #expect(ofTeam.count == 3)
        #expect(ofTeam[0].text.contains(#""variables":{"team":"ENG"}"#))
        #expect(ofTeam[1].text.contains(#""variables":{"team":"‹resolved.team›","state":"Done"}"#))
    }

    @Test func everyRequestOfStepsIsShown() throws {
        let requests = try requests(
            "slack.upload_file", ValueMap.of([("file", "‹steps.report.output.path›"), ("channel", "C1")]))
        #expect(requests.map(\.method) == ["POST", "POST", "POST"])
        #expect(requests[1].url == "‹steps.slot.body.upload_url›")
        #expect(requests[1].body == .file(path: "‹steps.report.output.path›"))
        #expect(requests[2].text.contains("‹steps.slot.body.file_id›"))
    }
}
