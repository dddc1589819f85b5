import CMongo
import FlowCore
import FlowSpec
import Glibc

/// `mongodb.transaction`: changes in any collections, all or none.
struct MongoTransaction: Node {
    /// How often it is begun anew where another one was in its way, and how often its end is asked for.
    private static let attempts = 10

    let spec = NodeSpec(
        "mongodb.transaction", summary: "Make changes in MongoDB, all of them or none.",
        details: """
            Each operation is a map of insert_one, update_one, update_many, replace_one, delete_one or delete_many with \
            the arguments of the node of that name and its collection. With must_match: true, nothing happens at all \
            where no document fits the filter. It needs a replica set or a sharded cluster. Where another transaction \
            was in its way, all of it is done again.
            """,
        effect: .write,
        parameters: [
            Parameter(
                "operations", .list(of: .map), required: true, help: "The operations, in order.",
                example: [["delete_one": ["collection": "carts", "filter": ["_id": 7]]]], computed: MongoWords.rule),
            MongoParameters.database,
        ],
        output:
            "A list with {id} of each insert_one, {deleted} of a deletion, {matched, modified, upserted_id} of others.",
        credentialTypes: MongoParameters.credentialTypes, needsCredential: true, usualRetry: MongoParameters.retry,
        example: .init(
            [
                "operations": [
                    [
                        "update_one": [
                            "collection": "accounts", "filter": ["_id": "ada", "balance": ["$gte": 10]],
                            "update": ["$inc": ["balance": -10]], "must_match": true,
                        ]
                    ],
                    [
                        "update_one": [
                            "collection": "accounts", "filter": ["_id": "lin"], "update": ["$inc": ["balance": 10]],
                            "must_match": true,
                        ]
                    ],
                ]
            ],
            output: [
                ["matched": 1, "modified": 1, "upserted_id": nil], ["matched": 1, "modified": 1, "upserted_id": nil],
            ]),
        documentation: "https://www.mongodb.com/docs/manual/core/transactions/")

    func outputType(of arguments: WrittenArguments) -> StaticType { .list(of: .map) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let list = try OperationList(arguments.list("operations") ?? [], isTransaction: true, ids: DerivedIDs(context))
        let random = context.world.random
        return try await withMongo(arguments, in: context) { session, database in
            var number = 1
            while true {
                try session.checkCancellation()
                do {
                    return try Self.attempt(list, session, database)
                } catch let broken as Broken {
                    guard broken.isTransient, number < Self.attempts else { throw broken.failure }
                }
                // Those that wait for each other must not all come back at once.
                Self.pause(milliseconds: 1 + Int(random.unitInterval() * Double(10 << min(number, 7))))
                number += 1
            }
        }
    }

    /// A transaction that did not happen.
    private struct Broken: Error {
        let isTransient: Bool
        let failure: any Error
    }

    private static func attempt(_ list: OperationList, _ session: MongoSession, _ database: String) throws -> Value {
        try session.begin()
        var results: [Value] = []
        do {
            for entry in list.entries { results.append(try perform(entry, session, database)) }
        } catch {
            session.abort()
            throw undone(error, session)
        }
        try commit(session)
        return .list(results)
    }

    private static func perform(
        _ entry: OperationList.Entry, _ session: MongoSession, _ database: String
    ) throws -> Value {
        try session.checkCancellation()
        let target = MongoTarget(database: database, collection: entry.collection ?? "")
        let batch = try session.batch(in: target, ordered: true)
        try entry.operation.add(to: batch)
        let result = try batch.execute()
        if let error = result.error { throw PlacedError(error: error, place: entry.place) }
        if entry.mustMatch, result.isEmpty {
            throw Failure(
                .conflict, "\(entry.place): no document of \(target.name) fits the filter, so nothing was changed",
                code: "no_match", nothingSent: true)
        }
        return entry.result(result)
    }

    /// What ended it before its end was asked for: nothing of it has happened.
    private static func undone(_ error: any Error, _ session: MongoSession) -> any Error {
        let placed = error as? PlacedError
        guard let reason = placed?.error ?? error as? MongoError else { return error }
        // As of a read: what breaks here leaves nothing behind.
        var failure = reason.failure(.read, at: placed?.place ?? session.place)
        failure.nothingSent = true
        if reason.isTransient { failure.kind = .transient }
        return Broken(isTransient: reason.isTransient, failure: failure)
    }

    /// The server knows a transaction whose end it was asked for before, so asking again is safe.
    private static func commit(_ session: MongoSession) throws {
        var number = 1
        while true {
            do {
                return try session.commit()
            } catch let error as MongoError {
                if error.isTransient { throw undone(error, session) }
                guard error.has(label: "UnknownTransactionCommitResult"), number < attempts else {
                    throw unknown(error, session)
                }
            }
            pause(milliseconds: 50 * number)
            number += 1
        }
    }

    private static func unknown(_ error: MongoError, _ session: MongoSession) -> Failure {
        guard error.has(label: "UnknownTransactionCommitResult") || error.origin != FLOW_MONGO_SERVER else {
            return error.failure(.write, at: session.place)
        }
        return Failure(
            .uncertain, "the transaction's end was asked for, and no server has said whether it happened",
            hint: "look whether the changes were made, then resume with --mark-done or --retry-uncertain",
            code: error.code == 0 ? nil : String(error.code), underlying: error.message)
    }

    /// On the thread of the work.
    private static func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
}

extension OperationList.Entry {
    fileprivate func result(_ result: BatchResult) -> Value {
        if let id { return ["id": id] }
        return operation.deletes
            ? ["deleted": .int(Int64(result.deleted))]
            : [
                "matched": .int(Int64(result.matched)), "modified": .int(Int64(result.modified)),
                "upserted_id": result.upserted.first?["_id"] ?? .null,
            ]
    }
}
