import FlowCore
import FlowNodeKit
import FlowSpec

/// `mongodb.list_collections`: what a database holds.
struct MongoListCollections: Node {
    let spec = NodeSpec(
        "mongodb.list_collections", summary: "List the collections of a database of MongoDB.", effect: .read,
        parameters: [MongoParameters.database],
        output: "A list of {name, type}, sorted by name; the type is collection, view or timeseries.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(["database": "shop"], output: [["name": "orders", "type": "collection"]]),
        documentation: "https://www.mongodb.com/docs/manual/reference/command/listCollections/")

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .list(of: .record([("name", .string), ("type", .string)]))
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        try await withMongo(arguments, in: context) { session, database in
            let options: ValueMap = ValueMap([("nameOnly", true), ("authorizedCollections", true)])
            var found: [(name: String, value: Value)] = []
            try session.forEach(try session.collections(options, in: database, as: .extended)) { entry in
                let name = entry["name"]?.stringValue ?? ""
                found.append((name, ["name": .string(name), "type": entry["type"] ?? "collection"]))
            }
            return .list(found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.value))
        }
    }
}
