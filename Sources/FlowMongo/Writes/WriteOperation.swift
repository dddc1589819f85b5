import FlowCore
import FlowSpec

/// One change of a collection, ready to be sent.
struct WriteOperation: Sendable {
    enum Kind: String, CaseIterable {
        case insertOne = "insert_one"
        case updateOne = "update_one"
        case updateMany = "update_many"
        case replaceOne = "replace_one"
        case deleteOne = "delete_one"
        case deleteMany = "delete_many"
    }

    let kind: Kind
    private let filter: [UInt8]
    /// The document, or the update.
    private let content: [UInt8]
    private let options: [UInt8]

    /// - Parameters:
    ///   - arguments: as the node of that name takes them.
    ///   - place: how it is called in messages; nil where it is all that a step does.
    ///   - id: for an inserted document that has none.
    init(_ kind: Kind, _ arguments: ValueMap, at place: String? = nil, id: ObjectID? = nil) throws(Failure) {
        func name(_ argument: String) -> String { place.map { "\($0).\(argument)" } ?? argument }
        self.kind = kind
        filter =
            kind == .insertOne
            ? [] : try BSONWriter.document(arguments["filter"]?.mapValue ?? ValueMap(), at: name("filter"))
        switch kind {
        case .insertOne, .replaceOne:
            let document = arguments["document"]?.mapValue ?? ValueMap()
            guard kind == .insertOne || !(document.first?.key.text.hasPrefix("$") ?? false) else {
                throw Failure(
                    .invalid, "\"\(name("document"))\" has operators", hint: "use update_one, which takes them",
                    nothingSent: true)
            }
            content = try BSONWriter.document(document, at: name("document"), id: id)
        case .updateOne, .updateMany: content = try Self.update(arguments["update"], at: name("update"))
        case .deleteOne, .deleteMany: content = []
        }
        options = try BSONWriter.document(Self.options(arguments), at: place ?? "options")
    }

    private static func update(_ update: Value?, at place: String) throws(Failure) -> [UInt8] {
        switch update?.revealed {
        case .list(let stages): return try BSONWriter.array(stages, at: place)
        case .map(let map) where map.first?.key.text.hasPrefix("$") ?? false:
            return try BSONWriter.document(map, at: place)
        default:
            throw Failure(
                .invalid, "\"\(place)\" must be a map of operators such as $set, or a list of stages",
                hint: "use replace_one to replace a whole document", nothingSent: true)
        }
    }

    private static func options(_ arguments: ValueMap) -> ValueMap {
        Arguments(arguments).options([
            "upsert": "upsert", "collation": "collation", "hint": "hint", "array_filters": "arrayFilters",
        ])
    }

    var deletes: Bool { kind == .deleteOne || kind == .deleteMany }

    func add(to batch: MongoBatch) throws {
        switch kind {
        case .insertOne: try batch.insert(content)
        case .updateOne: try batch.update(filter, with: content, many: false, options)
        case .updateMany: try batch.update(filter, with: content, many: true, options)
        case .replaceOne: try batch.replace(filter, with: content, options)
        case .deleteOne: try batch.delete(filter, many: false, options)
        case .deleteMany: try batch.delete(filter, many: true, options)
        }
    }
}

extension WriteOperation.Kind {
    /// Operators after which a document is the same however often they are applied.
    private static let settling: Set<String> = [
        "$set", "$unset", "$min", "$max", "$addToSet", "$pull", "$pullAll", "$setOnInsert",
    ]

    /// What doing it twice does. A change of one document is the same one only where its `_id` says which it is: else the
    /// second time may find another.
    func effect(of arguments: ValueMap) -> Effect {
        let settles: Bool =
            switch self {
            case .insertOne: arguments["document"]?["_id"] == nil
            case .deleteMany: true
            case .deleteOne, .replaceOne: Self.namesOne(arguments)
            case .updateOne: Self.isSettling(arguments["update"]) && Self.namesOne(arguments)
            case .updateMany: Self.isSettling(arguments["update"]) && arguments["upsert"]?.boolValue != true
            }
        return settles ? .idempotent : .write
    }

    private static func isSettling(_ update: Value?) -> Bool {
        update?.mapValue?.allSatisfy { settling.contains($0.key.text) } ?? false
    }

    private static func namesOne(_ arguments: ValueMap) -> Bool {
        guard let id = arguments["filter"]?["_id"] else { return false }
        guard let first = id.mapValue?.first?.key.text else { return id.listValue == nil }
        return !first.hasPrefix("$") || ExtendedJSON.words.contains(first)
    }
}
