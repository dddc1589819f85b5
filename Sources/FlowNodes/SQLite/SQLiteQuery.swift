import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// `sqlite.query`: rows of a database, as values or as a file of JSON lines.
struct SQLiteQuery: Node {
    let spec = NodeSpec(
        "sqlite.query", summary: "Ask an SQLite database.",
        details: "The database is opened for reading only. With to, rows go to the file as they come; a for_each goes "
            + "through them without holding all.",
        effect: .read,
        parameters: SQLiteArguments.common + [
            Parameter(
                "params", .any, help: "Values for the statement: a list for ?, a map for :name.",
                example: ["since": "2026-01-01"]),
            Parameter("to", .string, help: "Write the rows to this JSON Lines file.", example: "rows.jsonl"),
            BytesFolder.parameter,
            Parameter(
                "max_rows", .int,
                help: "More rows than this fail the step; 10000 by default, unless they go to a file or to a loop.",
                minimum: 1),
        ],
        output: "The rows as a list of maps; with to, the file.",
        example: .init(
            [
                "database": "shop.db", "sql": "SELECT id, name FROM customers WHERE city = :city",
                "params": ["city": "Berlin"],
            ],
            output: [["id": 1, "name": "Ada"]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        arguments.type(.list(of: .map), orFileWith: "to")
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
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

    private func read(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (FoundRows) throws -> Value
    ) async throws -> Value {
        let sql = arguments.string("sql") ?? ""
        let params = try SQLiteParameters(arguments["params"], name: "params", in: context)
        let bytes = arguments.string("files_to").map { BytesFolder(context.absolutePath($0), in: context) }
        return try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            try use(FoundRows(database: database, sql: sql, params: params, bytes: bytes))
        }
    }

    /// The rows that a query finds, which is asked when they are read.
    private struct FoundRows {
        let database: Database
        let sql: String
        let params: SQLiteParameters
        let bytes: BytesFolder?

        /// - Throws: a `Failure` where there are more than `limit`, and what `take` throws.
        func forEach(limit: Int? = nil, _ take: (Value) throws -> Void) throws {
            var number = 0
            try params.forEachRow(sql, in: database) { row in
                if let limit, number >= limit { throw RowLimit.exceeded(limit) }
                number += 1
                try take(.map(try bytes?.keep(row, number: number) ?? row))
            }
        }
    }
}

extension SQLiteQuery: PagedNode {
    func comesInPages(_ arguments: Arguments) -> Bool { arguments.string("to") == nil }

    /// Asks the whole query at once, however long a page takes to be kept, so that all rows are of one moment.
    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let limit = arguments.int("max_rows")
        _ = try await read(arguments, in: context) { rows in
            var pager = RowPager(from: mark, limit: limit)
            try rows.forEach { row in
                if let page = try pager.add(row) { try handOver(page, to: take) }
            }
            try handOver(pager.end(), to: take)
            return .null
        }
    }
}
