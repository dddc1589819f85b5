import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// `sqlite.execute_many`: one statement for each of many rows, or rows into a table, as one transaction.
struct SQLiteExecuteMany: Node {
    let spec = NodeSpec(
        "sqlite.execute_many", summary: "Run a statement for many rows, or put them into a table.",
        details: """
            All of it is one transaction: it happens whole or not at all. The rows come from a list or, without holding \
            all, from a file. With table, a text for a column of the type BLOB is base64, as a query writes bytes to a \
            file. The database is made where there is none.
            """,
        effect: .write,
        parameters: [
            SQLiteArguments.database,
            Parameter(
                "sql", .string, help: "The statement, run once for each row.", codeRemedy: "bind it in params:"),
            Parameter(
                "table", .string, help: "In place of sql: the table that the rows are put into.", example: "customers"),
            Parameter(
                "columns", .list(of: .string),
                help: "With table: the columns; those of the first row where they are left out.",
                example: ["name", "city"]),
        ]
            + RecordSource.parameters(
                list: "each", noun: "row", listHelp: "The rows: lists of values, or maps by name.",
                example: [["Ada", "Berlin"], ["Lin", "Oslo"]]),
        rules: [.one(["sql", "table"]), .one(["each", "from"])],
        output: "{changes, rows}: how many rows were changed, and how many were read.",
        example: .init(
            [
                "database": "shop.db", "table": "customers", "columns": ["name", "city"],
                "each": [["Ada", "Berlin"], ["Lin", "Oslo"]],
            ],
            output: ["changes": 2, "rows": 2]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("changes", .int), ("rows", .int)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let source = try RecordSource(arguments, list: "each", in: context)
        let table = arguments.string("table")
        let sql = arguments.string("sql")
        let columns = arguments.list("columns").map { $0.compactMap(\.stringValue) }
        return try await SQLiteArguments.changing(arguments, in: context) { database in
            let reader = source.reader()
            var insert = Insert(table: table ?? "", columns: columns)
            var changes = 0
            var rows = 0
            while let row = try reader.next() {
                rows += 1
                let params = try SQLiteParameters(row, name: "row \(rows)", in: context)
                do {
                    changes +=
                        try sql.map { try params.execute($0, in: database) } ?? insert.execute(params, in: database)
                } catch var failure as Failure {
                    failure.message = "row \(rows): \(failure.message)"
                    throw failure
                }
            }
            return ["changes": .int(Int64(changes)), "rows": .int(Int64(rows))]
        }
    }

    /// Puts rows into a table.
    private struct Insert {
        let table: String
        /// Those of the first row where nobody names them.
        var columns: [String]?
        /// Whether a row may have others, which are left out.
        private let isChoice: Bool
        private var sql = ""
        /// Those whose texts are base64, in small letters.
        private var columnsOfBytes: Set<String> = []

        init(table: String, columns: [String]?) {
            self.table = table
            self.columns = columns
            isChoice = columns != nil
        }

        mutating func execute(_ row: SQLiteParameters, in database: Database) throws(Failure) -> Int {
            let columns = if let columns { columns } else { try names(of: row) }
            if sql.isEmpty {
                self.columns = columns
                let names = columns.map { $0.asSQLName() }.joined(separator: ", ")
                let places = columns.map { _ in "?" }.joined(separator: ", ")
                let place = table.sqlNameParts()
                sql = "INSERT INTO \(place.map { $0.asSQLName() }.joined(separator: ".")) (\(names)) VALUES (\(places))"
                columnsOfBytes = try Self.columnsOfBytes(in: place, of: database)
            }
            let values =
                switch row {
                case .positional(let values): values
                case .named(let values):
                    try RecordSource.values(of: values, for: columns, isChoice: isChoice)
                }
            return try database.execute(sql, try withBytes(values, in: columns))
        }

        private func withBytes(_ values: [Value], in columns: [String]) throws(Failure) -> [Value] {
            guard !columnsOfBytes.isEmpty, values.count == columns.count else { return values }
            var values = values
            for (index, column) in columns.enumerated() where columnsOfBytes.contains(column.lowercased()) {
                guard let text = values[index].stringValue else { continue }
                guard let bytes = Base64.decode(text) else {
                    throw Failure(
                        .invalid, "the column \"\(column)\" holds bytes, and the text for it is no base64",
                        hint: "give base64, or bytes: ${{ bytes(text) }}")
                }
                values[index] = .bytes(bytes)
            }
            return values
        }

        private static func columnsOfBytes(
            in table: [String], of database: Database
        ) throws(Failure) -> Set<String> {
            let schema = table.count > 1 ? table.first : nil
            let rows = try database.query(
                "SELECT name FROM pragma_table_info(?, ?) WHERE type LIKE '%blob%'",
                [.string(table.last ?? ""), schema.map(Value.string) ?? .null])
            return Set(rows.compactMap { $0[0].stringValue?.lowercased() })
        }

        private func names(of row: SQLiteParameters) throws(Failure) -> [String] {
            guard case .named(let values) = row else {
                throw Failure(
                    .invalid, "the rows are lists, and nothing names the columns", hint: "name them in columns:")
            }
            return values.names
        }
    }
}
