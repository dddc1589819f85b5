import FlowCore
import FlowSpec

/// `postgres.check`: whether the server lets us in, and as whom.
struct SQLCheck<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "check", of: Driver.self, summary: "Log in, and say who and where one is.", effect: .read, parameters: [],
        output: "{server, version, host, database, user, tls}: tls is null where the connection is in the clear.",
        example: .init(
            [:],
            output: [
                "server": .string(Driver.title), "version": "15.18", "host": "db.example.com:5432", "database": "shop",
                "user": "ada", "tls": "TLSv1.3",
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("server", .string), ("version", .string), ("host", .string), ("database", .string), ("user", .string),
            ("tls", .string.orNull),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        return try await session.use { .map(try $0.describe()) }
    }
}
