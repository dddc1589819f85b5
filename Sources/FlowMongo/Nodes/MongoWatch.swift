import FlowCore
import FlowSpec

/// `mongodb.watch`: what changes, for a while.
struct MongoWatch: Node {
    /// How long the server waits for a change before it says that there is none, in milliseconds.
    private static let patience: Int64 = 500

    let spec = NodeSpec(
        "mongodb.watch", summary: "Follow changes in MongoDB for a while.",
        details:
            "Without collection, changes of the whole database are given. resume_token says where to go on: kept, and "
            + "given as resume_after, no change is missed. It needs a replica set or a sharded cluster.",
        effect: .read,
        parameters: [
            Parameter("collection", .string, help: "The collection; all of them by default.", example: "orders"),
            MongoParameters.database,
            Parameter(
                "for", .duration, default: "10s", help: "How long to wait for changes.", example: "30s", shortest: .zero
            ),
            Parameter(
                "max", .int, default: 100, help: "Ends earlier, with so many changes.", minimum: 1, maximum: 10000),
            Parameter(
                "pipeline", .list(of: .map), help: "Stages that choose and shape the changes.",
                example: [["$match": ["operationType": "insert"]]], computed: MongoWords.rule),
            Parameter("resume_after", .map, help: "The resume_token of an earlier time."),
            Parameter(
                "full_document", .bool, default: false,
                help: "Whether to give documents that were changed as they are now."),
            MongoParameters.form,
        ],
        output: "{changes, resume_token}: changes have operationType, ns, documentKey, fullDocument and others.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            ["collection": "orders", "for": "30s", "max": 1],
            output: [
                "changes": [["operationType": "insert", "documentKey": ["_id": 7], "fullDocument": ["_id": 7]]],
                "resume_token": ["_data": "8269210C6D000000012B0429296E1404"],
            ]),
        documentation: "https://www.mongodb.com/docs/manual/changeStreams/")

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("changes", .list(of: .map)), ("resume_token", .map.orNull)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        var options = ValueMap([("maxAwaitTimeMS", .int(Self.patience))])
        if let token = arguments["resume_after"], !token.isNull { options["resumeAfter"] = token }
        if arguments.bool("full_document") == true { options["fullDocument"] = "updateLookup" }
        let clock = context.world.clock
        let end = clock.monotonic() + (arguments.duration("for") ?? .seconds(10))
        let most = arguments.int("max") ?? 100
        let asked = options
        return try await withMongo(arguments, in: context) { session, database in
            let stream = try session.watch(
                arguments.list("pipeline") ?? [], asked, in: database, arguments.string("collection"),
                as: arguments.form)
            var changes: [Value] = []
            repeat {
                try session.checkCancellation()
                if let change = try stream.next() { changes.append(.map(change)) }
            } while changes.count < most && clock.monotonic() < end
            return ["changes": .list(changes), "resume_token": stream.token.map(Value.map) ?? .null]
        }
    }
}
