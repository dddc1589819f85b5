import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// `sqlite.execute`: changes a database in one transaction.
struct SQLiteExecute: Node {
    let spec = NodeSpec(
        "sqlite.execute", summary: "Change an SQLite database.",
        details: """
            The database is made where there is none. All of it is one transaction: it happens whole or not at all. \
            With neither params nor each, the text may hold several statements.
            """,
        effect: .write,
        parameters: SQLiteArguments.common + [
            Parameter("params", .any, help: "Values for the statement: a list for ?, a map for :name."),
            Parameter(
                "each", .list(of: .any), help: "Run the statement once for each of these sets of values.",
                example: [["Ada", "Berlin"], ["Lin", "Oslo"]]),
        ],
        output: "{changes, rows}: how many rows were inserted, updated or deleted, and those that RETURNING gives.",
        example: .init(
            [
                "database": "shop.db", "sql": "INSERT INTO customers (name, city) VALUES (?, ?)",
                "each": [["Ada", "Berlin"], ["Lin", "Oslo"]],
            ],
            output: ["changes": 2, "rows": []]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([("changes", .int), ("rows", .list(of: .map))])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let sql = arguments.string("sql") ?? ""
        guard arguments["params"] == nil || arguments["each"] == nil else {
            throw Failure(.invalid, "sqlite.execute: give \"params\" or \"each\", not both")
        }
        let sets = try parameterSets(arguments, context)
        return try await SQLiteArguments.changing(arguments, in: context) { database in
            var rows: [Value] = []
            let changes =
                if let sets {
                    try sets.reduce(0) { try $0 + $1.forEachRow(sql, in: database) { rows.append(.map($0)) } }
                } else {
                    try database.executeScript(sql) { row in
                        try SQLColumns.requireDifferent(row.columnNames)
                        rows.append(.map(row.asMap))
                    }
                }
            return ["changes": .int(Int64(changes)), "rows": .list(rows)]
        }
    }

    /// nil where the statement takes no values.
    private func parameterSets(_ arguments: Arguments, _ context: NodeContext) throws -> [SQLiteParameters]? {
        if let each = arguments.list("each") {
            return try each.enumerated().map { try SQLiteParameters($1, name: "each[\($0)]", in: context) }
        }
        guard let params = arguments["params"], !params.isNull else { return nil }
        return [try SQLiteParameters(params, name: "params", in: context)]
    }
}
