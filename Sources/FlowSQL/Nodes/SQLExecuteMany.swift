import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.execute_many`: one statement for each of many rows, or rows into a table, as one transaction.
struct SQLExecuteMany<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "execute_many", of: Driver.self, summary: "Run a statement for many rows, or put them into a table.",
        details: """
            All of it is one transaction: it happens whole or not at all. The rows come from a list or, without holding \
            all, from a file. With table they are inserted in the quickest way that the server has: \
            \(Driver.loadingNote) A text for a column of JSON is JSON itself, but from a file of JSON lines a string.
            """,
        effect: .write,
        parameters: [
            SQLParameters.sql("The statement, run once for each row.", required: false),
            Parameter(
                "table", .string, help: "In place of sql: the table that the rows are put into.",
                example: "orders"),
            Parameter(
                "columns", .list(of: .string),
                help: "With table: the columns; those of the first row where they are left out.",
                example: ["id", "name"]),
        ]
            + RecordSource.parameters(
                list: "each", noun: "row", listHelp: "The rows: lists of values, or maps by name.",
                example: [["Ada", "Berlin"], ["Lin", "Oslo"]])
            + [SQLParameters.statementTimeout(for: Driver.self)],
        rules: [.one(["sql", "table"]), .one(["each", "from"])],
        output: "{changes, rows}: how many rows were changed, and how many were read.",
        example: .init(
            [
                "table": "customers", "columns": ["name", "city"], "each": [["Ada", "Berlin"], ["Lin", "Oslo"]],
            ],
            output: ["changes": 2, "rows": 2]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("changes", .int), ("rows", .int)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .write, of: spec, in: context)
        let source = try RecordSource(arguments, list: "each", in: context)
        let table = arguments.string("table")
        let sql = arguments.string("sql") ?? ""
        try SQLCommand(sql, Driver.dialect).requireInside("sql")
        let columns = arguments.list("columns").map { $0.compactMap(\.stringValue) }
        return try await session.use { connection in
            let rows = SQLRows(source.reader())
            guard let first = try rows.first() else { return ["changes": 0, "rows": 0] }
            let changes = try SQLOutcome.ofTransaction(on: connection) {
                if let table {
                    let all = try columns ?? rows.columns(of: first)
                    return try SQLName.explaining {
                        try connection.load(
                            into: SQLName(table, Driver.dialect), columns: all, isAsQueried: source.isJSONLines
                        ) {
                            try rows.next(all, isChoice: columns != nil)
                        }
                    }
                }
                let text = SQLText(sql, Driver.dialect, named: first.isNamed)
                return try connection.runMany(text.native) { try rows.next(text) }
            }
            return ["changes": .int(Int64(changes)), "rows": .int(Int64(rows.count))]
        }
    }
}

/// The rows of `execute_many` as they come.
private final class SQLRows {
    private let reader: RecordReader
    private var kept: SQLValues?
    /// How many have been given.
    private(set) var count = 0

    init(_ reader: RecordReader) { self.reader = reader }

    /// The first row, which comes again with the others; nil where there is none.
    func first() throws -> SQLValues? {
        kept = try values()
        return kept
    }

    func columns(of first: SQLValues) throws(Failure) -> [String] {
        guard case .map(let row) = first else {
            throw Failure(.invalid, "the rows are lists, and nothing names the columns", hint: "name them in columns:")
        }
        return row.names
    }

    /// The values of the next row for columns of a table; those that it lacks are null.
    ///
    /// - Parameter isChoice: whether a row may have others, which are left out.
    func next(_ columns: [String], isChoice: Bool) throws -> [Value]? {
        guard let row = try following() else { return nil }
        switch row {
        case .list(let values):
            guard values.count == columns.count else {
                throw Failure(
                    .invalid, "row \(count) has \(values.count) values for \(columns.count) columns",
                    hint: "give each row as many")
            }
            return values
        case .map(let values):
            return try naming { () throws(Failure) in
                try RecordSource.values(of: values, for: columns, isChoice: isChoice)
            }
        }
    }

    /// The values of the next row for a statement.
    func next(_ text: SQLText) throws -> [Value]? {
        guard let row = try following() else { return nil }
        return try naming { () throws(Failure) in try text.values(row, isStrict: false) }
    }

    /// Says in which row something is wrong.
    private func naming(_ body: () throws(Failure) -> [Value]) throws(Failure) -> [Value] {
        do throws(Failure) {
            return try body()
        } catch {
            throw Failure(error.kind, "row \(count): \(error.message)", hint: error.hint)
        }
    }

    private func following() throws -> SQLValues? {
        guard let row = try kept ?? values() else { return nil }
        kept = nil
        count += 1
        return row
    }

    private func values() throws -> SQLValues? {
        guard let row = try reader.next() else { return nil }
        return try SQLValues(row, name: "row \(count + 1)")
    }
}
