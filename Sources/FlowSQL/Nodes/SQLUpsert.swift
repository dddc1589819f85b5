import FlowCore
import FlowNodeKit
import FlowSpec

/// `postgres.upsert`: rows that are inserted, or updated where they are there.
struct SQLUpsert<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "upsert", of: Driver.self, summary: "Insert rows, and update those that are there.",
        details: """
            What is there is told by key, for which the table must have a unique index. Doing it twice is the same as \
            doing it once. All of it is one transaction.
            """,
        effect: .idempotent,
        parameters: [
            SQLParameters.table,
            Parameter(
                "key", .list(of: .string), required: true, help: "The columns that tell one row from the other.",
                example: ["id"]),
        ]
            + RecordSource.parameters(
                list: "rows", noun: "row", listHelp: "The rows, each a map with the same columns as the first.",
                example: [["id": 7, "name": "Ada"]])
            + [SQLParameters.statementTimeout(for: Driver.self)],
        rules: [.one(["rows", "from"])],
        output: "{rows}: how many there were.",
        example: .init(["table": "customers", "key": ["id"], "rows": [["id": 7, "name": "Ada"]]], output: ["rows": 1]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("rows", .int)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .write, of: spec, in: context)
        let source = try RecordSource(arguments, list: "rows", in: context)
        let table = SQLName(arguments.string("table") ?? "", Driver.dialect)
        let key = (arguments.list("key") ?? []).compactMap(\.stringValue)
        guard !key.isEmpty else {
            throw Failure(.invalid, "key names no column", hint: "name those that tell one row from the other")
        }
        return try await session.use { connection in
            let reader = source.reader()
            guard let first = try reader.next() else { return ["rows": 0] }
            let columns = first.mapValue?.names ?? []
            if let missing = key.first(where: { !columns.contains($0) }) {
                throw Failure(
                    .invalid, "the first row has no column \"\(missing)\", which is in key",
                    hint: "give each row the columns of key")
            }
            try requireUnique(key, in: table, connection)
            let sql = Driver.dialect.upsert(into: table, columns, key: key)
            return try SQLName.explaining { try write(first, reader, columns, sql, connection) }
        }
    }

    /// Where a server takes any unique index for the key, and inserts rows twice where there is none.
    private func requireUnique(_ key: [String], in table: SQLName, _ connection: Driver.Connection) throws {
        guard let question = Driver.catalog.uniqueColumns else { return }
        var indexes: [Value: Set<String>] = [:]
        _ = try connection.run(SQLStatement(question, table.values)) { row in
            indexes[row["index"] ?? .null, default: []].insert(row["column"]?.stringValue?.lowercased() ?? "")
        }
        let names = Set(key.map { $0.lowercased() })
        guard !indexes.values.contains(where: names.isSuperset) else { return }
        throw Failure(
            .invalid, "the table \"\(table.text)\" has no unique index of the columns in key",
            hint: "name in key the columns of a unique index, or make one for them", nothingSent: true)
    }

    private func write(
        _ first: Value, _ reader: RecordReader, _ columns: [String], _ sql: String, _ connection: Driver.Connection
    ) throws -> Value {
        var count = 0
        try SQLOutcome.ofTransaction(on: connection) {
            _ = try connection.runMany(sql) {
                guard let row = count == 0 ? first : try reader.next() else { return nil }
                count += 1
                return try Self.values(of: row, columns, number: count)
            }
        }
        return ["rows": .int(Int64(count))]
    }

    /// - Throws: a `Failure` where something of the row would be lost, or something that is stored would become null.
    private static func values(of row: Value, _ columns: [String], number: Int) throws(Failure) -> [Value] {
        func refused(_ what: String) -> Failure {
            Failure(
                .invalid, "row \(number) \(what)",
                hint: "give each row the same columns; null where there is no value")
        }
        guard let values = row.mapValue else { throw refused("is no map") }
        if let other = values.names.first(where: { !columns.contains($0) }) {
            throw refused("has the column \"\(other)\", which the first has not")
        }
        return try columns.map { name throws(Failure) in
            guard let value = values[name] else {
                throw refused("has no column \"\(name)\", which the first has")
            }
            return value
        }
    }
}
