import FlowCore
import FlowSpec

/// The `operations` of a step: each a map of the operation's name and what it takes.
struct OperationList: Sendable {
    struct Entry: Sendable {
        var operation: WriteOperation
        /// nil for that of the step.
        var collection: String?
        /// Whether all is undone where nothing fits.
        var mustMatch: Bool
        /// The `_id` of the document it inserts.
        var id: Value?
        /// For messages.
        var place: String
    }

    let entries: [Entry]

    private static let common: Set<String> = ["filter", "collation", "hint"]

    /// - Parameters:
    ///   - isTransaction: whether each names its collection, and may demand that something fits.
    ///   - ids: for documents that are inserted.
    init(_ operations: [Value], isTransaction: Bool, ids: DerivedIDs) throws(Failure) {
        var entries: [Entry] = []
        for (index, value) in operations.enumerated() {
            let place = "operations[\(index)]"
            guard let (key, content) = value.mapValue?.first.map({ ($0.key.text, $0.value) }),
                value.mapValue?.count == 1,
                let kind = WriteOperation.Kind(rawValue: key), let arguments = content.mapValue
            else {
                let known = WriteOperation.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    .invalid, "\"\(place)\" is no operation", hint: "write it as a map of one of \(known)",
                    nothingSent: true)
            }
            try Self.check(arguments, of: kind, isTransaction: isTransaction, at: "\(place).\(key)")
            entries.append(
                Entry(
                    operation: try WriteOperation(
                        kind, arguments, at: "\(place).\(key)",
                        id: kind == .insertOne ? ids[index] : Optional<ObjectID>.none),
                    collection: arguments["collection"]?.stringValue,
                    mustMatch: arguments["must_match"]?.boolValue ?? false,
                    id: kind == .insertOne ? arguments["document"]?["_id"] ?? ids[index].asValue : Optional<Value>.none,
                    place: place))
        }
        self.entries = entries
    }

    private static func check(
        _ arguments: ValueMap, of kind: WriteOperation.Kind, isTransaction: Bool, at place: String
    ) throws(Failure) {
        let own: Set<String> =
            switch kind {
            case .insertOne: ["document"]
            case .updateOne, .updateMany: common.union(["update", "upsert", "array_filters"])
            case .replaceOne: common.union(["document", "upsert"])
            case .deleteOne, .deleteMany: common
            }
        let ofTransaction: Set<String> = kind == .insertOne ? ["collection"] : ["collection", "must_match"]
        let known = isTransaction ? own.union(ofTransaction) : own
        if let stray = arguments.names.first(where: { !known.contains($0) }) {
            throw Failure(
                .invalid, "\"\(place)\" has no \"\(stray)\"",
                hint: Suggestion.didYouMean(stray, among: known.sorted())
                    ?? "it takes \(known.sorted().joined(separator: ", "))", nothingSent: true)
        }
        var needed = kind == .insertOne ? ["document"] : ["filter"]
        if isTransaction { needed.append("collection") }
        if kind == .replaceOne { needed.append("document") }
        for name in needed where arguments[name]?.isNull ?? true {
            throw Failure(.invalid, "\"\(place)\" needs \"\(name)\"", nothingSent: true)
        }
        for name in ["filter", "document"] {
            guard let value = arguments[name], value.mapValue == nil else { continue }
            throw Failure(
                .invalid, "\"\(place).\(name)\" must be a map, not \(value.shortText)", nothingSent: true)
        }
    }
}
