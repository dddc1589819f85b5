import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// `sqlite.transaction`: several statements that happen all or not at all.
struct SQLiteTransaction: Node {
    private static let statements: Value = [
        ["sql": "UPDATE accounts SET balance = balance - :sum WHERE id = 1", "params": ["sum": 10]],
        ["sql": "UPDATE accounts SET balance = balance + :sum WHERE id = 2", "params": ["sum": 10]],
    ]

    let spec = NodeSpec(
        "sqlite.transaction", summary: "Run statements that happen all or not at all.",
        details: "The database is made where there is none.", effect: .write,
        parameters: [
            SQLiteArguments.database,
            Parameter(
                "statements", .list(of: .map), required: true,
                help: "The statements in order, each with sql and, where it takes values, params.",
                example: statements, codeMembers: ["sql": "bind it in params:"]),
        ],
        output: "The results in order, each {changes, rows}.",
        example: .init(
            ["database": "bank.db", "statements": statements],
            output: [["changes": 1, "rows": []], ["changes": 1, "rows": []]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .list(of: .record([("changes", .int), ("rows", .list(of: .map))]))
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let statements = try (arguments.list("statements") ?? []).enumerated().map {
            try Statement($1, number: $0, in: context)
        }
        return try await SQLiteArguments.changing(arguments, in: context) { database in
            .list(try statements.map { try $0.result(in: database) })
        }
    }

    private struct Statement {
        let name: String
        let sql: String
        let params: SQLiteParameters

        init(_ item: Value, number: Int, in context: NodeContext) throws {
            name = "statements[\(number)]"
            if let other = item.mapValue?.names.first(where: { $0 != "sql" && $0 != "params" }) {
                throw Failure(.invalid, "\(name) has no member \"\(other)\"", hint: "give sql and params")
            }
            guard let sql = item["sql"]?.stringValue else {
                throw Failure(.invalid, "\(name) has no sql", hint: "write each as { sql: …, params: … }")
            }
            self.sql = sql
            params = try SQLiteParameters(item["params"], name: "\(name).params", in: context)
        }

        func result(in database: Database) throws(Failure) -> Value {
            var rows: [Value] = []
            do throws(Failure) {
                let changes = try params.forEachRow(sql, in: database) { rows.append(.map($0)) }
                return ["changes": .int(Int64(changes)), "rows": .list(rows)]
            } catch {
                var failure = error
                failure.message = "\(name): \(failure.message)"
                throw failure
            }
        }
    }
}
