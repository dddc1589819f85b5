import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowSQL

/// What a test has of a server: a world with the real clock and files, and an account.
struct MySQLBench: Sendable {
    let world = World.test(files: PosixFileSystem(), clock: SystemClock())
    let folder = TemporaryFolder()
    let place: TestService.Place
    let credential: Credential

    init(_ service: TestService = MySQLServer.shared, _ fields: [(String, Value)] = []) async throws {
        place = try await service.start()
        credential = Credential(
            name: "shop", type: "mysql",
            fields: ValueMap(
                [
                    ("host", "localhost"), ("port", .string(String(place.port))), ("database", "flow"),
                    ("username", "admin"), ("password", .secret("fake-password")),
                    ("ca_file", .string(place.folder + "/tls/ca.pem")),
                ] + fields))
    }

    var context: NodeContext { NodeContext(world: world, credential: credential, workingDirectory: folder.path) }

    /// Runs a node as a step would.
    @discardableResult
    func run(_ name: String, _ arguments: KeyValuePairs<String, Value> = [:]) async throws -> Value {
        let node = try #require(SQLNodes().node(named: name))
        return try await node.run(try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) })), in: context)
    }

    @discardableResult
    func execute(_ sql: String, _ params: Value = nil) async throws -> Value {
        try await run("mysql.execute", ["sql": .string(sql), "params": params])
    }

    func query(_ sql: String, _ params: Value = nil) async throws -> Value {
        try await run("mysql.query", ["sql": .string(sql), "params": params])
    }

    /// Waits until the server does something whose text has `what` in it, or does nothing of that kind.
    func until(_ isThere: Bool, _ what: String) async throws {
        for _ in 0..<400 {
            let found = try await query(
                "SELECT ID FROM information_schema.processlist WHERE INFO LIKE :what AND ID <> CONNECTION_ID()",
                ["what": .string("%\(what)%")])
            if (found != []) == isThere { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw Failure(.timeout, "the server \(isThere ? "does not do" : "still does") \(what)")
    }
}
