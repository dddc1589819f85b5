import FlowCore
import FlowMongo
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

/// A database of its own on the tests' MongoDB, and what a step would have to reach it.
struct TestDatabase: Sendable {
    static let server = TestService("mongodb", ports: 3)

    let name: String
    let port: Int
    let world: World
    let folder: String

    /// - Parameter server: where it isn't the one that all tests share.
    static func use(
        of server: TestService = TestDatabase.server, _ body: (TestDatabase) async throws -> Void
    ) async throws {
        let place = try await server.start()
        let folder = try Folder.temporary()
        defer { Folder.delete(folder) }
        let world = World(
            http: UnexpectedUse(), files: PosixFileSystem(), clock: SystemClock(), processes: UnexpectedUse(),
            random: SystemRandom())
        let name = "t" + world.random.uuid().filter { $0 != "-" }
        let database = TestDatabase(name: name, port: place.port, world: world, folder: folder)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(database))
        } catch {
            outcome = .failure(error)
        }
        await world.connections.close()
        try outcome.get()
    }

    /// Its steps can be told apart by the server: they have the name of the database.
    func credential(user: String = "flow", _ fields: KeyValuePairs<String, Value> = [:]) -> Credential {
        var all = ValueMap([
            ("url", .secret(.string("mongodb://127.0.0.1:\(port)/\(name)?appName=\(name)&tls=false"))),
            ("username", .string(user)), ("password", .secret("fake-password")),
        ])
        for (name, value) in fields { all[name] = value }
        return Credential(name: user, type: "mongodb", fields: all)
    }

    /// Runs one node as a step would: arguments are bound first.
    ///
    /// - Parameter key: of the step; the same key is the same step once more.
    func run(
        _ node: String, _ arguments: KeyValuePairs<String, Value>, key: String? = nil, credential: Credential? = nil,
        effect: Effect? = nil
    ) async throws -> Value {
        let node = try #require(MongoNodes().node(named: "mongodb.\(node)"))
        let bound = try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) }))
        return try await node.run(bound, in: context(node, bound, key: key, credential: credential, effect: effect))
    }

    /// The pages of a query, as a loop takes them.
    func pages(
        _ node: String, _ arguments: KeyValuePairs<String, Value>, from mark: Value? = nil,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let node = try #require(MongoNodes().node(named: "mongodb.\(node)") as? any PagedNode)
        let bound = try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) }))
        try await node.pages(bound, from: mark, in: context(node, bound), take)
    }

    private func context(
        _ node: any Node, _ arguments: Arguments, key: String? = nil, credential: Credential? = nil,
        effect: Effect? = nil
    ) -> NodeContext {
        var context = NodeContext(
            world: world, credential: credential ?? self.credential(), effect: effect ?? node.effect(of: arguments),
            idempotencyKey: key ?? world.random.uuid(), workingDirectory: folder)
        context.runStarted = Timestamp(seconds: 1_763_769_600)
        return context
    }

    /// Makes the next `times` commands of these names fail for steps with this database's credential.
    func failNext(_ commands: [String], times: Int = 1, _ data: KeyValuePairs<String, Value>) async throws {
        try await fail(commands, ["times": .int(Int64(times))], data)
    }

    /// Makes all commands of these names but the first `count` fail until ``failNext(_:times:_:)`` ends it.
    func fail(_ commands: [String], after count: Int, _ data: KeyValuePairs<String, Value>) async throws {
        try await fail(commands, ["skip": .int(Int64(count))], data)
    }

    private func fail(_ commands: [String], _ mode: Value, _ data: KeyValuePairs<String, Value>) async throws {
        var all = ValueMap([
            ("failCommands", .list(commands.map(Value.string))), ("appName", .string(name)),
        ])
        for (name, value) in data { all[name] = value }
        _ = try await run(
            "run_command",
            [
                "database": "admin",
                "command": [
                    "configureFailPoint": "failCommand", "mode": mode, "data": .map(all),
                ],
            ],
            credential: credential(
                user: "admin", ["url": .secret(.string("mongodb://127.0.0.1:\(port)/?tls=false"))]))
    }
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
