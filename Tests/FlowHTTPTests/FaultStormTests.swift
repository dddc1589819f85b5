import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Glibc
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
        let (clock, random) = (ManualClock(), SeededRandom())
        // All layers, as a run has them.
        let traffic = TrafficControl(records: ProcessRecords(), clock: clock, random: random)
        let caching = CachingClient(CurlClient(), store: MemoryResponses())
        let client = DownloadClient(
            RetryingClient(caching, traffic: traffic, clock: clock, random: random, patience: .seconds(1 << 20)))
        let folder = TemporaryFolder()
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
                        guard operation.isAskedTwice, !operation.isElsewhere(response) else {
                            return (operation, operation.complaint(response))
                        }
                        // The same again, from what is stored where the service says that nothing changed.
                        return (operation, operation.complaint(try await client.send(call)))
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
            // The breaker of a port that refuses every connection.
            case .transient where failure?.code == "circuit_open":
                #expect(failure?.nothingSent == true && (isSafe || done == 0), "\(operation.id)")
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
        #expect(service.unchanged > 0)
    }
}

/// One operation of the storm: which, by its number.
private struct Operation: Sendable {
    let id: String
    let method: String
    let effect: Effect
    let isKeyed: Bool
    let isDownload: Bool

    /// Whether it is a read whose answer may be stored.
    var isAskedTwice: Bool { effect == .read && !isDownload }

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
        var call = HTTPCall(
            request, effect: effect, retry: RetryPolicy(max: 12, jitter: false),
            timeouts: .init(connect: .seconds(20), total: .seconds(30), stall: .milliseconds(400)),
            destination: isDownload ? .file(path: "\(folder)/\(id)") : .memory(limit: 1 << 20),
            hasIdempotencyKey: isKeyed, maximumRedirects: 5,
            classify: {
                HTTPStatusTable.failure(
                    for: $0, effect: effect, hasIdempotencyKey: isKeyed, now: Timestamp(seconds: 1_800_000_000))
            })
        call.usesCache = true
        return call
    }

    /// Whether what came is that of the other origin, which a redirect leads to.
    func isElsewhere(_ response: HTTPResponse) -> Bool { response.bytes == Array("elsewhere".utf8) }

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
