package import FlowCore
package import FlowSpec

/// A node whose output is the rows that a query finds: as a list, as a file, or in pages for a loop.
package protocol RowQuery: PagedNode {
    /// Lets `use` read the rows, on a thread that may block.
    func read(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (FoundRows) throws -> Value
    ) async throws -> Value
}

/// The rows that a query finds, which is asked when they are read.
package struct FoundRows {
    private let bytes: BytesFolder?
    private let ask: (_ each: (ValueMap) throws -> Void) throws -> Void

    /// - Parameters:
    ///   - bytes: takes values that are bytes.
    ///   - ask: asks the query, and calls what it is given once for each row.
    package init(bytes: BytesFolder? = nil, _ ask: @escaping (_ each: (ValueMap) throws -> Void) throws -> Void) {
        self.bytes = bytes
        self.ask = ask
    }

    /// - Throws: a `Failure` where there are more than `limit`, and what `take` throws.
    fileprivate func forEach(limit: Int?, _ take: (Value) throws -> Void) throws {
        var number = 0
        try ask { row in
            if let limit, number >= limit { throw RowLimit.exceeded(limit) }
            number += 1
            try take(.map(try bytes?.keep(row, number: number) ?? row))
        }
    }
}

extension RowQuery {
    package func outputType(of arguments: WrittenArguments) -> StaticType {
        arguments.type(.list(of: .map), orFileWith: "to")
    }

    package func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let limit = arguments.int("max_rows")
        if let path = arguments.string("to") {
            let file = JSONLinesFile(OutputFile(context.absolutePath(path), in: context))
            return try await read(arguments, in: context) { rows in
                try file.write { write in try rows.forEach(limit: limit, write) }
            }
        }
        return try await read(arguments, in: context) { rows in
            var found: [Value] = []
            try rows.forEach(limit: limit ?? RowLimit.usual) { found.append($0) }
            return .list(found)
        }
    }

    package func comesInPages(_ arguments: Arguments) -> Bool { arguments.string("to") == nil }

    /// Asks the whole query at once, however long a page takes to be kept, so that all rows are of one moment where the
    /// database can have it so.
    package func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let limit = arguments.int("max_rows")
        _ = try await read(arguments, in: context) { rows in
            var pager = RowPager(from: mark)
            try rows.forEach(limit: limit) { row in
                if let page = try pager.add(row) { try handOver(page, to: take) }
            }
            try handOver(pager.end(), to: take)
            return .null
        }
    }
}
