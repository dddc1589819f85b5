import FlowCore
import FlowSpec
import FlowStore

/// `sqlite.query`: rows of a database, as values or as a file of JSON lines.
struct SQLiteQuery: Node {
    let spec = NodeSpec(
        "sqlite.query", summary: "Ask an SQLite database.",
        details: "The database is opened for reading only. With to, rows go to the file as they come.",
        effect: .read,
        parameters: SQLiteArguments.common + [
            Parameter(
                "params", .any, help: "Values for the statement: a list for ?, a map for :name.",
                example: ["since": "2026-01-01"]),
            Parameter("to", .string, help: "Write the rows to this JSON Lines file.", example: "rows.jsonl"),
            Parameter(
                "max_rows", .int, default: 10_000, help: "More rows than this fail the step, unless they go to a file.",
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
        let limit = arguments.int("max_rows") ?? 10_000
        let target = arguments.string("to").map { OutputFile(context.absolutePath($0), in: context) }
        return try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            if let target { return try JSONLinesFile(target).write { try params.forEachRow(sql, in: database, $0) } }
            var rows: [Value] = []
            try params.forEachRow(sql, in: database) { row in
                guard rows.count < limit else {
                    throw Failure(
                        .invalid, "the query gives more than \(limit) rows",
                        hint: "add a LIMIT, raise max_rows, or write them to a file with to:")
                }
                rows.append(row)
            }
            return .list(rows)
        }
    }
}
