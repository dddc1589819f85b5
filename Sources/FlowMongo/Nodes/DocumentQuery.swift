import FlowCore
import FlowNodeKit
import FlowSpec

/// A node whose output is the documents that a query gives: as a list, as a file, or in pages for a loop.
protocol DocumentQuery: PagedNode {
    /// Asks the server.
    func cursor(_ arguments: Arguments, _ session: MongoSession, _ target: MongoTarget) throws -> MongoCursor
}

extension DocumentQuery {
    func outputType(of arguments: WrittenArguments) -> StaticType {
        arguments.type(.list(of: .map), orFileWith: "to")
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let limit = arguments.int("max_rows")
        let file = arguments.string("to").map { OutputFile(context.absolutePath($0), in: context) }
        return try await withCollection(arguments, in: context) { session, target in
            let cursor = try cursor(arguments, session, target)
            if let file {
                return try JSONLinesFile(file).write { write in
                    try session.forEach(cursor, limit: limit) { try write(.map($0)) }
                }
            }
            var documents: [Value] = []
            try session.forEach(cursor, limit: limit ?? RowLimit.usual) { documents.append(.map($0)) }
            return .list(documents)
        }
    }

    func comesInPages(_ arguments: Arguments) -> Bool { arguments.string("to") == nil }

    /// Asks the whole query at once, however long a page takes to be kept.
    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let limit = arguments.int("max_rows")
        try await withCollection(arguments, in: context) { session, target in
            var pager = RowPager(from: mark, limit: limit)
            try session.forEach(try cursor(arguments, session, target), limit: nil) { document in
                if let page = try pager.add(.map(document)) { try handOver(page, to: take) }
            }
            try handOver(pager.end(), to: take)
        }
    }
}

extension MongoSession {
    /// - Throws: a `Failure` where there are more documents than `limit`; `CancellationError` between two of them.
    func forEach(_ cursor: MongoCursor, limit: Int?, _ body: (ValueMap) throws -> Void) throws {
        var count = 0
        while let document = try cursor.next() {
            try checkCancellation()
            if let limit, count >= limit { throw RowLimit.exceeded(limit) }
            count += 1
            try body(document)
        }
    }
}
