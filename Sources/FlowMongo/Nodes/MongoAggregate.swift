import FlowCore
import FlowNodeKit
import FlowSpec

/// `mongodb.aggregate`: what a pipeline makes of the documents of a collection.
struct MongoAggregate: DocumentQuery {
    let spec = NodeSpec(
        "mongodb.aggregate", summary: "Run an aggregation pipeline on a collection of MongoDB.",
        details: "A pipeline that ends with $out or $merge changes a collection; it counts as a write then. With to, "
            + "documents go to the file as they come; a for_each goes through them without holding all.",
        effect: .read,
        parameters: MongoParameters.target + [
            Parameter(
                "pipeline", .list(of: .map), required: true, help: "The stages.",
                example: [["$match": ["status": "open"]]], computed: MongoWords.rule),
            Parameter("disk", .bool, help: "Whether the server may use its disk for large sorts and groups."),
            MongoParameters.collation, MongoParameters.hint, MongoParameters.maxTime, MongoParameters.form,
        ] + MongoParameters.output,
        output: "The documents as a list of maps; with to, the file.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [
                "collection": "orders",
                "pipeline": [
                    ["$match": ["status": "open"]],
                    ["$group": ["_id": "$customer", "total": ["$sum": "$total"]]],
                ],
            ],
            output: [["_id": "ada", "total": 240]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/aggregate/")

    func effect(of arguments: Arguments) -> Effect {
        let last = arguments.list("pipeline")?.last
        return last?["$out"] == nil && last?["$merge"] == nil ? .read : .write
    }

    func cursor(_ arguments: Arguments, _ session: MongoSession, _ target: MongoTarget) throws -> MongoCursor {
        try session.aggregate(
            arguments.list("pipeline") ?? [],
            arguments.options(["disk": "allowDiskUse", "collation": "collation", "hint": "hint"]), in: target,
            as: arguments.form)
    }
}
