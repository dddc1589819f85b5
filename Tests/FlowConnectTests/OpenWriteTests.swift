import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// What the journal has of an operation of several requests that is cut off: whether a write may be under way.
@Suite struct OpenWriteTests {
    /// Remembers how the attempt stood whenever a request was sent: `open` from its beginning on, else `quiet`.
    private final class Marks: Checkpoints {
        private let kept: KeptCheckpoints
        private let state = Mutex((isOpen: true, notes: [Bool](), seen: [String]()))

        init(_ done: ValueMap = ValueMap(), keepsSecrets: Bool = true) {
            kept = KeptCheckpoints(done, keepsSecrets: keepsSecrets)
        }

        func load(_ name: String) async throws -> Value? { try await kept.load(name) }
        func save(_ name: String, _ value: Value) async throws -> Bool { try await kept.save(name, value) }

        func noteWrite(isOpen: Bool) async throws {
            state.withLock { state in
                state.isOpen = isOpen
                state.notes.append(isOpen)
            }
        }

        func see(_ request: HTTPRequest) {
            let path = request.url.split(separator: "/").last ?? ""
            state.withLock { $0.seen.append("\(request.method) \(path) \($0.isOpen ? "open" : "quiet")") }
        }

        var seen: [String] { state.withLock { $0.seen } }
        /// What was said to the journal; `true` waits for the disk.
        var notes: [Bool] { state.withLock { $0.notes } }
    }

    /// Runs an operation against replies in order, of which nil is an answer that is lost.
    private func marks(
        _ operation: String, _ replies: [HTTPResponse?], _ marks: Marks = Marks(), file: String = "short",
        effect: Effect = .write
    ) async throws -> Marks {
        let next = Mutex(0)
        let client = ScriptedHTTP { call in
            marks.see(call.request)
            let index = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard index < replies.count else { return try await UnexpectedUse().send(call) }
            guard var reply = replies[index] else { throw call.inDoubt(Failure(.network, "the answer broke off")) }
            reply.url = call.request.url
            if let failure = call.classify?(reply) { throw failure }
            return reply
        }
        let node = try TestConnector(operation).node("op")
        let context = NodeContext(
            world: .test(http: client, files: MemoryFiles(texts: ["/work/f": file])), effect: effect,
            idempotencyKey: "key-1", workingDirectory: "/work", checkpoints: marks)
        let arguments = node.spec.parameters.isEmpty ? ValueMap() : ValueMap.of([("file", "f")])
        _ = try? await node.run(node.spec.bind(arguments), in: context)
        return marks
    }

    private let done = HTTPResponse.json(#"{"id":"7","state":"done"}"#)
    private let accepted = HTTPResponse.json(#"{"id":"7"}"#, status: 202)
    private let busy = HTTPResponse.json(#"{"state":"busy"}"#)

    // MARK: A job

    private static let job = """
          op:
            summary: Copy a thing.
            effect: write
            request: POST things
            poll:
              when: ${{ status == 202 }}
              request: GET jobs
              until: ${{ body.state == "done" }}
              every: 1s
              for: 1m
        """

    @Test func whoOnlyWaitsForAJobCanBeCutOff() async throws {
        let marks = try await marks(Self.job, [accepted, busy, done])
        #expect(marks.seen == ["POST things open", "GET jobs quiet", "GET jobs quiet"])
        // Nothing more waits for the disk than before.
        #expect(marks.notes == [false])
    }

    @Test func resumedRunThatWaitsForAJobCanBeCutOff() async throws {
        let kept = Marks(ValueMap.of([("first", ["status": 202, "headers": [:], "body": ["id": "7"]])]))
        #expect(try await marks(Self.job, [busy, done], kept).seen == ["GET jobs quiet", "GET jobs quiet"])
    }

    @Test func whatNeedsNoJobSaysNothing() async throws {
        #expect(try await marks(Self.job, [done]).notes == [])
    }

    /// Without a vault its answer may not be kept, so that the job would be begun once more.
    @Test func jobThatIsNotKeptStaysOpen() async throws {
        let operation = Self.job.replacing("request: POST things", with: "request: POST things\n    secret: [body.id]")
        let marks = try await marks(operation, [accepted, busy, done], Marks(keepsSecrets: false))
        #expect(marks.seen == ["POST things open", "GET jobs open", "GET jobs open"])
    }

    @Test func workThatMayBeRepeatedSaysNothing() async throws {
        #expect(try await marks(Self.job, [accepted, busy, done], effect: .idempotent).notes == [])
    }

    @Test func oneRequestSaysNothing() async throws {
        let single = "  op:\n    summary: Add a thing.\n    effect: write\n    request: POST things"
        #expect(try await marks(single, [done]).notes == [])
    }

    // MARK: Steps

    private static func steps(_ steps: String, params: String = "", more: String = "") -> String {
        "  op:\n    summary: Add a thing.\n    effect: write\n\(params)    steps:\n"
            + steps.split(separator: "\n").map { "      \($0)\n" }.joined() + more
    }

    @Test func onlyTheStepThatWritesCannotBeCutOff() async throws {
        let operation = Self.steps(
            """
            slot: { request: POST slots, effect: idempotent }
            look: { request: GET looks }
            share: { request: POST shares }
            check: { request: GET checks }
            tell: { request: POST tells }
            """)
        let marks = try await marks(operation, [done, done, done, done, done])
        #expect(
            marks.seen == [
                "POST slots quiet", "GET looks quiet", "POST shares open", "GET checks quiet", "POST tells open",
            ])
        #expect(marks.notes == [false, true, false, true])
    }

    /// Only what was answered and is kept is surely not sent again.
    @Test func lostWriteStaysOpenWhateverFollows() async throws {
        let operation = Self.steps(
            """
            slot: { request: POST slots, effect: idempotent }
            share: { request: POST shares, probe: { request: GET probes, done: "${{ body.id == '7' }}" } }
            check: { request: GET checks }
            """)
        let marks = try await marks(operation, [done, nil, busy, nil, done])
        #expect(marks.seen.prefix(2) == ["POST slots quiet", "POST shares open"])
        #expect(marks.seen.dropFirst(2).allSatisfy { $0.hasSuffix(" open") }, "\(marks.seen)")
    }

    @Test func refusedWriteIsOpenWhereItBeginsAgain() async throws {
        let operation = Self.steps(
            """
            current: { request: GET things }
            write: { request: POST writes }
            """, more: "    restart: { at: current, on: conflict, max: 1 }\n")
        let marks = try await marks(operation, [done, .json("{}", status: 409), done, done])
        #expect(marks.seen == ["GET things quiet", "POST writes open", "GET things open", "POST writes open"])
    }

    /// It is sent again by a resumed run, and kept by nobody.
    @Test func freshWriteStaysOpen() async throws {
        let operation = Self.steps(
            """
            begin: { request: POST begins, fresh: true }
            look: { request: GET looks }
            """)
        #expect(try await marks(operation, [done, done]).seen == ["POST begins open", "GET looks open"])
    }

    // MARK: Pieces

    @Test func onlyTheLastPieceCannotBeCutOff() async throws {
        let operation = Self.steps(
            """
            start: { request: POST files, effect: idempotent }
            send:
              request: PUT pieces
              body: ${{ chunk.piece }}
              chunk: { of: "${{ params.file }}", by: range, size: 4 }
            """, params: "    params: { file: { type: file } }\n")
        let marks = try await marks(operation, [done, done, done, done], file: "ten bytes.")
        #expect(marks.seen == ["POST files quiet", "PUT pieces quiet", "PUT pieces quiet", "PUT pieces open"])
        #expect(marks.notes == [false, true])
    }
}
