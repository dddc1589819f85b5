import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.transaction`: several statements that happen all or not at all.
struct SQLTransaction<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "transaction", of: Driver.self, summary: "Run statements that happen all or not at all.",
        details: """
            Where the connection breaks before the end of the transaction, nothing of it has happened, and it is tried \
            again; so it is where the server ends it for the sake of another one (a deadlock).
            """,
        effect: .write,
        parameters: [
            Parameter(
                "statements", .list(of: .map), required: true,
                help: "The statements in order, each with sql and, where it takes values, params.",
                example: [
                    ["sql": "UPDATE accounts SET balance = balance - :sum WHERE id = 1", "params": ["sum": 10]],
                    ["sql": "UPDATE accounts SET balance = balance + :sum WHERE id = 2", "params": ["sum": 10]],
                ],
                codeMembers: ["sql": "bind it in params:"]),
            SQLParameters.statementTimeout(for: Driver.self),
        ],
        output: "The results in order, each {changes, rows}.",
        example: .init(
            [
                "statements": [
                    ["sql": "UPDATE accounts SET balance = balance - :sum WHERE id = 1", "params": ["sum": 10]],
                    ["sql": "UPDATE accounts SET balance = balance + :sum WHERE id = 2", "params": ["sum": 10]],
                ]
            ],
            output: [["changes": 1, "rows": []], ["changes": 1, "rows": []]]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .list(of: SQLResult.type) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .write, of: spec, in: context)
        let statements = try (arguments.list("statements") ?? []).enumerated().map { index, item in
            try statement(item, number: index, in: context)
        }
        return try await session.use { connection in
            .list(
                try SQLOutcome.ofTransaction(on: connection) {
                    try statements.enumerated().map { index, statement in
                        do {
                            return try SQLResult.of(statement, on: connection)
                        } catch var failure as Failure {
                            failure.message = "statements[\(index)]: \(failure.message)"
                            throw failure
                        }
                    }
                })
        }
    }

    private func statement(_ item: Value, number: Int, in context: NodeContext) throws -> SQLStatement {
        let name = "statements[\(number)]"
        if let other = item.mapValue?.names.first(where: { $0 != "sql" && $0 != "params" }) {
            throw Failure(.invalid, "\(name) has no member \"\(other)\"", hint: "give sql and params")
        }
        guard let sql = item["sql"]?.stringValue else {
            throw Failure(.invalid, "\(name) has no sql", hint: "write each as { sql: …, params: … }")
        }
        return try SQLStatement(sql, item["params"], name: "\(name).params", Driver.dialect, in: context)
    }
}
