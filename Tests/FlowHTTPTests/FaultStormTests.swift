import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Many operations against a server of which every third answer goes wrong: none is lost, no write happens twice, and
/// no secret reaches another origin.
///
/// `FAULT_OPERATIONS` says how many; `make soak` asks for 10,000.
@Suite struct FaultStormTests {
    private static let operations = getenv("FAULT_OPERATIONS").flatMap { Int(String(cString: $0)) } ?? 500
    private static let token = "fake-token-0123456789"

    @Test func everyOperationEndsAsItShould() async throws {
        let other = try FaultServer { _ in .text("elsewhere") }
        let service = FaultyService(elsewhere: other.url)
        let server = try FaultServer { service.answer($0) }
        let refusing = try RefusingPort()
        let client = DownloadClient(
            RetryingClient(CurlClient(), clock: ManualClock(), random: SeededRandom(), patience: .seconds(1 << 20)))
        let folder = try TemporaryFolder()
        let ended = await withTaskGroup(of: (Operation, Failure?).self) { group in
            var next = 0
            func add() {
                guard next < FaultStormTests.operations else { return }
                let operation = Operation(number: next)
                next += 1
                let base = next % 97 == 0 ? refusing.url : next % 89 == 0 ? "https://\(server.authority)" : server.url
                let call = operation.call(base, folder: folder.path, token: FaultStormTests.token)
                group.addTask {
                    do {
                        let response = try await client.send(call)
                        return (operation, operation.complaint(response))
                    } catch {
                        return (operation, Failure(error))
                    }
                }
            }
            for _ in 0..<32 { add() }
            var ended: [(Operation, Failure?)] = []
            for await outcome in group {
                ended.append(outcome)
                add()
            }
            return ended
        }
        #expect(ended.count == FaultStormTests.operations)
        for (operation, failure) in ended {
            let done = service.done(operation.id) + other.requests.count { $0.path == "/\(operation.id)" }
            let isSafe = operation.effect != .write || operation.isKeyed
            switch failure?.kind {
            case nil:
                #expect(done >= 1 && (isSafe || done == 1), "\(operation.id) succeeded and was done \(done) times")
            case .uncertain: #expect(!isSafe && done <= 1, "\(operation.id) is uncertain and was done \(done) times")
            case .tls, .network:
                #expect(failure?.nothingSent == true && done == 0, "\(operation.id): \(failure?.message ?? "")")
            // A redirect in a circle, or answers that stay wrong.
            case .protocolError: #expect(isSafe || done == 0, "\(operation.id): \(failure?.message ?? "")")
            default:
                Issue.record("\(operation.id) ended with \(failure?.kind.rawValue ?? ""): \(failure?.message ?? "")")
            }
        }
        let succeeded = ended.filter { $0.1 == nil }.count
        #expect(succeeded > FaultStormTests.operations * 3 / 4)
        #expect(service.faults > FaultStormTests.operations / 4)
        #expect(!other.requests.isEmpty)
        for request in other.requests {
            let fields = request.headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            #expect(!fields.contains(FaultStormTests.token))
        }
        #expect(folder.names.allSatisfy { !$0.contains(".part-") })
    }
}

/// One operation of the storm: which, by its number.
private struct Operation: Sendable {
    let id: String
    let method: String
    let effect: Effect
    let isKeyed: Bool
    let isDownload: Bool

    init(number: Int) {
        id = "op\(number)"
        let kinds: [(String, Effect, Bool, Bool)] = [
            ("GET", .read, false, false), ("POST", .write, false, false), ("PUT", .idempotent, false, false),
            ("POST", .write, true, false), ("GET", .read, false, true),
        ]
        (method, effect, isKeyed, isDownload) = kinds[number % kinds.count]
    }

    func call(_ base: String, folder: String, token: String) -> HTTPCall {
        var request = HTTPRequest(
            method, "\(base)/\(id)",
            headers: HTTPHeaders([
                ("Authorization", "Bearer \(token)"), ("X-Api-Key", token), ("Cookie", "session=\(token)"),
            ]), secrets: SecretPlaces(headers: ["X-Api-Key"]))
        if method != "GET" { request.body = .bytes(Array("content of \(id)".utf8)) }
        if isKeyed { request.headers["Idempotency-Key"] = id }
        let effect = effect
        let isKeyed = isKeyed
        return HTTPCall(
            request, effect: effect, retry: RetryPolicy(max: 12, jitter: false),
            timeouts: .init(connect: .seconds(20), total: .seconds(30), stall: .milliseconds(400)),
            destination: isDownload ? .file(path: "\(folder)/\(id)") : .memory(limit: 1 << 20),
            hasIdempotencyKey: isKeyed, maximumRedirects: 5,
            classify: {
                HTTPStatusTable.failure(
                    for: $0, effect: effect, hasIdempotencyKey: isKeyed, now: Timestamp(seconds: 1_800_000_000))
            })
    }

    /// What is wrong with a response that counts as a success; nil where nothing is.
    func complaint(_ response: HTTPResponse) -> Failure? {
        switch response.body {
        case .file(let file) where file.size == Int64(FaultyService.content(id).count): return nil
        case .bytes(let bytes) where bytes == FaultyService.content(id): return nil
        case .bytes(let bytes) where bytes == Array("elsewhere".utf8): return nil
        case .file(let file) where file.size == Int64("elsewhere".utf8.count): return nil
        default: return Failure(.internal, "the answer to \(id) is not its own")
        }
    }
}

/// Decides by the operation and the attempt alone what goes wrong, so that a storm can be repeated.
private final class FaultyService: Sendable {
    private typealias Reply = FaultServer.Reply

    private struct State {
        var attempts: [String: Int] = [:]
        var done: [String: Int] = [:]
        var faults = 0
    }

    private let elsewhere: String
    private let state = Mutex(State())

    init(elsewhere: String) { self.elsewhere = elsewhere }

    var faults: Int { state.withLock { $0.faults } }
    func done(_ id: String) -> Int { state.withLock { $0.done[id] ?? 0 } }

    static func content(_ id: String) -> [UInt8] {
        Array(String(repeating: "the answer to \(id). ", count: 20).utf8)
    }

    func answer(_ request: FaultServer.Request) -> FaultServer.Reply {
        let id = String(request.path.dropFirst())
        // In a circle.
        if let number = Int(id.filter(\.isNumber)), number % 101 == 100 { return .redirect(to: "/\(id)", status: 307) }
        let attempt = state.withLock { state in
            state.attempts[id, default: 0] += 1
            return state.attempts[id, default: 0]
        }
        let number = UInt64(id.filter(\.isNumber)) ?? 0
        let draw = FaultyService.mixed(number << 16 | UInt64(attempt))
        let content = FaultyService.content(id)
        let whole = Reply(200, headers: [("ETag", "\"\(id)\"")], body: .bytes(content))
        guard draw % 100 < 30 else {
            did(id)
            return part(of: whole, content, request)
        }
        state.withLock { $0.faults += 1 }
        let place = Int((draw >> 40) % UInt64(whole.headSize + content.count))
        switch (draw >> 20) % 15 {
        case 0: return .retryAfter("0")
        case 1: return .retryAfter("0", status: 503)
        case 2: return .retryAfter("Sun, 06 Nov 1994 08:49:37 GMT")
        case 3: return .redirect(to: "/\(id)", status: 307)
        case 4: return .redirect(to: elsewhere + "/\(id)", status: 307)
        default: break
        }
        // From here on the work is done, and only its answer is lost.
        did(id)
        switch (draw >> 20) % 15 {
        case 5: return .hangUp
        case 6, 7: return whole.delivered(.reset(after: place))
        case 8: return whole.delivered(.cut(after: place))
        case 9: return Reply(500)
        case 10:
            return Reply(
                200, headers: [("Content-Length", "\(content.count + 9)")], body: .bytes(content), closes: true)
        case 11:
            return Reply(
                200, headers: [("Content-Encoding", "gzip")],
                body: .bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xED, 0xC8]))
        case 12: return .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
        case 13: return place % 8 == 0 ? whole.delivered(.stall(after: place)) : .hangUp
        default: return whole.delivered(.drip(bytes: 64, pause: .milliseconds(1)))
        }
    }

    private func part(of whole: Reply, _ content: [UInt8], _ request: FaultServer.Request) -> Reply {
        guard let start = request.headers["range"].flatMap({ Int($0.filter(\.isNumber)) }), start < content.count
        else { return whole }
        return Reply(
            206,
            headers: [
                ("ETag", whole.headers["etag"] ?? ""),
                ("Content-Range", "bytes \(start)-\(content.count - 1)/\(content.count)"),
            ], body: .bytes(Array(content[start...])))
    }

    /// Neighbours give numbers that have nothing in common (the finalizer of SplitMix64).
    private static func mixed(_ number: UInt64) -> UInt64 {
        var word = number &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    private func did(_ id: String) { state.withLock { $0.done[id, default: 0] += 1 } }
}
