import CMongo
import FlowCore
import FlowSpec

/// `mongodb.find_and_modify`: takes one document and changes it, in one go.
struct MongoFindAndModify: Node {
    let spec = NodeSpec(
        "mongodb.find_and_modify", summary: "Change or delete one document of MongoDB, and return it.",
        details: "Of several steps that ask at a time, each gets another document: a queue can be made of it.",
        effect: .write,
        parameters: MongoParameters.target + [
            MongoParameters.filter(required: true),
            Parameter(
                "update", .any, help: "What to change: a map of operators, or a pipeline as a list.",
                example: ["$set": ["status": "taken"]], computed: MongoWords.rule),
            Parameter("document", .map, help: "A document to put in its place."),
            Parameter("delete", .bool, help: "true deletes it."),
            Parameter("sort", .map, help: "Which one, of several: the first in this order.", example: ["created": 1]),
            Parameter("projection", .map, help: "Which fields to give.", computed: MongoWords.rule),
            Parameter(
                "give", .string, default: "after",
                help: "Whether to give it as it was before the change, or is after it.",
                choices: ["before", "after"]),
            MongoParameters.upsert, MongoParameters.arrayFilters, MongoParameters.collation, MongoParameters.hint,
            MongoParameters.maxTime, MongoParameters.form,
        ],
        rules: [.one(["update", "document", "delete"])],
        output: "The document; null where none fits.", credentialTypes: MongoParameters.credentialTypes,
        needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [
                "collection": "jobs", "filter": ["status": "new"], "update": ["$set": ["status": "taken"]],
                "sort": ["created": 1],
            ],
            output: ["_id": 7, "status": "taken"]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/findAndModify/")

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        var options = arguments.options([
            "filter": "query", "update": "update", "sort": "sort", "projection": "fields", "upsert": "upsert",
            "array_filters": "arrayFilters", "collation": "collation", "hint": "hint",
        ])
        if let document = arguments.map("document") { options["update"] = .map(document.withIDInFront) }
        if arguments.bool("delete") == true {
            options["remove"] = true
            options["upsert"] = nil
        } else {
            options["new"] = .bool(arguments.string("give") == "after")
        }
        let command = options
        return try await withCollection(arguments, in: context) { session, target in
            var whole = ValueMap([("findAndModify", .string(target.collection))])
            for (name, value) in command { whole[name] = value }
            do {
                let answer = try session.command(.map(whole), in: target.database, FLOW_MONGO_WRITE, as: arguments.form)
                return answer["value"] ?? .null
            } catch let error as MongoError {
                throw error.origin == FLOW_MONGO_SERVER ? PlacedError(error: error, place: target.name) : error
            }
        }
    }
}
