import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@Suite struct StepTests {
    private static let edit = """
          edit:
            summary: Change a thing.
            effect: idempotent
            params: { id: { type: int, required: true }, name: { type: string, required: true } }
            steps:
              current: { request: "GET things/{id}", fresh: true }
              write: { request: "PATCH things/{id}", json: { version: "${{ steps.current.body.version }}", name: "${{ params.name }}" } }
            restart: { at: current, on: conflict, max: 2 }
            output: ${{ steps.write.body }}
        """
    private let arguments = ValueMap.of([("id", 7), ("name", "new")])

    @Test func aConflictBeginsAgainAtTheStepThatReads() async throws {
        let (output, requests) = try await TestConnector(Self.edit).run(
            "edit", arguments,
            replies: [
                .json(#"{"version":1}"#), .json("{}", status: 409), .json(#"{"version":2}"#), .json(#"{"ok":true}"#),
            ])
        #expect(output == ["ok": true])
        #expect(requests.map(\.method) == ["GET", "PATCH", "GET", "PATCH"])
        #expect(requests[3].text == #"{"version":2,"name":"new"}"#)
    }

    @Test func aConflictThatStaysIsToldAfterAsManyTimes() async throws {
        let client = ScriptedHTTP { call in
            let reply = HTTPResponse.json(
                #"{"version":1}"#, status: call.request.method == "GET" ? 200 : 409)
            if let failure = call.classify?(reply) { throw failure }
            return reply
        }
        let node = try TestConnector(Self.edit).node("edit")
        await #expect(throws: Failure.self) {
            try await node.run(
                node.spec.bind(arguments),
                in: NodeContext(world: .test(http: client), effect: .idempotent, idempotencyKey: "key-1"))
        }
        #expect(client.calls.count == 6)
    }

    @Test func aFreshStepIsAskedAgainInAResumedRun() async throws {
        let done = KeptCheckpoints(
            ValueMap.of([("steps.current", ["status": 200, "headers": [:], "body": ["version": 1]])]))
        let (_, requests) = try await TestConnector(Self.edit).run(
            "edit", arguments, replies: [.json(#"{"version":5}"#), .json("{}")], checkpoints: done)
        #expect(requests[1].text == #"{"version":5,"name":"new"}"#)
        #expect(done.values.names.contains("steps.write"))
    }

    // MARK: Other arguments

    private static let pair = """
          pair:
            summary: Make two things.
            effect: write
            params: { name: { type: string, required: true }, note: { type: string }, token: { type: string } }
            steps:
              a: { request: POST a, json: { name: "${{ params.name }}", token: "${{ params.token }}" } }
              b: { request: POST b, json: { name: "${{ params.name }}", note: "${{ params.note }}" } }
            abort: { request: DELETE a }
            output: ${{ steps.b.body }}
        """

    private func resumed(
        _ first: ValueMap, _ second: ValueMap
    ) async throws -> (failure: Failure?, requests: [HTTPRequest]) {
        let node = try TestConnector(Self.pair).node("pair")
        let kept = KeptCheckpoints()
        func run(_ arguments: ValueMap, _ client: ReplyingClient) async throws {
            let context = NodeContext(
                world: .test(http: client), effect: .write, idempotencyKey: "key-1", checkpoints: kept)
            _ = try await node.run(node.spec.bind(arguments), in: context)
        }
        await #expect(throws: Failure.self) {
            try await run(first, ReplyingClient([.json("{}"), .json("{}", status: 503)]))
        }
        let client = ReplyingClient([.json("{}")])
        do {
            try await run(second, client)
            return (nil, client.requests)
        } catch {
            return (Failure(error), client.requests)
        }
    }

    @Test func aStepThatWasDoneWithOtherArgumentsIsNotGoneOnFrom() async throws {
        let (failure, requests) = try await resumed(
            ValueMap.of([("name", "one")]), ValueMap.of([("name", "two")]))
        #expect(failure?.kind == .conflict)
        #expect(failure?.message == "acme.pair: the arguments are not those that a part of it was done with")
        #expect(
            failure?.hint == "start the step again with resume --from STEP, or bring back what it was given")
        // The service isn't told that nothing more comes.
        #expect(requests.isEmpty)
    }

    /// Nor does a new token change what was done.
    @Test func argumentsThatNoStepHasReadMayChange() async throws {
        let (failure, requests) = try await resumed(
            ValueMap.of([("name", "one"), ("note", "x"), ("token", .secret("not-a-real-token"))]),
            ValueMap.of([("name", "one"), ("note", "y"), ("token", .secret("not-a-real-token-either"))]))
        #expect(failure == nil)
        #expect(requests.map(\.text) == [#"{"name":"one","note":"y"}"#])
    }

    // MARK: Giving up

    private static let upload = """
          upload:
            summary: Send a thing.
            effect: write
            steps:
              begin: { request: POST uploads, json: {} }
              finish: { request: "POST uploads/{id}/finish", path: { id: "${{ steps.begin.body.id }}" }, json: {} }
            abort: { request: "DELETE uploads/{id}", path: { id: "${{ steps.begin.body.id }}" } }
        """

    private func failing(_ status: Int) async throws -> (requests: [HTTPRequest], kept: KeptCheckpoints) {
        let kept = KeptCheckpoints()
        let client = ScriptedHTTP { call in
            let isFinish = call.request.url.hasSuffix("/finish")
            let reply = HTTPResponse.json(#"{"id":"u/1"}"#, status: isFinish ? status : 200)
            if let failure = call.classify?(reply) { throw failure }
            return reply
        }
        let node = try TestConnector(Self.upload).node("upload")
        let context = NodeContext(
            world: .test(http: client), effect: .write, idempotencyKey: "key-1", checkpoints: kept)
        await #expect(throws: Failure.self) { try await node.run(node.spec.bind(ValueMap()), in: context) }
        return (client.calls.map(\.request), kept)
    }

    @Test func whatFailsForGoodIsAbortedAndBeginsAnew() async throws {
        let (requests, kept) = try await failing(422)
        #expect(requests.map { "\($0.method) \($0.url)" }.last == "DELETE https://api.acme.test/v1/uploads/u%2F1")
        #expect(kept.values.isEmpty)
    }

    @Test func whatBeginsAnewHasKeysOfItsOwn() async throws {
        let key = "idempotency: { send: header.Idempotency-Key, valid_for: 24h }"
        let connector = try TestConnector(
            Self.upload.replacing("request: POST uploads, json", with: "request: POST uploads, \(key), json"))
        let kept = KeptCheckpoints()
        let begun = HTTPResponse.json(#"{"id":"u1"}"#)
        await #expect(throws: Failure.self) {
            try await connector.run(
                "upload", replies: [begun, .json("{}", status: 422), .json("{}")], checkpoints: kept)
        }
        #expect(kept.values["round"] == 1)
        let (_, requests) = try await connector.run("upload", replies: [begun, .json("{}")], checkpoints: kept)
        #expect(requests[0].headers["Idempotency-Key"] == "key-1-begin-1")
    }

    @Test func whatMayWorkLaterIsNotAborted() async throws {
        let (requests, kept) = try await failing(503)
        #expect(requests.count == 2)
        #expect(kept.values.names == ["steps.begin"])
    }

    @Test func nothingIsAbortedBeforeAStepHasBegun() async throws {
        let client = ScriptedHTTP { call in
            let reply = HTTPResponse.json("{}", status: 403)
            if let failure = call.classify?(reply) { throw failure }
            return reply
        }
        let node = try TestConnector(Self.upload).node("upload")
        await #expect(throws: Failure.self) {
            try await node.run(node.spec.bind(ValueMap()), in: NodeContext(world: .test(http: client), effect: .write))
        }
        #expect(client.calls.count == 1)
    }

    // MARK: Lost answers

    private static let probed = """
          make:
            summary: Make a thing.
            effect: write
            params: { key: { type: string, required: true } }
            steps:
              make:
                request: POST things
                json: { key: "${{ params.key }}" }
                probe: { request: "GET things", query: { key: "${{ params.key }}" }, done: "${{ size(body.things) == 1 }}" }
            output: ${{ steps.make.body }}
        """

    private func afterLostAnswer(_ found: String) async throws -> (output: Value, calls: [HTTPCall]) {
        let client = ScriptedHTTP([
            .failure(Failure(.uncertain, "the connection broke")), .success(.json(found)),
            .success(.json(#"{"id":2}"#)),
        ])
        let node = try TestConnector(Self.probed).node("make")
        let output = try await node.run(
            node.spec.bind(ValueMap.of([("key", "k1")])), in: NodeContext(world: .test(http: client), effect: .write))
        return (output, client.calls)
    }

    @Test func aProbeThatFindsTheThingStandsForTheLostAnswer() async throws {
        let (output, calls) = try await afterLostAnswer(#"{"things":[{"id":1}]}"#)
        #expect(output == ["things": [["id": 1]]])
        #expect(calls.map(\.request.method) == ["POST", "GET"])
        #expect(calls[1].request.url == "https://api.acme.test/v1/things?key=k1")
    }

    @Test func aProbeThatFindsNothingLetsTheStepBeSentAgain() async throws {
        let (output, calls) = try await afterLostAnswer(#"{"things":[]}"#)
        #expect(output == ["id": 2])
        #expect(calls.map(\.request.method) == ["POST", "GET", "POST"])
    }

    /// What is refused as done may be refused for another reason, where there is a probe to tell.
    @Test(arguments: [true, false])
    func aProbeTellsWhetherARefusalMeansDone(isDone: Bool) async throws {
        let text = Self.probed.replacing(
            "request: POST things", with: "request: POST things\n        done_already: [404]")
        let node = try TestConnector(text).node("make")
        let http = ScriptedHTTP { call in
            if call.request.method == "GET" { return .json(isDone ? #"{"things":[1]}"# : #"{"things":[]}"#) }
            var gone = HTTPResponse.json(#"{"message":"gone"}"#, status: 404)
            gone.meansDone = true
            return gone
        }
        let context = NodeContext(world: .test(http: http), effect: .idempotent)
        let arguments = try node.spec.bind(ValueMap.of([("key", "k1")]))
        if isDone {
            #expect(try await node.run(arguments, in: context) == ["things": [1]])
        } else {
            let failure = await #expect(throws: Failure.self) { try await node.run(arguments, in: context) }
            #expect(failure?.kind == .notFound)
            #expect(failure?.message == "the server answered 404 Not Found")
        }
        #expect(http.calls.map(\.request.method) == ["POST", "GET"])
    }

    @Test func eachStepOfARunHasAKeyOfItsOwn() async throws {
        let connector = try TestConnector(
            "  op: { summary: S., effect: idempotent, request: \"PUT {name}\", path: { name: \"${{ step_key }}\" } }")
        #expect(try await connector.run("op").requests[0].url == "https://api.acme.test/v1/key-1")
    }

    @Test func aProbeThatGivesNoConditionIsNoAnswer() async throws {
        let client = ScriptedHTTP([
            .failure(Failure(.uncertain, "the connection broke")), .success(.json(#"{"things":[]}"#)),
        ])
        let node = try TestConnector(Self.probed.replacing("size(body.things) == 1", with: "body.things"))
            .node("make")
        let failure = await #expect(throws: Failure.self) {
            try await node.run(
                node.spec.bind(ValueMap.of([("key", "k1")])),
                in: NodeContext(world: .test(http: client), effect: .write))
        }
        #expect(failure?.message == "acme.make: \"done\" can't be told: it is a list of 0, not true or false")
    }

    // MARK: Small files and secrets

    private static let file = """
          put:
            summary: Send a file.
            effect: idempotent
            params: { file: { type: file, required: true } }
            whole: { up_to: 1KiB, request: PUT small, body: "${{ params.file }}", output: "${{ body.small }}" }
            steps:
              begin: { request: POST large, json: {}, secret: [body.url, headers.location] }
              send: { request: "PUT ${{ steps.begin.body.url }}", auth: none, body: "${{ params.file }}" }
            output: ${{ steps.send.body }}
        """

    @Test(arguments: [(1024, ["key-1-whole"]), (1025, ["key-1-begin"])])
    func theWholeFileHasAKeyOfItsOwn(size: Int, keys: [String]) async throws {
        let key = ", idempotency: { send: header.Idempotency-Key, valid_for: 24h }"
        let operation = Self.file.replacing("request: PUT small", with: "request: PUT small" + key)
            .replacing("request: POST large", with: "request: POST large" + key)
        let (_, requests) = try await TestConnector(operation).run(
            "put", ValueMap.of([("file", "/work/f")]),
            files: MemoryFiles(texts: ["/work/f": String(repeating: "x", count: size)]),
            replies: [.json(#"{"small":1,"url":"https://up.acme.test/x"}"#), .json("{}")])
        #expect(requests.compactMap { $0.headers["Idempotency-Key"] } == keys)
    }

    @Test(arguments: [(1024, ["PUT"]), (1025, ["POST", "PUT"])])
    func aSmallFileNeedsOneRequest(size: Int, methods: [String]) async throws {
        let (output, requests) = try await TestConnector(Self.file).run(
            "put", ValueMap.of([("file", "/work/f")]),
            files: MemoryFiles(texts: ["/work/f": String(repeating: "x", count: size)]),
            replies: [
                .json(#"{"small":1,"url":"https://up.acme.test/x?sig=not-a-real-signature"}"#), .json(#"{"big":1}"#),
            ])
        #expect(requests.map(\.method) == methods)
        #expect(output == (size == 1024 ? 1 : ["big": 1]))
    }

    @Test func partsOfAnAnswerThatAreSecretStaySo() async throws {
        let kept = KeptCheckpoints()
        let (_, requests) = try await TestConnector(Self.file).run(
            "put", ValueMap.of([("file", "/work/f")]),
            files: MemoryFiles(texts: ["/work/f": String(repeating: "x", count: 2000)]),
            replies: [
                .json(
                    #"{"url":"https://up.acme.test/x?sig=not-a-real-signature"}"#,
                    headers: [("Location", "https://up.acme.test/y")]), .json("{}"),
            ], checkpoints: kept)
        let begun = kept.values["steps.begin"]
        #expect(begun?["body"]?["url"]?.containsSecret == true)
        #expect(begun?["headers"]?["location"]?.containsSecret == true)
        #expect(begun?["status"]?.containsSecret == false)
        #expect(requests[1].secrets.query == ["sig"])
    }

    /// Without a vault a resumed run must not go on behind a result that it doesn't have.
    @Test func behindASecretThatCannotBeKeptNothingIsKept() async throws {
        let connector = try TestConnector(
            """
              send:
                summary: Send.
                effect: write
                steps:
                  name: { request: GET name }
                  slot: { request: POST slot, secret: [body.url] }
                  done: { request: POST done }
                output: ${{ steps.done.body }}
            """)
        func kept(_ checkpoints: KeptCheckpoints) async throws -> [String] {
            let replies = [HTTPResponse.json("{}"), .json(#"{"url":"https://up.acme.test/fake"}"#), .json("{}")]
            _ = try await connector.run("send", replies: replies, checkpoints: checkpoints)
            return checkpoints.values.names.sorted()
        }
        #expect(try await kept(KeptCheckpoints()) == ["steps.done", "steps.name", "steps.slot"])
        #expect(try await kept(KeptCheckpoints(keepsSecrets: false)) == ["steps.name"])
    }
}
