import FlowCore
import FlowNodeKit
import FlowSpec

/// A node whose output is the documents that a query gives.
protocol DocumentQuery: RowQuery {
    /// Asks the server.
    func cursor(_ arguments: Arguments, _ session: MongoSession, _ target: MongoTarget) throws -> MongoCursor
}

extension DocumentQuery {
    func read(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (FoundRows) throws -> Value
    ) async throws -> Value {
        try await withCollection(arguments, in: context) { session, target in
            try use(FoundRows { each in try session.forEach(try cursor(arguments, session, target), each) })
        }
    }
}

extension MongoSession {
    /// - Throws: `CancellationError` between two documents.
    func forEach(_ cursor: MongoCursor, _ body: (ValueMap) throws -> Void) throws {
        while let document = try cursor.next() {
            try checkCancellation()
            try body(document)
        }
    }
}
