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
        let sql = arguments.string("sql") ?? ""
        let params = try SQLParameters(arguments["params"], name: "params")
        let limit = arguments.int("max_rows") ?? RowLimit.usual
        let target = arguments.string("to").map { OutputFile(context.absolutePath($0), in: context) }
        return try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            if let target { return try JSONLinesFile(target).write { try params.forEachRow(sql, in: database, $0) } }
            var rows: [Value] = []
            try params.forEachRow(sql, in: database) { row in
                guard rows.count < limit else { throw RowLimit.exceeded(limit) }
                rows.append(row)
            }
            return .list(rows)
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
        let sql = arguments.string("sql") ?? ""
        let params = try SQLParameters(arguments["params"], name: "params")
        let limit = arguments.int("max_rows")
        _ = try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            var pager = RowPager(from: mark, limit: limit)
            try params.forEachRow(sql, in: database) { row in
                if let page = try pager.add(row) { try handOver(page, to: take) }
            }
            try handOver(pager.end(), to: take)
            return .null
        }
    }
}
