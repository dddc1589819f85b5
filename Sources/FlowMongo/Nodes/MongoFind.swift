import FlowCore
import FlowNodeKit
import FlowSpec

/// `mongodb.find`: the documents of a collection that fit a filter.
struct MongoFind: DocumentQuery {
    let spec = NodeSpec(
        "mongodb.find", summary: "Find documents in a collection of MongoDB.",
        details: "With to, documents go to the file as they come; a for_each goes through them without holding all.",
        effect: .read,
        parameters: MongoParameters.target + [
            MongoParameters.filter(required: false),
            Parameter(
                "projection", .map, help: "Which fields to give.", example: ["name": 1, "total": 1],
                computed: MongoWords.rule),
            Parameter("sort", .map, help: "The order: 1 upwards, -1 downwards.", example: ["created": -1]),
            Parameter("limit", .int, help: "At most so many documents.", minimum: 1),
            Parameter("skip", .int, help: "Leave out so many at the start.", minimum: 0),
            MongoParameters.collation, MongoParameters.hint, MongoParameters.maxTime, MongoParameters.form,
        ] + MongoParameters.output,
        output: "The documents as a list of maps; with to, the file.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [
                "collection": "orders", "filter": ["status": "open", "total": ["$gte": 100]],
                "projection": ["total": 1], "sort": ["total": -1], "limit": 10,
            ],
            output: [["_id": ["$oid": "69210c6d5e2b1a0f3c4d5e6f"], "total": 240]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/find/")

    func cursor(_ arguments: Arguments, _ session: MongoSession, _ target: MongoTarget) throws -> MongoCursor {
        try session.find(
            arguments.map("filter") ?? ValueMap(),
            arguments.options([
                "projection": "projection", "sort": "sort", "limit": "limit", "skip": "skip",
                "collation": "collation", "hint": "hint",
            ]), in: target, as: arguments.form)
    }
}
