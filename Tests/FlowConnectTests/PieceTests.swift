import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Files that are sent in pieces.
@Suite struct PieceTests {
    /// A server that takes ranges of bytes and may lose connections, as Drive's does.
    private final class RangeServer: HTTPClient {
        struct State {
            var taken: Int64 = 0
            var requests: [HTTPRequest] = []
            /// Of the pieces, counted from 1, those after which the connection breaks; the bytes have arrived.
            var breaksAfter: Set<Int> = []
            /// How often what is sent may be repeated before the server is asked how far it is.
            var retries: Set<Int> = []
            var areSentOnce: Set<Bool> = []
            var pieces = 0
            /// What is asked of the session once it has all; nil where it tells how far it is.
            var statusWhenDone: Int?
            var refusesPieces = false
            /// Of the pieces, counted from 1, those that went out twice: the server has the first of the two.
            var sentTwice: Set<Int> = []
            /// Of the pieces, in turn.
            var effects: [Effect] = []
        }

        let total: Int64
        let state: Mutex<State>

        init(total: Int64, taken: Int64 = 0, breaksAfter: Set<Int> = []) {
            self.total = total
            state = Mutex(State(taken: taken, breaksAfter: breaksAfter))
        }

        func send(_ call: HTTPCall) async throws -> HTTPResponse {
            let reply = try state.withLock { state in
                state.requests.append(call.request)
                if case .file = call.request.body {
                    state.retries.insert(call.retry.max)
                    state.areSentOnce.insert(call.isSentOnce)
                    state.effects.append(call.effect)
                }
                if state.refusesPieces, case .file = call.request.body { throw Failure(.rateLimited, "too many") }
                do {
                    return try answer(call.request, &state)
                } catch {
                    throw call.effect == .write ? Failure(.uncertain, "it may have arrived") : error
                }
            }
            if let failure = call.classify?(reply) { throw failure }
            return reply
        }

        private func answer(_ request: HTTPRequest, _ state: inout State) throws -> HTTPResponse {
            guard request.method == "PUT" else {
                return .json("{}", headers: [("Location", "https://up.acme.test/session/1")])
            }
            guard case .file(_, let offset, let length?) = request.body else {
                if state.taken == total, let status = state.statusWhenDone { return .json("{}", status: status) }
                return progress(state)
            }
            state.pieces += 1
            if state.sentTwice.contains(state.pieces) { state.taken += length }
            let isWanted = offset == state.taken
            if isWanted { state.taken += length }
            if state.breaksAfter.contains(state.pieces) { throw Failure(.network, "the connection broke") }
            return isWanted ? progress(state) : .json("{}", status: 416)
        }

        private func progress(_ state: State) -> HTTPResponse {
            if state.taken == total { return .json(#"{"id":"f1"}"#, status: 201) }
            return HTTPResponse(
                status: 308, headers: HTTPHeaders(state.taken > 0 ? [("Range", "bytes=0-\(state.taken - 1)")] : []))
        }
    }

    private static let operation = """
          upload:
            summary: Send a file.
            effect: write
            params: { file: { type: file, required: true } }
            steps:
              start: { request: POST files, json: {} }
              send:
                request: PUT ${{ steps.start.headers.location }}
                auth: none
                body: ${{ chunk.piece }}
                chunk:
                  of: ${{ params.file }}
                  by: range
                  size: 11
                  multiple: 5
                  more: [308]
                  offset_from: "${{ 'range' in headers ? int(headers.range.split('-')[1]) + 1 : status == 308 ? 0 : chunk.total }}"
                  ask:
                    request: PUT ${{ steps.start.headers.location }}
                    auth: none
                    headers: { Content-Range: "bytes */${{ chunk.total }}" }
                    ok: [308]
                    offset: "${{ 'range' in headers ? int(headers.range.split('-')[1]) + 1 : status == 308 ? 0 : chunk.total }}"
            output: ${{ steps.send.body }}
        """

    private func upload(
        _ server: RangeServer, checkpoints: any Checkpoints = NoCheckpoints(), operation: String = Self.operation,
        effect: Effect = .write, modified: Timestamp = Timestamp(seconds: 0)
    ) async throws -> Value {
        let node = try TestConnector(operation).node("upload")
        let text = String(repeating: "x", count: Int(server.total))
        let context = NodeContext(
            world: .test(http: server, files: MemoryFiles(texts: ["/work/f": text], modified: modified)),
            effect: effect, retry: .http,
            idempotencyKey: "key-1", checkpoints: checkpoints)
        return try await node.run(node.spec.bind(ValueMap.of([("file", "/work/f")])), in: context)
    }

    private func ranges(_ server: RangeServer) -> [String?] {
        server.state.withLock { $0.requests.dropFirst().map { $0.headers["Content-Range"] } }
    }

    @Test func piecesAreMultiplesAndTheLastIsWhatIsLeft() async throws {
        let server = RangeServer(total: 23)
        #expect(try await upload(server) == ["id": "f1"])
        #expect(ranges(server) == ["bytes 0-9/23", "bytes 10-19/23", "bytes 20-22/23"])
        let bodies = server.state.withLock { $0.requests.dropFirst().map(\.body) }
        #expect(bodies.last == .file(path: "/work/f", offset: 20, length: 3))
    }

    @Test func anEmptyFileIsOneEmptyPiece() async throws {
        let server = RangeServer(total: 0)
        #expect(try await upload(server) == ["id": "f1"])
        #expect(ranges(server) == ["bytes */0"])
    }

    @Test func aBreakIsFollowedByAskingHowMuchHasArrived() async throws {
        let server = RangeServer(total: 23, breaksAfter: [1])
        #expect(try await upload(server) == ["id": "f1"])
        #expect(ranges(server) == ["bytes 0-9/23", "bytes */23", "bytes 10-19/23", "bytes 20-22/23"])
    }

    @Test(arguments: [1, 3]) func aPieceThatWentOutTwiceIsFollowedByAsking(number: Int) async throws {
        let server = RangeServer(total: 23)
        server.state.withLock { $0.sentTwice = [number] }
        #expect(try await upload(server, effect: .idempotent) == ["id": "f1"])
        let pieces = ["bytes 0-9/23", "bytes 10-19/23", "bytes 20-22/23"]
        // The answer to the last one is asked for with an empty piece.
        let rest = number < 3 ? pieces.dropFirst(number) : ["bytes */23"]
        #expect(ranges(server) == pieces.prefix(number) + ["bytes */23"] + rest)
    }

    @Test func aPieceThatIsNeverWantedIsToldInTheEnd() async throws {
        let server = RangeServer(total: 23, taken: 5)
        let kept = KeptCheckpoints()
        let operation = Self.operation.replacing("offset: \"${{ 'range' in headers ?", with: "offset: \"${{ false ?")
        let failure = await #expect(throws: Failure.self) {
            try await upload(server, checkpoints: kept, operation: operation, effect: .idempotent)
        }
        #expect(failure?.kind == .transient)
        #expect(failure?.message == "acme.upload: the server does not want the bytes from 0 on of f")
        #expect(kept.values.names.contains("steps.send.pieces"))
    }

    @Test func noPieceIsRepeatedUnasked() async throws {
        let server = RangeServer(total: 23)
        _ = try await upload(server)
        #expect(server.state.withLock { $0.retries } == [0])
        #expect(server.state.withLock { $0.areSentOnce } == [true])
    }

    /// What a run left that was cut off after the first ten bytes of a file of `total`.
    private static func cutOff(total: Int64) -> KeptCheckpoints {
        KeptCheckpoints(
            ValueMap.of([
                (
                    "steps.start",
                    ["status": 200, "headers": ["location": "https://up.acme.test/session/1"], "body": [:]]
                ),
                ("steps.send.pieces", ["offset": 10, "count": 1, "parts": [], "total": .int(total)]),
            ]))
    }

    @Test func aResumedRunAsksBeforeItSends() async throws {
        let server = RangeServer(total: 23, taken: 20)
        let kept = Self.cutOff(total: 23)
        #expect(try await upload(server, checkpoints: kept) == ["id": "f1"])
        let sent = server.state.withLock { $0.requests.map { $0.headers["Content-Range"] } }
        #expect(sent == ["bytes */23", "bytes 20-22/23"])
    }

    /// The example of `chunk:` in docs/connectors.md, as the step of an operation.
    private static func documented() throws -> String {
        let bytes = try #require(TestFiles.read(TestFiles.root + "/docs/connectors.md"))
        let blocks = String(decoding: bytes, as: UTF8.self).split(separator: "```", omittingEmptySubsequences: false)
        let block = try #require(blocks.first { $0.hasPrefix("yaml\nsend:\n") && $0.contains("chunk:") })
        let head = operation.prefix(upTo: try #require(operation.firstRange(of: "      send:")).lowerBound)
        return head + block.split(separator: "\n").dropFirst().map { "      \($0)\n" }.joined()
    }

    @Test func theDocumentedUploadKnowsThatAllHasArrived() async throws {
        let server = RangeServer(total: 23, taken: 23)
        let kept = Self.cutOff(total: 23)
        _ = try await upload(server, checkpoints: kept, operation: Self.documented())
        let sent = server.state.withLock { $0.requests.map { $0.headers["Content-Range"] } }
        #expect(sent == ["bytes */23", "bytes */23"])
    }

    /// The size of a piece may be computed from what a server says.
    @Test func aPieceLargerThanAnyFileIsTheRest() async throws {
        let server = RangeServer(total: 23, taken: 20)
        let kept = Self.cutOff(total: 23)
        let operation = Self.operation.replacing(
            "size: 11", with: "size: \"${{ chunk.total > 0 ? 9223372036854775807 : 1 }}\"")
        #expect(try await upload(server, checkpoints: kept, operation: operation) == ["id": "f1"])
        #expect(server.state.withLock { $0.requests.last?.headers["Content-Range"] } == "bytes 20-22/23")
    }

    @Test func aFileThatHasChangedIsNotSentOn() async throws {
        let kept = Self.cutOff(total: 40)
        let server = RangeServer(total: 23)
        let failure = await #expect(throws: Failure.self) { try await upload(server, checkpoints: kept) }
        #expect(failure?.message == "acme.upload: f has changed since the first pieces of it were sent")
    }

    /// Of the same size, it would be sent on from the middle.
    @Test func aFileOfTheSameSizeThatHasChangedIsNotSentOn() async throws {
        let kept = KeptCheckpoints()
        let refusing = RangeServer(total: 23)
        refusing.state.withLock { $0.breaksAfter = [2, 3, 4, 5, 6, 7] }
        let written = Timestamp(seconds: 7, nanoseconds: 123_456_789)
        await #expect(throws: Failure.self) { try await upload(refusing, checkpoints: kept, modified: written) }
        let server = RangeServer(total: 23, taken: 20)
        let failure = await #expect(throws: Failure.self) {
            try await upload(server, checkpoints: kept, modified: Timestamp(seconds: 7, nanoseconds: 123_456_790))
        }
        #expect(failure?.kind == .conflict)
        #expect(failure?.message == "acme.upload: f has changed since the first pieces of it were sent")
        #expect(server.state.withLock { $0.requests.isEmpty })
        #expect(try await upload(server, checkpoints: kept, modified: written) == ["id": "f1"])
    }

    /// A file that is written again whenever it has been asked about as often.
    private final class ChangingFile: FileSystem {
        private let file = MemoryFiles(texts: ["/work/f": "12345"])
        private let looks = Mutex(0)

        func read(_ path: String, limit: Int) throws -> [UInt8] { try file.read(path, limit: limit) }

        func read(_ path: String, from offset: Int64, count: Int) throws -> FilePiece {
            var piece = try file.read(path, from: offset, count: count)
            piece.modified = looks.withLock { looks in
                looks += 1
                return Timestamp(seconds: looks > 3 ? 1 : 0)
            }
            return piece
        }

        func info(_ path: String) throws -> FileInfo? { try file.info(path) }
        func list(_ path: String) throws -> [String] { try file.list(path) }
        func createFolder(_ path: String) throws {}
        func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws {}
        func append(_ bytes: [UInt8], to path: String) throws {}
        func delete(_ path: String, recursive: Bool) throws {}
        func move(_ path: String, to destination: String) throws {}
        func copy(_ path: String, to destination: String) throws {}
    }

    @Test func aFileThatChangesWhileItIsSentIsNotSentOn() async throws {
        let client = ReplyingClient([.json("{}"), .json("{}"), .json("{}")])
        let node = try TestConnector(Self.parts).node("upload")
        let context = NodeContext(
            world: .test(http: client, files: ChangingFile()), effect: .write, checkpoints: KeptCheckpoints())
        let failure = await #expect(throws: Failure.self) {
            try await node.run(node.spec.bind(ValueMap.of([("file", "/work/f")])), in: context)
        }
        #expect(failure?.message == "acme.upload: f has changed since the first pieces of it were sent")
        #expect(client.requests.map(\.method) == ["PUT", "PUT", "DELETE"])
    }

    @Test func piecesForOtherArgumentsAreNotGoneOnWith() async throws {
        let operation = Self.operation.replacing(
            "{ file: { type: file, required: true } }",
            with: "{ file: { type: file, required: true }, name: { type: string } }"
        )
        .replacing("POST files, json: {}", with: "POST files, json: { name: \"${{ params.name }}\" }")
        let node = try TestConnector(operation).node("upload")
        let kept = KeptCheckpoints()
        func upload(_ server: RangeServer, name: String) async throws -> Value {
            let context = NodeContext(
                world: .test(http: server, files: MemoryFiles(texts: ["/work/f": String(repeating: "x", count: 23)])),
                effect: .write, checkpoints: kept)
            return try await node.run(
                node.spec.bind(ValueMap.of([("file", "/work/f"), ("name", .string(name))])), in: context)
        }
        let refusing = RangeServer(total: 23)
        refusing.state.withLock { $0.breaksAfter = [2, 3, 4, 5, 6, 7] }
        await #expect(throws: Failure.self) { try await upload(refusing, name: "one") }
        let server = RangeServer(total: 23, taken: 20)
        let failure = await #expect(throws: Failure.self) { try await upload(server, name: "two") }
        #expect(failure?.message == "acme.upload: the arguments are not those that a part of it was done with")
        #expect(try await upload(server, name: "one") == ["id": "f1"])
    }

    @Test func aConnectionThatBreaksAtEachPieceIsToldInTheEnd() async throws {
        let server = RangeServer(total: 10, breaksAfter: [1, 2, 3, 4, 5, 6])
        server.state.withLock { $0.taken = 1 }
        let failure = await #expect(throws: Failure.self) { try await upload(server, effect: .idempotent) }
        #expect(failure?.kind == .network)
    }

    // MARK: The piece that ends a write

    @Test func onlyTheLastPieceIsAWrite() async throws {
        let server = RangeServer(total: 23)
        _ = try await upload(server)
        #expect(server.state.withLock { $0.effects } == [.idempotent, .idempotent, .write])
        let again = RangeServer(total: 23)
        _ = try await upload(again, effect: .idempotent)
        #expect(again.state.withLock { $0.effects } == [.idempotent, .idempotent, .idempotent])
    }

    /// A session that has done its work may be gone as one that has expired is: the file isn't sent once more.
    @Test(arguments: [404, 409, 410, 400, 403, 500])
    func aLastPieceWhoseAnswerIsLostIsInDoubtWhereTheSessionIsGone(status: Int) async throws {
        let server = RangeServer(total: 23, breaksAfter: [3])
        server.state.withLock { $0.statusWhenDone = status }
        let kept = KeptCheckpoints()
        let failure = await #expect(throws: Failure.self) { try await upload(server, checkpoints: kept) }
        #expect(failure?.kind == .uncertain)
        #expect(ranges(server).last == "bytes */23")
        #expect(kept.values.names.contains("steps.send.pieces"))
    }

    /// What was refused is known not to be done: that the session is gone is what there is to say.
    @Test func aLastPieceThatIsRefusedIsNotInDoubt() async throws {
        let server = RangeServer(total: 10)
        server.state.withLock {
            $0.taken = 10
            $0.refusesPieces = true
            $0.statusWhenDone = 404
        }
        let failure = await #expect(throws: Failure.self) { try await upload(server) }
        #expect(failure?.kind == .notFound)
    }

    @Test func aLastPieceThatWentOutTwiceIsInDoubtWhereTheSessionIsGone() async throws {
        let server = RangeServer(total: 10)
        server.state.withLock {
            $0.sentTwice = [1]
            $0.statusWhenDone = 404
        }
        let failure = await #expect(throws: Failure.self) { try await upload(server) }
        #expect(failure?.kind == .uncertain)
        #expect(ranges(server) == ["bytes 0-9/10", "bytes */10"])
    }

    @Test func aLastPieceWhoseAnswerIsLostIsDoneWhereTheServerHasAll() async throws {
        let server = RangeServer(total: 23, breaksAfter: [3])
        #expect(try await upload(server) == ["id": "f1"])
        #expect(server.state.withLock { $0.taken } == 23)
    }

    @Test func aSessionThatIsGoneBeforeTheLastPieceIsGone() async throws {
        let server = RangeServer(total: 23, taken: 23, breaksAfter: [1])
        server.state.withLock { $0.statusWhenDone = 404 }
        let failure = await #expect(throws: Failure.self) { try await upload(server) }
        #expect(failure?.kind == .notFound)
    }

    // MARK: Failing for good

    private static let parts = """
          upload:
            summary: Send a file.
            effect: write
            params: { file: { type: file, required: true } }
            steps:
              send:
                request: PUT parts/{number}
                path: { number: "${{ chunk.number }}" }
                body: ${{ chunk.piece }}
                idempotency: { send: header.Idempotency-Key, valid_for: 24h }
                chunk: { of: "${{ params.file }}", by: parts, size: 2 }
            abort: { request: DELETE parts }
        """

    private func sendParts(
        _ replies: [HTTPResponse], _ checkpoints: KeptCheckpoints = KeptCheckpoints()
    ) async throws -> [HTTPRequest] {
        let client = ReplyingClient(replies)
        let node = try TestConnector(Self.parts).node("upload")
        let context = NodeContext(
            world: .test(http: client, files: MemoryFiles(texts: ["/work/f": "12345"])), effect: .write,
            idempotencyKey: "key-1", checkpoints: checkpoints)
        _ = try? await node.run(node.spec.bind(ValueMap.of([("file", "/work/f")])), in: context)
        return client.requests
    }

    @Test func aFirstStepThatFailsForGoodAfterAPieceIsAborted() async throws {
        let kept = KeptCheckpoints()
        let requests = try await sendParts([.json("{}"), .json("{}", status: 403), .json("{}")], kept)
        #expect(requests.map(\.method) == ["PUT", "PUT", "DELETE"])
        #expect(kept.values.names == ["round"])
    }

    @Test func nothingIsAbortedWhereTheFirstPieceIsRefused() async throws {
        #expect(try await sendParts([.json("{}", status: 403)]).map(\.method) == ["PUT"])
    }

    @Test func eachPieceHasAKeyOfItsOwnThatStays() async throws {
        let kept = KeptCheckpoints()
        let broken = try await sendParts([.json("{}"), .json("{}", status: 503)], kept)
        let resumed = try await sendParts([.json("{}"), .json("{}")], kept)
        let keys = (broken + resumed).map { $0.headers["Idempotency-Key"] }
        #expect(keys == ["key-1-send-0-2", "key-1-send-2-4", "key-1-send-2-4", "key-1-send-4-5"])
    }

    // MARK: Parts with numbers

    @Test func whatEachPartReturnsIsThereForTheLastStep() async throws {
        let connector = try TestConnector(
            """
              upload:
                summary: Send a file.
                effect: write
                params: { file: { type: file, required: true } }
                steps:
                  send:
                    request: PUT parts/{number}
                    path: { number: "${{ chunk.number }}" }
                    query: { last: "${{ chunk.last }}" }
                    body: ${{ chunk.piece }}
                    chunk: { of: "${{ params.file }}", by: parts, size: "${{ chunk.total / 2 }}", collect: "${{ headers.etag }}" }
                  finish: { request: POST done, json: { parts: "${{ steps.send.parts.map(p, {'n': p.number, 'e': p.value}) }}" } }
            """)
        let (_, requests) = try await connector.run(
            "upload", ValueMap.of([("file", "/work/f")]), files: MemoryFiles(texts: ["/work/f": "12345"]),
            replies: [
                .json("{}", headers: [("ETag", "a")]), .json("{}", headers: [("ETag", "b")]),
                .json("{}", headers: [("ETag", "c")]), .json("{}"),
            ])
        #expect(
            requests.map(\.url).prefix(3).map { $0.split(separator: "/").last } == [
                "1?last=false", "2?last=false", "3?last=true",
            ])
        #expect(requests[3].text == #"{"parts":[{"n":1,"e":"a"},{"n":2,"e":"b"},{"n":3,"e":"c"}]}"#)
    }
}
