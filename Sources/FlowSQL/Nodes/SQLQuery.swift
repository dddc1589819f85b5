import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.query`: rows of a database, as values, in pages or as a file of JSON lines.
struct SQLQuery<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "query", of: Driver.self, summary: "Ask a \(Driver.title) database.",
        details: """
            The query runs in a transaction that is for reading only. With to, rows go to the file as they come; a \
            for_each goes through them without holding all.
            """,
        effect: .read,
        parameters: [
            SQLParameters.sql("The statement."), SQLParameters.values(for: Driver.self),
            Parameter("to", .string, help: "Write the rows to this JSON Lines file.", example: "rows.jsonl"),
            BytesFolder.parameter, SQLParameters.maximumRows, SQLParameters.statementTimeout(for: Driver.self),
        ],
        output: "The rows as a list of maps; with to, the file.",
        example: .init(
            [
                "sql": "SELECT id, name, total FROM orders WHERE city = :city ORDER BY id",
                "params": ["city": "Berlin"],
            ],
            output: [["id": 1, "name": "Ada", "total": "19.90"]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        arguments.type(.list(of: .map), orFileWith: "to")
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let limit = arguments.int("max_rows")
        if let path = arguments.string("to") {
            let file = JSONLinesFile(OutputFile(context.absolutePath(path), in: context))
            return try await read(arguments, in: context) { rows in
                var count = 0
                return try file.write { write in
                    try rows.forEach { row in
                        count += 1
                        if let limit, count > limit { throw RowLimit.exceeded(limit) }
                        try write(row)
                    }
                }
            }
        }
        return try await read(arguments, in: context) { rows in
            var found: [Value] = []
            try rows.forEach { row in
                guard found.count < limit ?? RowLimit.usual else { throw RowLimit.exceeded(limit ?? RowLimit.usual) }
                found.append(row)
            }
            return .list(found)
        }
    }

    /// Lets `use` read the rows, on a thread that may block.
    private func read<Result: Sendable>(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (SQLFoundRows) throws -> Result
    ) async throws -> Result {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        let statement = try SQLStatement(arguments, Driver.dialect, in: context)
        let bytes = arguments.string("files_to").map { BytesFolder(context.absolutePath($0), in: context) }
        return try await session.use { connection in
            try connection.begin(readOnly: true)
            let result = try use(SQLFoundRows(connection: connection, statement: statement, bytes: bytes))
            try connection.rollback()
            return result
        }
    }
}

/// The rows that a query finds, which is sent when they are read.
private struct SQLFoundRows {
    let connection: any SQLConnection
    let statement: SQLStatement
    let bytes: BytesFolder?

    func forEach(_ take: (Value) throws -> Void) throws {
        var number = 0
        _ = try connection.run(statement) { row in
            number += 1
            try take(.map(try bytes?.keep(row, number: number) ?? row))
        }
    }
}

extension SQLQuery: PagedNode {
    func comesInPages(_ arguments: Arguments) -> Bool { arguments.string("to") == nil }

    /// Asks the whole query at once, however long a page takes to be kept, so that all rows are of one moment.
    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let limit = arguments.int("max_rows")
        try await read(arguments, in: context) { rows in
            var pager = RowPager(from: mark, limit: limit)
            try rows.forEach { row in
                if let page = try pager.add(row) { try handOver(page, to: take) }
            }
            try handOver(pager.end(), to: take)
        }
    }
}
