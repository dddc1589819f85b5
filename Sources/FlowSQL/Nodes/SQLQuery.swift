import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.query`: rows of a database, as values, in pages or as a file of JSON lines.
struct SQLQuery<Driver: SQLDriver>: RowQuery {
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

    func read(
        _ arguments: Arguments, in context: NodeContext, _ use: @escaping @Sendable (FoundRows) throws -> Value
    ) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        let statement = try SQLStatement(arguments, Driver.dialect, in: context)
        let bytes = BytesFolder(of: arguments, in: context)
        return try await session.use { connection in
            try connection.begin(readOnly: true)
            let result = try use(FoundRows(bytes: bytes) { each in _ = try connection.run(statement, row: each) })
            try connection.rollback()
            return result
        }
    }
}
