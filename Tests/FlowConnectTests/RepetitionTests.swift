import FlowConnect
import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// Work that is sent again after its answer was lost.
@Suite struct RepetitionTests {
    private static let rules =
        "errors: { when: \"${{ body.ok == false }}\", code: \"${{ body.error }}\", kinds: { uncertain: [oops] } }\n"

    /// What becomes of an operation whose answers are these; nil is one that was lost.
    private func outcome(
        _ operation: String, _ replies: [HTTPResponse?], mayBeDone: Bool = false, _ arguments: Value = [:],
        checkpoints: any Checkpoints = NoCheckpoints()
    ) async throws -> Value {
        let connector = try TestConnector("  op: \(operation)", head: Self.rules)
        let node = try connector.node("op")
        let bound = try node.spec.bind(arguments.mapValue ?? ValueMap())
        let client = RetryingClient(
            ScriptedHTTP(
                replies.map { reply in reply.map { .success($0) } ?? .failure(Failure(.network, "broke off")) }),
            clock: ManualClock(), random: SeededRandom())
        var context = NodeContext(
            world: .test(http: client), effect: node.effect(of: bound), retry: RetryPolicy(max: 3),
            idempotencyKey: "key-1", checkpoints: checkpoints)
        context.mayBeDone = mayBeDone
        return try await node.run(bound, in: context)
    }

    private let pin = "{ summary: Pin., effect: idempotent, request: POST pin, done_already: [already_pinned] }"
    private let alreadyPinned = HTTPResponse.json(#"{"ok":false,"error":"already_pinned"}"#)

    @Test func whatWasDoneAlreadyHasNoOutput() async throws {
        #expect(try await outcome(pin, [nil, alreadyPinned]) == .null)
        #expect(try await outcome(pin, [.json("{}", status: 502), alreadyPinned]) == .null)
        #expect(try await outcome(pin, [alreadyPinned], mayBeDone: true) == .null)
    }

    @Test func aCodeOfUncertaintyLeavesTheOutcomeUnknown() async throws {
        #expect(try await outcome(pin, [.json(#"{"ok":false,"error":"oops"}"#), alreadyPinned]) == .null)
    }

    @Test func aFirstTryThatIsRefusedFails() async throws {
        let failure = await failure { _ = try await outcome(pin, [alreadyPinned]) }
        #expect(failure.code == "already_pinned")
    }

    @Test func anotherCodeFailsAfterAnUnknownOutcome() async throws {
        let failure = await failure {
            _ = try await outcome(pin, [nil, .json(#"{"ok":false,"error":"no_permission"}"#)])
        }
        #expect(failure.code == "no_permission")
    }

    @Test func statusesAndConditionsCountToo() async throws {
        let cancel = """
            { summary: Cancel., effect: idempotent, request: POST c, params: { id: { type: int } },
              done_already: [409, "${{ status == 400 && body.id == params.id }}"] }
            """
        #expect(try await outcome(cancel, [nil, .json("{}", status: 409)], ["id": 7]) == .null)
        #expect(try await outcome(cancel, [nil, .json(#"{"id":7}"#, status: 400)], ["id": 7]) == .null)
        let failure = await failure {
            _ = try await outcome(cancel, [nil, .json(#"{"id":8}"#, status: 400)], ["id": 7])
        }
        #expect(failure.kind == .invalid)
    }

    @Test func outputIsMadeOfWhatIsThere() async throws {
        func operation(_ output: String) -> String {
            "{ summary: Do it., effect: idempotent, request: DELETE t, params: { id: { type: int } }, output: \(output) }"
        }
        let gone = HTTPResponse.json(#"{"error":"gone"}"#, status: 404)
        let own = try await outcome(operation("{ id: \"${{ params.id }}\" }"), [nil, gone], ["id": 7])
        #expect(own == ["id": 7])
        #expect(try await outcome(operation("\"${{ body.thing }}\""), [nil, gone], ["id": 7]) == .null)
        #expect(try await outcome(operation("{}"), [nil, gone], ["id": 7]) == [:])
    }

    @Test func onlyTheRequestThatWasCutOffMayBeDone() async throws {
        let steps = """
            { summary: Do it., effect: idempotent, steps: {
                first: { request: POST a, done_already: [409] }, second: { request: POST b, done_already: [409] } },
              output: "${{ steps.second.status }}" }
            """
        let conflict = HTTPResponse.json("{}", status: 409)
        let later = await failure { _ = try await outcome(steps, [conflict, conflict], mayBeDone: true) }
        #expect(later.kind == .conflict)
        let kept = KeptCheckpoints(.of([("steps.first", ["status": 200, "headers": [:], "body": nil])]))
        #expect(try await outcome(steps, [conflict], mayBeDone: true, checkpoints: kept) == 409)
    }

    // MARK: Effects of arguments

    @Test func argumentsMayMakeAWriteOfIt() throws {
        let connector = try TestConnector(
            """
              op:
                summary: Link.
                effect: idempotent
                write_when: ${{ has(params.comment) || params.many.exists(m, m > 1) }}
                request: POST l
                params: { comment: { type: string }, many: { type: list, default: [] } }
            """)
        let node = try connector.node("op")
        #expect(!node.hasOneEffect)
        let all: [Value] = [[:], ["comment": "x"], ["many": [1]], ["many": [2]], ["many": ["x"]]]
        let effects = try all.map { try node.effect(of: node.spec.bind($0.mapValue ?? ValueMap())) }
        #expect(effects == [.idempotent, .write, .idempotent, .write, .write])
    }
}

private func failure(_ work: () async throws -> Void) async -> Failure {
    do {
        try await work()
        return Failure(.internal, "no failure")
    } catch {
        return Failure(error)
    }
}
