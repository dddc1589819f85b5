import FlowCore
import FlowSpec

/// `mongodb.insert_many`: more documents.
struct MongoInsertMany: Node {
    /// Documents that are sent at once.
    private static let batchSize = 1000

    let spec = NodeSpec(
        "mongodb.insert_many", summary: "Insert documents into a collection of MongoDB.",
        details:
            "Documents without _id get one that is the same whenever the step is repeated, so that each is inserted "
            + "once only.",
        effect: .write,
        parameters: MongoParameters.target + [
            Parameter(
                "documents", .list(of: .map), required: true, help: "The documents.",
                example: [["customer": "ada", "total": 240]]),
            Parameter(
                "ordered", .bool, default: true,
                help: "Whether the first document that is refused ends the step; else all others are inserted first."),
            MongoParameters.form,
        ],
        output: "{inserted, ids}: how many, and the _id of each.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true,
        example: .init(
            ["collection": "orders", "documents": [["_id": 1, "total": 240], ["_id": 2, "total": 12]]],
            output: ["inserted": 2, "ids": [1, 2]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/insert/")

    func effect(of arguments: Arguments) -> Effect {
        (arguments.list("documents") ?? []).allSatisfy { $0["_id"] == nil } ? .idempotent : .write
    }

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("inserted", .int), ("ids", .list)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let ids = DerivedIDs(context)
        let documents = try (arguments.list("documents") ?? []).enumerated().map { index, document in
            try NewDocument(document.mapValue ?? ValueMap(), at: "documents[\(index)]", id: ids[index])
        }
        let ordered = arguments.bool("ordered") ?? true
        let count = try await withCollection(arguments, in: context) { session, target in
            var insertion = Insertion(session, target, ordered: ordered)
            for start in stride(from: 0, to: documents.count, by: Self.batchSize) {
                try insertion.insert(Array(documents[start..<min(start + Self.batchSize, documents.count)]))
            }
            return insertion.count
        }
        return [
            "inserted": .int(Int64(count)), "ids": .list(documents.map { $0.id.asID(arguments.form) }),
        ]
    }
}
