import FlowCore
package import FlowSpec

/// The nodes for MongoDB.
package struct MongoNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [
        "mongodb.aggregate": { MongoAggregate() },
        "mongodb.bulk_write": { MongoBulkWrite() },
        "mongodb.check": { MongoCheck() },
        "mongodb.count": { MongoCount() },
        "mongodb.create_index": { MongoCreateIndex() },
        "mongodb.delete_many": { MongoChange.deleteMany },
        "mongodb.delete_one": { MongoChange.deleteOne },
        "mongodb.distinct": { MongoDistinct() },
        "mongodb.find": { MongoFind() },
        "mongodb.find_and_modify": { MongoFindAndModify() },
        "mongodb.insert_many": { MongoInsertMany() },
        "mongodb.insert_one": { MongoInsertOne() },
        "mongodb.list_collections": { MongoListCollections() },
        "mongodb.replace_one": { MongoChange.replaceOne },
        "mongodb.run_command": { MongoRunCommand() },
        "mongodb.transaction": { MongoTransaction() },
        "mongodb.update_many": { MongoChange.updateMany },
        "mongodb.update_one": { MongoChange.updateOne },
        "mongodb.watch": { MongoWatch() },
    ]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
