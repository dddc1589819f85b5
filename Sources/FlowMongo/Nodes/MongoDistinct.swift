import FlowCore
import FlowSpec

/// `mongodb.distinct`: the different values of a field.
struct MongoDistinct: Node {
    let spec = NodeSpec(
        "mongodb.distinct", summary: "List the different values of a field in MongoDB.",
        details: "All of them together may take 16 MiB; for more, use mongodb.aggregate with $group.", effect: .read,
        parameters: MongoParameters.target + [
            Parameter("field", .string, required: true, help: "The field.", example: "customer.country"),
            MongoParameters.filter(required: false),
            MongoParameters.collation, MongoParameters.maxTime, MongoParameters.form,
        ],
        output: "The values as a list.", credentialTypes: MongoParameters.credentialTypes, needsCredential: true,
        usualRetry: MongoParameters.retry,
        example: .init(["collection": "orders", "field": "customer.country"], output: ["DE", "FR"]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/distinct/")

    func outputType(of arguments: WrittenArguments) -> StaticType { .list }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        try await withCollection(arguments, in: context) { session, target in
            var command = ValueMap([("distinct", .string(target.collection))])
            command["key"] = arguments["field"]
            for (name, value) in arguments.options(["filter": "query", "collation": "collation"]) {
                command[name] = value
            }
            return try session.command(.map(command), in: target.database, as: arguments.form)["values"] ?? []
        }
    }
}
