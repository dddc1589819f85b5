import FlowCore
import FlowSpec

/// `mongodb.count`: how many documents fit a filter.
struct MongoCount: Node {
    let spec = NodeSpec(
        "mongodb.count", summary: "Count documents of a collection of MongoDB.", effect: .read,
        parameters: MongoParameters.target + [
            MongoParameters.filter(required: false),
            Parameter("limit", .int, help: "Stop counting there.", minimum: 1),
            MongoParameters.collation, MongoParameters.hint, MongoParameters.maxTime,
        ],
        output: "The number.", credentialTypes: MongoParameters.credentialTypes, needsCredential: true,
        usualRetry: MongoParameters.retry,
        example: .init(["collection": "orders", "filter": ["status": "open"]], output: 12),
        documentation: "https://www.mongodb.com/docs/manual/reference/operator/aggregation/count/")

    func outputType(of arguments: WrittenArguments) -> StaticType { .int }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        try await withCollection(arguments, in: context) { session, target in
            var pipeline: [Value] = [["$match": .map(arguments.map("filter") ?? ValueMap())]]
            if let limit = arguments.int("limit") { pipeline.append(["$limit": .int(Int64(limit))]) }
            pipeline.append(["$count": "count"])
            let options = arguments.options(["collation": "collation", "hint": "hint"])
            let counted = try session.aggregate(pipeline, options, in: target, as: .extended).next()
            // Of no documents there is no count.
            return counted?["count"] ?? 0
        }
    }
}
