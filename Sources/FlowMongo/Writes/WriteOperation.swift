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
            content = try BSONWriter.stored(document, at: name("document"), id: id)
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
    private static let settling: Set<String> = ["$set", "$unset", "$min", "$max", "$addToSet", "$pull", "$pullAll"]

    /// What doing it twice does. A change of one document is the same one only where the `_id` alone says which it is:
    /// with less, the second time may find another; with more, as in a claim of what is still free, the first time may
    /// have changed what the second one asks for, and its answer would deny what was done.
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
        guard let update = update?.mapValue else { return false }
        // `$setOnInsert` alone asks whether the document was there: the second time it is, by the first one's doing.
        return update.contains { settling.contains($0.key.text) }
            && update.allSatisfy { settling.contains($0.key.text) || $0.key.text == "$setOnInsert" }
            && !update.contains { $0.value.mapValue?.names.contains(where: isPositional) ?? false }
    }

    /// Whether a path has the `$` that stands for the first item the filter fits: the second time it may be another.
    private static func isPositional(_ path: String) -> Bool {
        path.utf8.split(separator: UInt8(ascii: ".")).contains { $0.elementsEqual("$".utf8) }
    }

    /// Whether the filter is the `_id` of one document, and nothing else.
    private static func namesOne(_ arguments: ValueMap) -> Bool {
        guard let filter = arguments["filter"]?.mapValue, filter.count == 1, let id = filter["_id"] else {
            return false
        }
        // By a collation, several texts are the same one.
        guard arguments["collation"]?.isNull ?? true else { return false }
        guard let map = id.mapValue else { return id.listValue == nil }
        guard map.first?.key.text.hasPrefix("$") ?? false else { return true }
        return ExtendedJSON(map)?.fitsItselfAlone ?? false
    }
}
