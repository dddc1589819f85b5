import FlowCore
import FlowSpec

/// `postgres.check`: whether the server lets us in, and as whom.
struct SQLCheck<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "check", of: Driver.self, summary: "Log in, and say who and where one is.", effect: .read, parameters: [],
        output: "{who, server, version, host, database, user, tls}: tls is null where the connection is in the clear.",
        example: .init(
            [:],
            output: [
                "who": "ada at db.example.com:5432", "server": .string(Driver.title), "version": "15.18",
                "host": "db.example.com:5432", "database": "shop", "user": "ada", "tls": "TLSv1.3",
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("who", .string), ("server", .string), ("version", .string), ("host", .string), ("database", .string),
            ("user", .string), ("tls", .string.orNull),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        let found = try await session.use { try $0.describe() }
        let user = found["user"]?.stringValue ?? session.account.user
        // What `credentials test` shows.
        var answer = ValueMap([("who", .string("\(user) at \(session.account.place)"))])
        for (key, value) in found { answer[key] = value }
        return .map(answer)
    }
}
