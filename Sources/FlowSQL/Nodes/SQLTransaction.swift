import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.transaction`: several statements that happen all or not at all.
struct SQLTransaction<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "transaction", of: Driver.self, summary: "Run statements that happen all or not at all.",
        details: """
            Where the connection breaks before the end of the transaction, nothing of it has happened, and it is tried \
            again; so it is where the server ends it for the sake of another one (a deadlock). A statement that ends \
            it otherwise\(Driver.implicitCommits) must be the last.
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
                try SQLOutcome.ofTransaction(on: connection) { try Self.results(of: statements, on: connection) })
        }
    }

    private static func results(
        of statements: [SQLStatement], on connection: Driver.Connection
    ) throws -> [Value] {
        var results: [Value] = []
        // What ends a transaction in which nothing else was done, such as DDL on MySQL, is followed by another one.
        var isFresh = true
        for (index, statement) in statements.enumerated() {
            if connection.hasEndedTransaction {
                guard isFresh else { throw SQLOutcome.ended(by: "statements[\(index - 1)]") }
                try connection.begin(readOnly: false)
            }
            do {
                results.append(try SQLResult.of(statement, on: connection))
            } catch var failure as Failure {
                failure.message = "statements[\(index)]: \(failure.message)"
                throw failure
            }
            isFresh = isFresh && connection.hasEndedTransaction
        }
        return results
    }

    private func statement(_ item: Value, number: Int, in context: NodeContext) throws -> SQLStatement {
        let name = "statements[\(number)]"
        if let other = item.mapValue?.names.first(where: { $0 != "sql" && $0 != "params" }) {
            throw Failure(.invalid, "\(name) has no member \"\(other)\"", hint: "give sql and params")
        }
        guard let sql = item["sql"]?.stringValue else {
            throw Failure(.invalid, "\(name) has no sql", hint: "write each as { sql: …, params: … }")
        }
        try SQLCommand(sql, Driver.dialect).requireInside(name)
        return try SQLStatement(sql, item["params"], name: "\(name).params", Driver.dialect, in: context)
    }
}

extension SQLCommand {
    /// - Parameter name: where it is from.
    /// - Throws: a `Failure` where it can't be part of a transaction that is ours.
    func requireInside(_ name: String) throws(Failure) {
        guard isOfTransaction else { return }
        throw Failure(
            .invalid, "\(name): the statement would begin or end a transaction, and all of this is one already",
            hint: "leave BEGIN, COMMIT, END and ROLLBACK out", nothingSent: true)
    }
}
