import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Glibc
import Testing

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/flow-nodes-\(SystemRandom().uuid())"
        try PosixFileSystem().createFolder(path)
    }

    deinit { try? PosixFileSystem().delete(path, recursive: true) }

    func write(_ text: String, to name: String) throws {
        try PosixFileSystem().write(Array(text.utf8), to: "\(path)/\(name)", mode: 0o644)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try PosixFileSystem().read("\(path)/\(name)", limit: 1 << 20), as: UTF8.self)
    }
}

/// Runs one node as a step would: arguments are bound first.
func runNode(
    _ name: String, _ arguments: KeyValuePairs<String, Value>, in folder: TemporaryFolder? = nil,
    http: any HTTPClient = UnexpectedUse(), credential: Credential? = nil, environment: [String: Value] = [:],
    timeout: Duration? = nil, effect: Effect? = nil, mayBeDone: Bool = false, baseURL: String? = nil,
    log: any LogSink = NoLog()
) async throws -> Value {
    let node = try #require(NativeNodes().node(named: name))
    let world = World(
        http: http, files: PosixFileSystem(), clock: ManualClock(), processes: PosixProcessRunner(),
        random: SeededRandom(), environment: ["PATH": "/usr/bin:/bin", "FLOWCTL_SECRET": "x", "OTHER": "y"])
    let bound = try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) }))
    var context = NodeContext(
        world: world, credential: credential, effect: effect ?? node.effect(of: bound), timeout: timeout,
        workingDirectory: folder?.path ?? "/tmp", environment: environment, baseURL: baseURL, log: log)
    context.mayBeDone = mayBeDone
    return try await node.run(bound, in: context)
}

/// The failure an operation ends with.
func failure(_ operation: () async throws -> some Any) async -> Failure? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return Failure(error)
    }
}
