import FlowCore
import FlowSpec

/// `mongodb.bulk_write`: changes of all kinds in one collection, sent together.
struct MongoBulkWrite: Node {
    let spec = NodeSpec(
        "mongodb.bulk_write", summary: "Make many changes in a collection of MongoDB at once.",
        details:
            "Each operation is a map of insert_one, update_one, update_many, replace_one, delete_one or delete_many "
            + "with the arguments of the node of that name. They don't happen all or none: for that, use "
            + "mongodb.transaction.",
        effect: .write,
        parameters: MongoParameters.target + [
            Parameter(
                "operations", .list(of: .map), required: true, help: "The operations.",
                example: [["delete_one": ["filter": ["_id": 7]]]], computed: MongoWords.rule),
            Parameter(
                "ordered", .bool, default: true,
                help: "Whether the first one that is refused ends the step; else all others are done first."),
        ],
        output: "{inserted, matched, modified, deleted, upserted}: upserted is a list of {index, id}.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [
                "collection": "stock",
                "operations": [
                    ["update_one": ["filter": ["_id": 7], "update": ["$inc": ["count": -1]]]],
                    ["delete_many": ["filter": ["count": 0]]],
                ],
            ],
            output: ["inserted": 0, "matched": 1, "modified": 1, "deleted": 2, "upserted": []]),
        documentation: "https://www.mongodb.com/docs/manual/core/bulk-write-operations/")

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("inserted", .int), ("matched", .int), ("modified", .int), ("deleted", .int), ("upserted", .list(of: .map)),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let list = try OperationList(
            arguments.list("operations") ?? [], isTransaction: false, ids: DerivedIDs(context))
        let ordered = arguments.bool("ordered") ?? true
        return try await withCollection(arguments, in: context) { session, target in
            guard !list.entries.isEmpty else { return BatchResult(ValueMap(), nil).asValue }
            let batch = try session.batch(in: target, ordered: ordered)
            for entry in list.entries { try entry.operation.add(to: batch) }
            let result = try batch.execute()
            guard let error = result.error else { return result.asValue }
            guard let index = result.refusals.first?.refusedWrite(of: list.entries.count) else { throw error }
            throw PlacedError(error: error, place: list.entries[index].place)
        }
    }
}

extension BatchResult {
    var asValue: Value {
        [
            "inserted": .int(Int64(inserted)), "matched": .int(Int64(matched)), "modified": .int(Int64(modified)),
            "deleted": .int(Int64(deleted)),
            "upserted": .list(upserted.map { ["index": $0["index"] ?? .null, "id": $0["_id"] ?? .null] }),
        ]
    }
}
