import CMongo
import FlowCore
import FlowSpec

/// `mongodb.check`: whether a credential works, and whose it is.
struct MongoCheck: Node {
    let spec = NodeSpec(
        "mongodb.check", summary: "Show whether a server of MongoDB lets us in.", effect: .read, parameters: [],
        output: "{who, host, version, user, roles, replica_set}: replica_set is null where the server belongs to none.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [:],
            output: [
                "who": "flow@admin at db.example.com:27017", "host": "db.example.com:27017", "version": "6.0.5",
                "user": "flow@admin",
                "roles": ["readWrite@shop"], "replica_set": "rs0",
            ]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/connectionStatus/")

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("who", .string), ("host", .string), ("version", .string), ("user", .string.orNull),
            ("roles", .list(of: .string)),
            ("replica_set", .string.orNull),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let account = try MongoAccount(context, for: spec)
        let place = try account.address().place
        // It needs no database of its own.
        return try await withMongo(Arguments(ValueMap([("database", "admin")])), in: context) { session, database in
            let status = try session.command(["connectionStatus": 1], in: database)["authInfo"] ?? .null
            let hello = try session.command(["hello": 1], in: database)
            let build = try session.command(["buildInfo": 1], in: database)
            let user = status["authenticatedUsers"]?.listValue?.first.map { Self.name($0, "user") }
            let roles = status["authenticatedUserRoles"]?.listValue?.map { Self.name($0, "role") } ?? []
            let host = hello["me"] ?? .string(place)
            return [
                "who": .string("\(user?.stringValue ?? "nobody") at \(host.stringValue ?? place)"),
                "host": host, "version": build["version"] ?? .null, "user": user ?? .null,
                "roles": .list(roles), "replica_set": hello["setName"] ?? .null,
            ]
        }
    }

    /// With the database it is in.
    private static func name(_ entry: Value, _ key: String) -> Value {
        .string("\(entry[key]?.stringValue ?? "")@\(entry["db"]?.stringValue ?? "")")
    }
}
