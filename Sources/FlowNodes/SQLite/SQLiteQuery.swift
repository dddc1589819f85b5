import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// `sqlite.query`: rows of a database, as values or as a file of JSON lines.
struct SQLiteQuery: RowQuery {
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

    func read(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (FoundRows) throws -> Value
    ) async throws -> Value {
        let sql = arguments.string("sql") ?? ""
        let params = try SQLiteParameters(arguments["params"], name: "params", in: context)
        let bytes = BytesFolder(of: arguments, in: context)
        return try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            try use(FoundRows(bytes: bytes) { each in _ = try params.forEachRow(sql, in: database, each) })
        }
    }
}
