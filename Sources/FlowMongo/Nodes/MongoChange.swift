import FlowCore
import FlowSpec

/// The nodes that make one change: `mongodb.update_one`, `update_many`, `replace_one`, `delete_one`, `delete_many`.
struct MongoChange: Node {
    let spec: NodeSpec
    private let kind: WriteOperation.Kind

    func effect(of arguments: Arguments) -> Effect { kind.effect(of: arguments.values) }

    func outputType(of arguments: WrittenArguments) -> StaticType {
        deletes
            ? .record([("deleted", .int)])
            : .record([("matched", .int), ("modified", .int), ("upserted_id", .dynamic)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let operation = try WriteOperation(kind, arguments.values)
        let deletes = deletes
        return try await withCollection(arguments, in: context) { session, target in
            let batch = try session.batch(in: target, ordered: true)
            try operation.add(to: batch)
            let result = try batch.execute()
            if let error = result.error { throw PlacedError(error: error, place: target.name) }
            return deletes
                ? ["deleted": .int(Int64(result.deleted))]
                : [
                    "matched": .int(Int64(result.matched)), "modified": .int(Int64(result.modified)),
                    "upserted_id": result.upserted.first?["_id"] ?? .null,
                ]
        }
    }

    private var deletes: Bool { kind == .deleteOne || kind == .deleteMany }
}

extension MongoChange {
    private static let documents = "https://www.mongodb.com/docs/manual/reference/command/"
    private static let changed = "{matched, modified, upserted_id}: upserted_id is null where no document was inserted."

    private static let repeated =
        "The counts are those of the last try: an earlier one whose answer was lost may have left it nothing to do. "
        + "Where they decide who has a job, say effect: write."

    private init(
        _ kind: WriteOperation.Kind, _ summary: String, _ details: String, _ parameters: [Parameter], output: String,
        example: KeyValuePairs<String, Value>, result: Value
    ) {
        self.kind = kind
        let command = kind == .deleteOne || kind == .deleteMany ? "delete" : "update"
        spec = NodeSpec(
            "mongodb.\(kind.rawValue)", summary: summary, details: details, effect: .write,
            parameters: MongoParameters.target + [MongoParameters.filter(required: true)] + parameters
                + [MongoParameters.collation, MongoParameters.hint],
            output: output, credentialTypes: MongoParameters.credentialTypes, needsCredential: true,
            usualRetry: MongoParameters.retry,
            example: NodeSpec.Example(example, output: result),
            documentation: "\(Self.documents)\(command)/")
    }

    static let updateOne = MongoChange(
        .updateOne, "Change one document of a collection of MongoDB.",
        "It may be repeated safely where the filter is an _id alone and all operators set what they are told ($set, "
            + "$unset, $min, $max, $addToSet, $pull). " + repeated,
        [MongoParameters.update, MongoParameters.upsert, MongoParameters.arrayFilters], output: changed,
        example: [
            "collection": "orders", "filter": ["_id": 7], "update": ["$set": ["status": "paid"]],
        ], result: ["matched": 1, "modified": 1, "upserted_id": nil])

    static let updateMany = MongoChange(
        .updateMany, "Change all documents that fit a filter in a collection of MongoDB.",
        "It may be repeated safely where all operators set what they are told ($set, $unset, $min, $max, $addToSet, $pull) "
            + "and upsert is off. " + repeated,
        [MongoParameters.update, MongoParameters.upsert, MongoParameters.arrayFilters], output: changed,
        example: [
            "collection": "orders", "filter": ["status": "sent"], "update": ["$set": ["archived": true]],
        ], result: ["matched": 12, "modified": 12, "upserted_id": nil])

    static let replaceOne = MongoChange(
        .replaceOne, "Put a document in the place of another one in a collection of MongoDB.",
        "It may be repeated safely where the filter is an _id alone. " + repeated,
        [
            Parameter(
                "document", .map, required: true, help: "The new document; it keeps the _id.",
                example: ["customer": "ada", "total": 240]),
            MongoParameters.upsert,
        ], output: changed,
        example: [
            "collection": "orders", "filter": ["_id": 7], "document": ["customer": "ada", "total": 240],
            "upsert": true,
        ], result: ["matched": 0, "modified": 0, "upserted_id": 7])

    static let deleteOne = MongoChange(
        .deleteOne, "Delete one document of a collection of MongoDB.",
        "It may be repeated safely where the filter is an _id alone. " + repeated, [],
        output: "{deleted}: 1, or 0 where none fits.",
        example: ["collection": "orders", "filter": ["_id": 7]], result: ["deleted": 1])

    static let deleteMany = MongoChange(
        .deleteMany, "Delete all documents that fit a filter from a collection of MongoDB.",
        "It may be repeated safely. " + repeated, [],
        output: "{deleted}: how many.",
        example: ["collection": "orders", "filter": ["status": "void"]], result: ["deleted": 3])
}
