import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowSQL

/// The server that tests share; see scripts/services/postgresql.
enum PostgreSQLServer {
    static let isThere = TestService.isThere("postgresql")
    static let shared = TestService("postgresql", endedBy: SIGQUIT)
}

/// What a test has of a server: a world with the real clock and files, and an account.
struct PostgreSQLBench: Sendable {
    let world: World
    let folder: TemporaryFolder
    let place: TestService.Place
    var credential: Credential

    init(_ service: TestService = PostgreSQLServer.shared, _ fields: [String: Value] = [:]) async throws {
        place = try await service.start()
        folder = TemporaryFolder()
        world = World.test(files: PosixFileSystem(), clock: SystemClock())
        var all: [String: Value] = [
            "host": "localhost", "port": .string(String(place.port)), "database": "flow", "username": "flow",
            "password": .secret("fake-password"), "ca_file": .string(place.folder + "/tls/ca.pem"),
        ]
        for (name, value) in fields { all[name] = value }
        credential = Credential(
            name: "shop", type: "postgres", fields: ValueMap(all.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
        )
    }

    var context: NodeContext {
        NodeContext(world: world, credential: credential, workingDirectory: folder.path)
    }

    /// Runs a node as a step would.
    @discardableResult
    func run(_ name: String, _ arguments: KeyValuePairs<String, Value> = [:]) async throws -> Value {
        let node = try #require(SQLNodes().node(named: name))
        let bound = try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) }))
        return try await node.run(bound, in: context)
    }

    /// The failure that a node ends with.
    func failure(_ name: String, _ arguments: KeyValuePairs<String, Value> = [:]) async -> Failure? {
        do {
            try await run(name, arguments)
            return nil
        } catch {
            return Failure(error)
        }
    }

    func query(_ sql: String, _ params: Value = nil) async throws -> Value {
        try await run("postgres.query", ["sql": .string(sql), "params": params])
    }

    func execute(_ sql: String, _ params: Value = nil) async throws {
        try await run("postgres.execute", ["sql": .string(sql), "params": params])
    }

    /// Waits until a query gives one row with the value true.
    func until(_ sql: String) async throws {
        for _ in 0..<400 {
            if try await query(sql) == [["ok": true]] { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw Failure(.timeout, "it never became true: \(sql)")
    }
}
