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
            + [SQLParameters.statementTimeout],
        rules: [.one(["rows", "from"])],
        output: "{rows}: how many there were.",
        example: .init(["table": "customers", "key": ["id"], "rows": [["id": 7, "name": "Ada"]]], output: ["rows": 1]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .record([("rows", .int)]) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .write, of: spec, in: context)
        let source = try RecordSource(arguments, list: "rows", in: context)
        let table = SQLName(arguments.string("table") ?? "")
        let key = (arguments.list("key") ?? []).compactMap(\.stringValue)
        return try await session.use { connection in
            let reader = source.reader()
            guard let first = try reader.next() else { return ["rows": 0] }
            let columns = first.mapValue?.names ?? []
            guard let missing = key.first(where: { !columns.contains($0) }) ?? (key.isEmpty ? "" : nil) else {
                return try write(
                    first, reader, columns, Driver.dialect.upsert(into: table, columns, key: key), connection)
            }
            throw Failure(
                .invalid, "the first row has no column \"\(missing)\", which is in key",
                hint: "give each row the columns of key")
        }
    }

    private func write(
        _ first: Value, _ reader: RecordReader, _ columns: [String], _ sql: String, _ connection: Driver.Connection
    ) throws -> Value {
        var count = 0
        try SQLOutcome.ofTransaction(on: connection) {
            _ = try connection.runMany(sql) {
                guard let row = count == 0 ? first : try reader.next() else { return nil }
                count += 1
                guard let values = row.mapValue, values.names.allSatisfy(columns.contains) else {
                    throw Failure(
                        .invalid, "row \(count) has other columns than the first",
                        hint: "give each row the same columns; null where there is no value")
                }
                return columns.map { values[$0] ?? .null }
            }
        }
        return ["rows": .int(Int64(count))]
    }
}
