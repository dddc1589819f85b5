import CMongo
import FlowCore
import FlowSpec

/// `mongodb.create_index`: an index, where it isn't there yet.
struct MongoCreateIndex: Node {
    let spec = NodeSpec(
        "mongodb.create_index", summary: "Make an index of a collection of MongoDB.", effect: .idempotent,
        parameters: MongoParameters.target + [
            Parameter(
                "keys", .map, required: true, help: "The fields, with 1, -1, text, hashed or 2dsphere.",
                example: ["customer": 1, "created": -1]),
            Parameter("name", .string, help: "Its name; made of the fields by default."),
            Parameter("unique", .bool, help: "Whether no two documents may have the same values."),
            Parameter("sparse", .bool, help: "Whether documents without the fields are left out."),
            Parameter(
                "expire_after", .duration, help: "Documents are deleted this long after the date in the field.",
                example: "30d", shortest: .zero),
            Parameter("only", .map, help: "Only documents that fit this filter are in it.", computed: MongoWords.rule),
            MongoParameters.collation,
        ],
        output: "{name, created}: created is false where it was there.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            ["collection": "people", "keys": ["email": 1], "unique": true],
            output: ["name": "email_1", "created": true]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/createIndexes/")

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("name", .string), ("created", .bool)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let keys = arguments.map("keys") ?? ValueMap()
        let name = arguments.string("name") ?? Self.name(keys)
        var index = ValueMap([("key", .map(keys)), ("name", .string(name))])
        for (option, value) in arguments.options([
            "unique": "unique", "sparse": "sparse", "only": "partialFilterExpression", "collation": "collation",
        ]) { index[option] = value }
        if let time = arguments.duration("expire_after") {
            index["expireAfterSeconds"] = .int(time.components.seconds)
        }
        let indexes: Value = [.map(index)]
        return try await withCollection(arguments, in: context) { session, target in
            let command: Value = ["createIndexes": .string(target.collection), "indexes": indexes]
            do {
                let answer = try session.command(command, in: target.database, FLOW_MONGO_WRITE)
                let isNew = answer["numIndexesAfter"] != answer["numIndexesBefore"]
                return ["name": .string(name), "created": .bool(isNew)]
            } catch let error as MongoError {
                throw error.origin == FLOW_MONGO_SERVER ? PlacedError(error: error, place: target.name) : error
            }
        }
    }

    /// As all clients make it.
    private static func name(_ keys: ValueMap) -> String {
        keys.map { "\($0.key.text)_\($0.value.stringValue ?? JSON.text($0.value))" }.joined(separator: "_")
    }
}
