import FlowCore
import FlowNodeKit
import FlowSpec

/// `mongodb.insert_many`: more documents, from a list or a file.
struct MongoInsertMany: Node {
    let spec = NodeSpec(
        "mongodb.insert_many", summary: "Insert documents into a collection of MongoDB.",
        details: """
            They come from a list or, without holding all, from a file. Documents without _id get one that is the same \
            whenever the step is repeated, so that each is inserted once only. Of a file, a document that is there \
            already with its _id and the same content counts as inserted.
            """,
        effect: .write,
        parameters: MongoParameters.target
            + RecordSource.parameters(
                list: "documents", noun: "document", listHelp: "The documents.",
                example: [["customer": "ada", "total": 240]])
            + [
                Parameter(
                    "ordered", .bool, default: true,
                    help: "Whether the first document that is refused ends the step; else others sent with it are "
                        + "inserted first."),
                MongoParameters.form,
            ],
        rules: [.one(["documents", "from"])],
        output: "{inserted, ids}: how many, and the _id of each; ids is null where they come from a file.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            ["collection": "orders", "documents": [["_id": 1, "total": 240], ["_id": 2, "total": 12]]],
            output: ["inserted": 2, "ids": [1, 2]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/insert/")

    func effect(of arguments: Arguments) -> Effect {
        (arguments.list("documents") ?? []).allSatisfy { $0["_id"] == nil } ? .idempotent : .write
    }

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("inserted", .int), ("ids", .list.orNull)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let source = try RecordSource(arguments, list: "documents", in: context)
        let isList = arguments["documents"] != nil
        let ids = DerivedIDs(context)
        let ordered = arguments.bool("ordered") ?? true
        let form = arguments.form
        return try await withCollection(arguments, in: context) { session, target in
            var insertion = Insertion(session, target, ordered: ordered)
            var documents = NewDocuments(source.reader(), ids, acceptsOwn: !isList)
            var found: [Value] = []
            do {
                while let batch = try documents.next() {
                    try insertion.insert(batch)
                    if isList { found += batch.map { $0.id.asID(form) } }
                }
            } catch {
                throw insertion.stopped(by: error)
            }
            return ["inserted": .int(Int64(insertion.count)), "ids": isList ? .list(found) : Value.null]
        }
    }
}

/// The documents of `insert_many` as they come, in batches.
private struct NewDocuments {
    /// A server takes more, but holds none of them until it has all.
    private static let count = 1000
    private static let size = 4 << 20

    private let reader: RecordReader
    private let ids: DerivedIDs
    private let acceptsOwn: Bool
    private var index = 0

    init(_ reader: RecordReader, _ ids: DerivedIDs, acceptsOwn: Bool) {
        self.reader = reader
        self.ids = ids
        self.acceptsOwn = acceptsOwn
    }

    /// - Returns: nil at the end.
    mutating func next() throws -> [NewDocument]? {
        var batch: [NewDocument] = []
        var size = 0
        while batch.count < Self.count, size < Self.size, let value = try reader.next() {
            let place = "documents[\(index)]"
            guard let map = value.mapValue else {
                throw Failure(.invalid, "\"\(place)\" must be a map, not \(value.shortText)")
            }
            let document = try NewDocument(map, at: place, id: ids[index], acceptsOwn: acceptsOwn)
            size += document.bytes.count
            batch.append(document)
            index += 1
        }
        return batch.isEmpty ? nil : batch
    }
}
