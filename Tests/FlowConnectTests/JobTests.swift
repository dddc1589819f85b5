import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Jobs that are waited for, lists that are split, values that are looked up, versions that are told apart.
@Suite struct JobTests {
    private static let export = """
          export:
            summary: Export all.
            effect: write
            request: POST exports
            poll:
              when: ${{ status == 202 }}
              request: GET exports/{id}
              path: { id: "${{ first.body.id }}" }
              until: ${{ body.state == "done" }}
              failed: ${{ body.state == "failed" }}
              message: ${{ body.reason }}
              every: 5s
              for: 1m
            output: ${{ body.url }}
        """

    @Test func aJobIsAskedForUntilItIsDone() async throws {
        let (output, requests) = try await TestConnector(Self.export).run(
            "export",
            replies: [
                .json(#"{"id":"e1"}"#, status: 202), .json(#"{"state":"busy"}"#),
                .json(#"{"state":"done","url":"https://x.test/e1"}"#),
            ])
        #expect(output == "https://x.test/e1")
        #expect(requests.map(\.url).last == "https://api.acme.test/v1/exports/e1")
    }

    @Test func anAnswerThatIsDoneAtOnceNeedsNoAsking() async throws {
        let (output, requests) = try await TestConnector(Self.export).run(
            "export", replies: [.json(#"{"url":"https://x.test/e0"}"#)])
        #expect(output == "https://x.test/e0")
        #expect(requests.count == 1)
    }

    @Test func aResumedRunWaitsForTheSameJob() async throws {
        let kept = KeptCheckpoints(ValueMap.of([("first", ["status": 202, "headers": [:], "body": ["id": "e9"]])]))
        let (_, requests) = try await TestConnector(Self.export).run(
            "export", replies: [.json(#"{"state":"done","url":"u"}"#)], checkpoints: kept)
        #expect(requests.map { "\($0.method) \($0.url)" } == ["GET https://api.acme.test/v1/exports/e9"])
    }

    @Test func aJobThatFailsSaysWhy() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await TestConnector(Self.export).run(
                "export",
                replies: [.json(#"{"id":1}"#, status: 202), .json(#"{"state":"failed","reason":"too large"}"#)])
        }
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "acme.export: the service's job failed: too large")
    }

    /// A part of a secret would not be known for one where the message is masked.
    @Test(arguments: [false, true]) func aSecretAtTheCutOfAReasonIsMasked(isJob: Bool) async throws {
        let start = String(repeating: "x", count: 291)
        let reason = start + "not-a-real-token" + start
        let replies: [HTTPResponse] =
            isJob
            ? [.json(#"{"id":1}"#, status: 202), .json(#"{"state":"failed","reason":"\#(reason)"}"#)]
            : [.json(#"{"reason":"\#(reason)"}"#, status: 400)]
        let failure = await #expect(throws: Failure.self) {
            try await TestConnector(
                Self.export, head: "auth: { acme_token: { type: bearer } }\nerrors: { message: \"${{ body.reason }}\" }"
            )
            .run("export", credential: TestConnector.token, replies: replies)
        }
        #expect(failure?.message.hasSuffix(": \(start)***xxxxxx…") == true, "\(failure?.message ?? "")")
    }

    @Test func aJobThatIsNotDoneInTimeIsLeftToALaterResume() async throws {
        let client = ScriptedHTTP { call in
            .json(#"{"id":"e1","state":"busy"}"#, status: call.request.method == "POST" ? 202 : 200)
        }
        let node = try TestConnector(Self.export).node("export")
        let failure = await #expect(throws: Failure.self) {
            try await node.run(node.spec.bind(ValueMap()), in: NodeContext(world: .test(http: client), effect: .write))
        }
        #expect(failure?.kind == .timeout)
        #expect(failure?.message == "acme.export: the service's job is not done after 1 min 0 s")
        #expect(client.calls.count == 14)
    }

    // MARK: Batches

    private static let add = """
          add:
            summary: Add records.
            effect: write
            request: POST records
            params: { records: { type: list, required: true } }
            query: { after: "${{ has(batch.previous) ? batch.previous[0] : absent }}", n: "${{ batch.number }}" }
            json: { records: "${{ params.records }}" }
            batch: { of: records, size: 2 }
            output: ${{ body.ids }}
        """

    @Test func aLongListIsSentInPartsAndTheOutputsPutTogether() async throws {
        let (output, requests) = try await TestConnector(Self.add).run(
            "add", ValueMap.of([("records", [1, 2, 3, 4, 5])]),
            replies: [.json(#"{"ids":["a","b"]}"#), .json(#"{"ids":["c","d"]}"#), .json(#"{"ids":["e"]}"#)])
        #expect(output == ["a", "b", "c", "d", "e"])
        #expect(requests.map(\.text) == [#"{"records":[1,2]}"#, #"{"records":[3,4]}"#, #"{"records":[5]}"#])
        #expect(requests.map { String($0.url.split(separator: "?")[1]) } == ["n=1", "after=a&n=2", "after=c&n=3"])
    }

    @Test func partsThatAreDoneAreNotSentAgain() async throws {
        let kept = KeptCheckpoints(ValueMap.of([("batch.1", ["a", "b"])]))
        let (output, requests) = try await TestConnector(Self.add).run(
            "add", ValueMap.of([("records", [1, 2, 3])]), replies: [.json(#"{"ids":["c"]}"#)], checkpoints: kept)
        #expect(output == ["a", "b", "c"])
        #expect(requests.map(\.text) == [#"{"records":[3]}"#])
    }

    // MARK: Lookups

    private static let assign = """
          assign:
            summary: Give a thing to a team.
            effect: idempotent
            params: { id: { type: int, required: true }, team: { type: string }, team_id: { type: string } }
            resolve:
              team:
                given: ${{ params.team_id }}
                request: GET teams
                exactly_one: ${{ body.filter(t, t.name == params.team).map(t, t.id) }}
                hint: Name the team as it stands in the app.
            request: PUT things/{id}
            json: { team: "${{ resolved.team }}" }
        """

    @Test func aNameIsLookedUpOnceForAllUses() async throws {
        let connector = try TestConnector(Self.assign)
        let node = try connector.node("assign")
        let client = ScriptedHTTP { call in
            .json(call.request.method == "GET" ? #"[{"name":"ops","id":"t1"},{"name":"dev","id":"t2"}]"# : "{}")
        }
        for id in [1, 2] {
            let arguments = try node.spec.bind(ValueMap.of([("id", .int(Int64(id))), ("team", "dev")]))
            _ = try await node.run(arguments, in: NodeContext(world: .test(http: client), effect: .idempotent))
        }
        #expect(client.calls.map(\.request.method) == ["GET", "PUT", "PUT"])
        #expect(client.calls.last?.request.text == #"{"team":"t2"}"#)
    }

    @Test func whatIsGivenIsNotLookedUp() async throws {
        let (_, requests) = try await TestConnector(Self.assign).run(
            "assign", ValueMap.of([("id", 1), ("team_id", "t9")]))
        #expect(requests.map(\.text) == [#"{"team":"t9"}"#])
    }

    @Test(arguments: [
        ("[]", FailureKind.notFound, "acme.assign: no team was found"),
        (#"[{"name":"dev","id":1},{"name":"dev","id":2}]"#, .invalid, "acme.assign: more than one team fits: 2 do"),
    ])
    func aNameThatIsNotOneIsRefused(teams: String, kind: FailureKind, message: String) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await TestConnector(Self.assign).run(
                "assign", ValueMap.of([("id", 1), ("team", "dev")]), replies: [.json(teams)])
        }
        #expect(failure?.kind == kind)
        #expect(failure?.message == message)
        #expect(failure?.hint == "Name the team as it stands in the app.")
    }

    // MARK: Variants

    @Test(arguments: [(200, "/v1/workspaces/3/types"), (404, "/v1/projects/3/types")])
    func theFirstVariantThatFitsIsSent(status: Int, path: String) async throws {
        let connector = try TestConnector(
            """
              list_types:
                summary: List types.
                effect: read
                params: { id: { type: int, required: true } }
                variants:
                  - { when: "${{ resolved.workspaces }}", request: "GET workspaces/{id}/types" }
                  - { request: "GET projects/{id}/types" }
            """,
            head: "resolve: { workspaces: { request: GET workspaces, ok: [404], value: \"${{ status != 404 }}\" } }")
        let (_, requests) = try await connector.run(
            "list_types", ValueMap.of([("id", 3)]), replies: [.json("{}", status: status), .json("[]")])
        #expect(requests[1].url == "https://api.acme.test" + path)
    }

    // MARK: Hosts

    @Test(arguments: [
        (String?.none, "https://content.acme.test/v1/files"),
        ("http://127.0.0.1:9/mock", "http://127.0.0.1:9/mock/files"),
    ])
    func aRequestToAHostFollowsAReplacedBase(base: String?, url: String) async throws {
        let connector = try TestConnector(
            "  send: { summary: Send., effect: write, request: POST https://content.acme.test/v1/files }",
            head: "hosts: [https://content.acme.test/v1/]")
        let (_, requests) = try await connector.run("send", baseURL: base)
        #expect(requests.map(\.url) == [url])
    }

    @Test func followingPagesMayHaveAnEndpointOfTheirOwn() async throws {
        let connector = try TestConnector(
            """
              list:
                summary: List things.
                effect: read
                params: { folder: { type: string } }
                request: POST list
                paginate:
                  by: cursor
                  items: ${{ body.entries }}
                  cursor: ${{ body.cursor }}
                  more: ${{ body.has_more }}
                  size: json.limit = 2
                  next: { request: POST list/continue, json: { cursor: "${{ page.cursor }}" } }
            """)
        let (output, requests) = try await connector.run(
            "list", ValueMap.of([("folder", "/a")]),
            replies: [
                .json(#"{"entries":[1,2],"cursor":"c1","has_more":true}"#),
                .json(#"{"entries":[3],"cursor":"c2","has_more":false}"#),
            ])
        #expect(output == [1, 2, 3])
        #expect(requests.map(\.text) == [#"{"folder":"/a","limit":2}"#, #"{"cursor":"c1"}"#])
        #expect(requests[1].url == "https://api.acme.test/v1/list/continue")
    }
}
