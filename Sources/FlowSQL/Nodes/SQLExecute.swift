import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.execute`: one statement that changes something.
struct SQLExecute<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "execute", of: Driver.self, summary: "Change a \(Driver.title) database.",
        details: """
            One statement, which happens whole or not at all. Where the connection breaks while it is under way, or \
            what it gives can't be taken, the step ends uncertain; \(Driver.name).transaction leaves that open only \
            for the moment of its end. So does a procedure or block that fails, as it may have committed before.
            """,
        effect: .write,
        parameters: [
            SQLParameters.sql("The statement."), SQLParameters.values(for: Driver.self),
            SQLParameters.statementTimeout(for: Driver.self),
        ],
        output: "{changes, rows}: how many rows were inserted, updated or deleted, and those that RETURNING gives.",
        example: .init(
            [
                "sql": "UPDATE orders SET status = :status WHERE id = :id", "params": ["status": "paid", "id": 7],
            ],
            output: ["changes": 1, "rows": []]))

    func outputType(of arguments: WrittenArguments) -> StaticType { SQLResult.type }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .write, of: spec, in: context)
        let statement = try SQLStatement(arguments, Driver.dialect, in: context)
        return try await session.use { connection in
            try SQLOutcome.ofStatement(statement.command, on: connection) {
                try SQLResult.of(statement, on: connection)
            }
        }
    }
}

/// What a statement gives that changes something.
enum SQLResult {
    static let type = StaticType.record([("changes", .int), ("rows", .list(of: .map))])

    static func of(_ statement: SQLStatement, on connection: some SQLConnection) throws -> Value {
        var rows: [Value] = []
        let changes = try connection.run(statement) { rows.append(.map($0)) }
        return ["changes": .int(Int64(changes)), "rows": .list(rows)]
    }
}
