import CMongo
import FlowCore
import FlowSpec

/// `mongodb.run_command`: what no other node is for.
struct MongoRunCommand: Node {
    let spec = NodeSpec(
        "mongodb.run_command", summary: "Send a command to a database of MongoDB.",
        details:
            "For what no other node is made for. It counts as a write; say effect: read at the step where it is none.",
        effect: .write,
        parameters: [
            MongoParameters.database,
            Parameter(
                "command", .map, required: true, help: "The command; its name is the first key.",
                example: ["collStats": "orders"], computed: MongoWords.rule),
            MongoParameters.form,
        ],
        output: "The server's answer.", credentialTypes: MongoParameters.credentialTypes, needsCredential: true,
        usualRetry: MongoParameters.retry,
        example: .init(["command": ["dbStats": 1]], output: ["db": "shop", "collections": 4]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/")

    func outputType(of arguments: WrittenArguments) -> StaticType { .map }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        try await withMongo(arguments, in: context) { session, database in
            var answer = try session.command(
                arguments["command"] ?? .null, in: database, FLOW_MONGO_ONCE, as: arguments.form)
            // What servers tell each other.
            for name in ["$clusterTime", "operationTime", "electionId", "opTime"] { answer[name] = nil }
            return .map(answer)
        }
    }
}
