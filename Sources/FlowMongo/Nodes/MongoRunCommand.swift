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
            let command = arguments["command"] ?? .null
            var answer: ValueMap
            do {
                answer = try session.command(command, in: database, FLOW_MONGO_ONCE, as: arguments.form)
            } catch var error as MongoError {
                error.endsManyWrites = Self.writesMany(command)
                throw error
            }
            if let error = Self.refusal(in: answer, of: command) { throw error }
            // What servers tell each other.
            for name in ["$clusterTime", "operationTime", "electionId", "opTime"] { answer[name] = nil }
            return .map(answer)
        }
    }

    /// What a server writes into an answer that it else calls a success.
    private static func refusal(in answer: ValueMap, of command: Value) -> MongoError? {
        guard let refused = answer["writeErrors"]?.listValue, let first = refused.first else {
            return answer["writeConcernError"].map { concern in
                var error = MongoError(written: concern)
                error.origin = FLOW_MONGO_WRITE_CONCERN
                return error
            }
        }
        var error = MongoError(written: first)
        error.followsWrites = answer["n"]?.intValue ?? 0 > 0
        error.endsManyWrites = refused.contains { writesMany(command, at: $0["index"]?.intValue) }
        return error
    }

    /// Whether it changes documents one by one, so that it may end between two.
    ///
    /// - Parameter index: of the one of its writes that is meant; nil for any.
    private static func writesMany(_ command: Value, at index: Int64? = nil) -> Bool {
        if command["pipeline"]?.listValue?.last?["$merge"] != nil { return true }
        let writes = command["updates"]?.listValue ?? command["deletes"]?.listValue ?? []
        return writes.enumerated().contains { place, write in
            (index == nil || index == Int64(place)) && (write["multi"]?.boolValue == true || write["limit"] == 0)
        }
    }
}
