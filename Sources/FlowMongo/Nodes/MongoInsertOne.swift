import FlowCore
import FlowSpec

/// `mongodb.insert_one`: one more document.
struct MongoInsertOne: Node {
    let spec = NodeSpec(
        "mongodb.insert_one", summary: "Insert a document into a collection of MongoDB.",
        details:
            "A document without _id gets one that is the same whenever the step is repeated, so that it is inserted "
            + "once only.",
        effect: .write,
        parameters: MongoParameters.target + [
            Parameter(
                "document", .map, required: true, help: "The document.", example: ["customer": "ada", "total": 240]),
            MongoParameters.form,
        ],
        output: "{id}: the _id of the document.", credentialTypes: MongoParameters.credentialTypes,
        needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            ["collection": "orders", "document": ["customer": "ada", "total": 240]],
            output: ["id": ["$oid": "69210c6d5e2b1a0f3c4d5e6f"]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/insert/")

    func effect(of arguments: Arguments) -> Effect { WriteOperation.Kind.insertOne.effect(of: arguments.values) }

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("id", .dynamic)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let document = try NewDocument(
            arguments.map("document") ?? ValueMap(), at: "document", id: DerivedIDs(context)[0])
        try await withCollection(arguments, in: context) { session, target in
            var insertion = Insertion(session, target)
            try insertion.insert([document])
        }
        return ["id": document.id.asID(arguments.form)]
    }
}

extension DerivedIDs {
    init(_ context: NodeContext) { self.init(key: context.idempotencyKey, started: context.runStarted) }
}

extension Value {
    /// An id as the step asks for it.
    func asID(_ form: BSONForm) -> Value { form == .plain ? self["$oid"] ?? self : self }
}
