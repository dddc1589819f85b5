import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

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

    @Test(arguments: [
        (
            #"when: ${{ status == 202 }}"#, #"when: ${{ body.id }}"#,
            #""when" can't be told: it is "e1", not true or false"#
        ),
        (
            #"until: ${{ body.state == "done" }}"#, #"until: ${{ body.state }}"#,
            #"the answer does not say how the job stands: it is "busy", not true or false"#
        ),
        (
            #"failed: ${{ body.state == "failed" }}"#, #"failed: ${{ body.state }}"#,
            #"the answer does not say how the job stands: it is "busy", not true or false"#
        ),
    ])
    func whatIsNeitherTrueNorFalseSaysNothingOfAJob(condition: String, other: String, message: String) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await TestConnector(Self.export.replacing(condition, with: other)).run(
                "export", replies: [.json(#"{"id":"e1"}"#, status: 202), .json(#"{"state":"busy"}"#)])
        }
        #expect(failure?.message == "acme.export: " + message)
    }

    @Test func anOptionalConditionIsWhatItHolds() async throws {
        let operation = Self.export.replacing(#"body.state == "done""#, with: "body.?done")
            .replacing(#"body.state == "failed""#, with: "body.?failed").replacing(
                "    output: ${{ body.url }}", with: "")
        let (output, _) = try await TestConnector(operation).run(
            "export",
            replies: [
                .json(#"{"id":"e1"}"#, status: 202), .json("{}"), .json(#"{"done":false}"#), .json(#"{"done":true}"#),
            ])
        #expect(output == ["done": true])
    }

    private static let fetched = export.replacing(
        "      every: 5s",
        with: "      result: { request: \"GET ${{ body.file }}\", save: { to: out/, name: all.csv } }\n      every: 5s"
    ).replacing("output: ${{ body.url }}", with: "output: { file: \"${{ body }}\", job: \"${{ first.body.id }}\" }")

    @Test func whatAJobHasMadeIsFetched() async throws {
        let (output, requests) = try await TestConnector(Self.fetched).run(
            "export",
            replies: [
                .json(#"{"id":"e1"}"#, status: 202), .json(#"{"state":"busy"}"#),
                .json(#"{"state":"done","file":"/files/7/content"}"#), .json("[1]"),
            ])
        #expect(requests.last.map { "\($0.method) \($0.url)" } == "GET https://api.acme.test/files/7/content")
        #expect(output["job"] == "e1")
        #expect(output["file"] == .file(FileReference(path: "/work/out/all.csv", size: 3)))
    }

    @Test func aJobThatFailsHasMadeNothing() async throws {
        await #expect(throws: Failure.self) {
            try await TestConnector(Self.fetched).run("export", replies: Self.failed)
        }
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

    private static let failed = [
        HTTPResponse.json(#"{"id":"e1"}"#, status: 202), .json(#"{"state":"failed","reason":"too large"}"#),
    ]
    private static let repeated = [
        HTTPResponse.json(#"{"id":"e2"}"#, status: 202), .json(#"{"state":"done","url":"u"}"#),
    ]

    @Test func aResumedRunBeginsAnotherJobInPlaceOfOneThatFailed() async throws {
        let connector = try TestConnector(Self.export)
        let kept = KeptCheckpoints()
        await #expect(throws: Failure.self) {
            try await connector.run("export", replies: Self.failed, checkpoints: kept)
        }
        #expect(kept.values.isEmpty)
        let (_, requests) = try await connector.run("export", replies: Self.repeated, checkpoints: kept)
        #expect(requests.map(\.method) == ["POST", "GET"])
        #expect(requests.last?.url == "https://api.acme.test/v1/exports/e2")
    }

    @Test func aJobInPlaceOfOneThatFailedHasAKeyOfItsOwn() async throws {
        let connector = try TestConnector(
            Self.export.replacing(
                "request: POST exports",
                with: "request: POST exports\n    idempotency: { send: header.Idempotency-Key, valid_for: 24h }"))
        let kept = KeptCheckpoints()
        var keys: [String?] = []
        for replies in [Self.failed, Self.failed, Self.repeated] {
            let client = ReplyingClient(replies)
            let node = try connector.node("export")
            let context = NodeContext(
                world: .test(http: client), effect: .write, idempotencyKey: "key-1", checkpoints: kept)
            _ = try? await node.run(node.spec.bind(ValueMap()), in: context)
            keys.append(client.requests[0].headers["Idempotency-Key"])
        }
        #expect(keys == ["key-1", "key-1-1", "key-1-2"])
    }

    @Test func aResumedRunBeginsTheStepsOfAJobThatFailedAnew() async throws {
        let connector = try TestConnector(
            """
              publish:
                summary: Publish a thing.
                effect: write
                steps:
                  begin: { request: POST things, json: {} }
                  publish: { request: "POST things/{id}/publish", path: { id: "${{ steps.begin.body.id }}" }, json: {} }
                poll:
                  request: GET things/{id}
                  path: { id: "${{ steps.begin.body.id }}" }
                  until: ${{ body.state == "done" }}
                  failed: ${{ body.state == "failed" }}
                  every: 5s
                  for: 1m
            """)
        let kept = KeptCheckpoints()
        await #expect(throws: Failure.self) {
            try await connector.run(
                "publish", replies: [Self.failed[0], .json("{}"), Self.failed[1]], checkpoints: kept)
        }
        let (_, requests) = try await connector.run(
            "publish", replies: [Self.repeated[0], .json("{}"), Self.repeated[1]], checkpoints: kept)
        #expect(requests.map(\.method) == ["POST", "POST", "GET"])
        #expect(requests.last?.url == "https://api.acme.test/v1/things/e2")
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

    @Test func ofNoItemsNothingIsSent() async throws {
        let none = ValueMap.of([("records", [])])
        let connector = try TestConnector(Self.add)
        let (output, requests) = try await connector.run("add", none, replies: [])
        #expect(output == [])
        #expect(requests.isEmpty)
        let node = try connector.node("add")
        #expect(try node.preview(node.spec.bind(none), in: NodeContext(world: .test(), effect: .write)).isEmpty)
    }

    /// There is more to such a request than the items.
    @Test(arguments: [
        ("records: { type: list }, name: { type: string }", "batch: { of: records, size: 2 }"),
        ("records: { type: list, required: true }", "batch: { of: records, size: 2, gives: last }"),
    ])
    func whatDoesMoreThanItsItemsSaySendsItsRequestWithoutAny(params: String, batch: String) async throws {
        let connector = try TestConnector(
            "  add: { summary: Add., effect: write, request: POST t, params: { \(params) }, \(batch) }")
        let (output, requests) = try await connector.run(
            "add", ValueMap.of([("records", [])]), replies: [.json(#"{"id":1}"#)])
        #expect(output == ["id": 1])
        #expect(requests.map(\.text) == [#"{"records":[]}"#])
    }

    @Test func partsThatAreDoneAreNotSentAgain() async throws {
        let kept = KeptCheckpoints(ValueMap.of([("batch.1", ["output": ["a", "b"]])]))
        let (output, requests) = try await TestConnector(Self.add).run(
            "add", ValueMap.of([("records", [1, 2, 3])]), replies: [.json(#"{"ids":["c"]}"#)], checkpoints: kept)
        #expect(output == ["a", "b", "c"])
        #expect(requests.map(\.text) == [#"{"records":[3]}"#])
    }

    /// What is left of a run that was cut off in the second of its parts, of two items each.
    private func cutOff(_ items: [Value] = [1, 2, 3, 4, 5]) async throws -> KeptCheckpoints {
        let kept = KeptCheckpoints()
        await #expect(throws: Failure.self) {
            try await TestConnector(Self.add).run(
                "add", ValueMap.of([("records", .list(items))]),
                replies: [.json(#"{"ids":["a","b"]}"#), .json("{}", status: 503)], checkpoints: kept)
        }
        return kept
    }

    /// As after an update of the connector.
    @Test(arguments: [(1, ["[3]", "[4]", "[5]"]), (4, ["[3,4,5]"]), (9, ["[3,4,5]"])])
    func partsOfAnotherSizeGoOnBehindThoseThatAreDone(size: Int, sent: [String]) async throws {
        let kept = try await cutOff()
        let (_, requests) = try await TestConnector(Self.add.replacing("size: 2", with: "size: \(size)")).run(
            "add", ValueMap.of([("records", [1, 2, 3, 4, 5])]), replies: sent.map { _ in .json(#"{"ids":["x"]}"#) },
            checkpoints: kept)
        #expect(requests.map(\.text) == sent.map { #"{"records":\#($0)}"# })
    }

    /// To the key of a part with other items a service would answer what it did with those.
    @Test func partsOfAnotherSizeHaveKeysOfTheirOwn() async throws {
        let keyed = Self.add.replacing(
            "request: POST records",
            with: "request: POST records\n    idempotency: { send: header.Idempotency-Key, valid_for: 24h }")
        let kept = try await cutOff()
        let (_, requests) = try await TestConnector(keyed.replacing("size: 2", with: "size: 4")).run(
            "add", ValueMap.of([("records", [1, 2, 3, 4, 5])]), replies: [.json(#"{"ids":["x"]}"#)], checkpoints: kept)
        #expect(requests.map { $0.headers["Idempotency-Key"] } == ["key-1-batch.2-2-3"])
    }

    @Test(arguments: [[1, 9, 3, 4, 5], [1]] as [[Value]])
    func partsOfOtherItemsAreNotGoneOnFrom(items: [Value]) async throws {
        let kept = try await cutOff()
        let failure = await #expect(throws: Failure.self) {
            try await TestConnector(Self.add).run(
                "add", ValueMap.of([("records", .list(items))]), replies: [], checkpoints: kept)
        }
        #expect(failure?.kind == .conflict)
        #expect(
            failure?.message == "acme.add: items 0 to 1 of records are not those that a part of it was done with")
    }

    @Test func partsForOtherArgumentsAreNotGoneOnFrom() async throws {
        let connector = try TestConnector(
            Self.add.replacing("records: { type: list", with: "to: { type: string }, records: { type: list"))
        let kept = KeptCheckpoints()
        await #expect(throws: Failure.self) {
            try await connector.run(
                "add", ValueMap.of([("records", [1, 2, 3]), ("to", "one")]),
                replies: [.json(#"{"ids":["a","b"]}"#), .json("{}", status: 503)], checkpoints: kept)
        }
        let failure = await #expect(throws: Failure.self) {
            try await connector.run(
                "add", ValueMap.of([("records", [1, 2, 3]), ("to", "two")]), replies: [], checkpoints: kept)
        }
        #expect(failure?.message == "acme.add: the arguments are not those that a part of it was done with")
    }

    @Test func partsThatAreDoneAndGaveNothingAreNotSentAgain() async throws {
        let connector = try TestConnector(
            """
              remove:
                summary: Remove things.
                effect: write
                request: POST remove
                params: { ids: { type: list, required: true } }
                batch: { of: ids, size: 2 }
            """)
        let kept = KeptCheckpoints()
        let arguments = ValueMap.of([("ids", [1, 2, 3])])
        let done = HTTPResponse(status: 204, headers: HTTPHeaders())
        await #expect(throws: Failure.self) {
            try await connector.run(
                "remove", arguments, replies: [done, .json("{}", status: 503)], checkpoints: kept)
        }
        let (output, requests) = try await connector.run(
            "remove", arguments, replies: [done], checkpoints: kept)
        #expect(requests.map(\.text) == [#"{"ids":[3]}"#])
        #expect(output == [nil, nil])
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

    @Test(arguments: [[("team", "ops")], [("team_id", "t9")]] as [[(String, Value)]])
    func anOptionalIsGivenWhereItHoldsAValue(arguments: [(String, Value)]) async throws {
        let operation = Self.assign.replacing("${{ params.team_id }}", with: "${{ params.?team_id }}")
            .replacing("${{ body.filter(", with: "${{ body.?teams.orValue([]).filter(")
        let (_, requests) = try await TestConnector(operation).run(
            "assign", ValueMap([("id", 1)] + arguments),
            replies: [.json(#"{"teams":[{"name":"ops","id":"t1"}]}"#), .json("{}")])
        #expect(requests.map(\.method) == (arguments[0].0 == "team" ? ["GET", "PUT"] : ["PUT"]))
        #expect(requests.last?.text == (arguments[0].0 == "team" ? #"{"team":"t1"}"# : #"{"team":"t9"}"#))
    }

    @Test func aListThatIsNotThereHasNotExactlyOne() async throws {
        let operation = Self.assign.replacing(
            "${{ body.filter(t, t.name == params.team).map(t, t.id) }}", with: "${{ body.?teams }}")
        let failure = try await TestConnector(operation).failure("assign", ValueMap.of([("id", 1), ("team", "x")]))
        #expect(failure?.message == "acme.assign: no team was found")
        let (_, requests) = try await TestConnector(operation).run(
            "assign", ValueMap.of([("id", 1), ("team", "x")]), replies: [.json(#"{"teams":["t5"]}"#), .json("{}")])
        #expect(requests.last?.text == #"{"team":"t5"}"#)
    }

    @Test func whetherAValueIsNeededIsTrueOrFalse() async throws {
        let operation = Self.assign.replacing("given:", with: "when: ${{ params.team }}\n        given:")
        let failure = try await TestConnector(operation).failure("assign", ValueMap.of([("id", 1), ("team", "ops")]))
        #expect(failure?.message == "acme.assign: \"when\" can't be told: it is \"ops\", not true or false")
        let left = operation.replacing("${{ params.team }}", with: "${{ params.?team }}")
        let (_, requests) = try await TestConnector(left).run("assign", ValueMap.of([("id", 1)]))
        #expect(requests.map(\.method) == ["PUT"])
    }

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

    /// What teams things are given to, one after the other, and how often the teams are asked for.
    private func assigned(
        _ operations: [String], _ arguments: [ValueMap], _ connector: TestConnector
    ) async throws -> (bodies: [String], questions: Int) {
        let memory = ConnectorMemory()
        let client = ScriptedHTTP { call in
            .json(call.request.method == "GET" ? #"[{"name":"ops","id":"t1"},{"name":"dev","id":"t2"}]"# : "{}")
        }
        for (name, arguments) in zip(operations, arguments) {
            let operation = try #require(connector.connector.operation(name))
            let node = ConnectorNode(connector.connector, operation, memory: memory)
            _ = try await node.run(
                node.spec.bind(arguments), in: NodeContext(world: .test(http: client), effect: .idempotent))
        }
        let requests = client.calls.map(\.request)
        return (requests.filter { $0.method != "GET" }.map(\.text), requests.count { $0.method == "GET" })
    }

    @Test func eachNameHasItsOwnValueOfTheSameAnswer() async throws {
        let arguments = ["dev", "ops", "dev"].map { ValueMap.of([("id", 1), ("team", .string($0))]) }
        let (bodies, questions) = try await assigned(
            ["assign", "assign", "assign"], arguments, TestConnector(Self.assign))
        #expect(bodies == [#"{"team":"t2"}"#, #"{"team":"t1"}"#, #"{"team":"t2"}"#])
        #expect(questions == 2)
    }

    @Test func eachLookupHasItsOwnValueOfTheSameAnswer() async throws {
        let connector = try TestConnector(
            """
              first: { summary: Do it., effect: idempotent, request: POST a, json: { team: "${{ resolved.first }}" } }
              last: { summary: Do it., effect: idempotent, request: POST b, json: { team: "${{ resolved.last }}" } }
            """,
            head: """
                resolve:
                  first: { request: GET teams, value: "${{ body[0].id }}" }
                  last: { request: GET teams, value: "${{ body[1].id }}" }
                """)
        let (bodies, _) = try await assigned(["first", "last"], [ValueMap(), ValueMap()], connector)
        #expect(bodies == [#"{"team":"t1"}"#, #"{"team":"t2"}"#])
    }

    @Test func aLookupMayReadOneBeforeIt() async throws {
        let connector = try TestConnector(
            """
              move:
                summary: Move it.
                effect: idempotent
                params: { team: { type: string, required: true } }
                request: POST m
                json: { id: "${{ resolved.state }}" }
            """,
            head: """
                resolve:
                  team: { request: GET teams, value: "${{ body.filter(t, t.name == params.team)[0].id }}" }
                  state: { request: GET states, value: "${{ body.filter(t, t.id == resolved.team)[0].name }}" }
                """)
        let arguments = ["ops", "dev"].map { ValueMap.of([("team", .string($0))]) }
        let (bodies, _) = try await assigned(["move", "move"], arguments, connector)
        #expect(bodies == [#"{"id":"ops"}"#, #"{"id":"dev"}"#])
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
