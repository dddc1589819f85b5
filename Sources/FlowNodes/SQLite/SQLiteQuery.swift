import FlowCore
import FlowSpec
import FlowStore

/// `sqlite.query`: rows of a database, as values or as a file of JSON lines.
struct SQLiteQuery: Node {
    let spec = NodeSpec(
        "sqlite.query", summary: "Ask an SQLite database.",
        details: "The database is opened for reading only. With to, rows go to the file as they come; a for_each goes "
            + "through them without holding all.",
        effect: .read,
        parameters: SQLiteArguments.common + [
            Parameter(
                "params", .any, help: "Values for the statement: a list for ?, a map for :name.",
                example: ["since": "2026-01-01"]),
            Parameter("to", .string, help: "Write the rows to this JSON Lines file.", example: "rows.jsonl"),
            Parameter(
                "max_rows", .int,
                help: "More rows than this fail the step; 10000 by default, unless they go to a file or to a loop.",
                minimum: 1),
        ],
        output: "The rows as a list of maps; with to, the file.",
        example: .init(
            [
                "database": "shop.db", "sql": "SELECT id, name FROM customers WHERE city = :city",
                "params": ["city": "Berlin"],
            ],
            output: [["id": 1, "name": "Ada"]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        arguments.type(.list(of: .map), orFileWith: "to")
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let sql = arguments.string("sql") ?? ""
        let params = try SQLParameters(arguments["params"], name: "params")
        let limit = arguments.int("max_rows") ?? 10_000
        let target = arguments.string("to").map { OutputFile(context.absolutePath($0), in: context) }
        return try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            if let target { return try JSONLinesFile(target).write { try params.forEachRow(sql, in: database, $0) } }
            var rows: [Value] = []
            try params.forEachRow(sql, in: database) { row in
                guard rows.count < limit else { throw SQLiteQuery.tooMany(limit) }
                rows.append(row)
            }
            return .list(rows)
        }
    }
}

extension SQLiteQuery: PagedNode {
    /// Rows in a page.
    private static let pageSize = 250

    func comesInPages(_ arguments: Arguments) -> Bool { arguments.string("to") == nil }

    /// Asks the whole query at once, however long a page takes to be kept, so that all rows are of one moment. After a
    /// mark it is asked anew, and must give the same rows up to there.
    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let sql = arguments.string("sql") ?? ""
        let params = try SQLParameters(arguments["params"], name: "params")
        let limit = arguments.int("max_rows") ?? .max
        let known = mark.map(RowMark.init)
        _ = try await SQLiteArguments.withDatabase(arguments, .readOnly, in: context) { database in
            var read = RowMark()
            var rows: [Value] = []
            try params.forEachRow(sql, in: database) { row in
                guard read.count < limit else { throw SQLiteQuery.tooMany(limit) }
                if rows.count == SQLiteQuery.pageSize {
                    try handOver(Page(rows, next: read.asValue), to: take)
                    rows.removeAll(keepingCapacity: true)
                }
                read.add(row)
                guard let known, read.count <= known.count else { return rows.append(row) }
                if read.count == known.count, read != known { throw SQLiteQuery.changed }
            }
            if let known, read.count < known.count { throw SQLiteQuery.changed }
            try handOver(Page(rows), to: take)
            return .null
        }
    }

    private static func tooMany(_ limit: Int) -> Failure {
        Failure(
            .invalid, "the query gives more than \(limit) rows",
            hint: "add a LIMIT, raise max_rows, or write them to a file with to:")
    }

    private static let changed = Failure(
        .conflict, "the query gives other rows than before the run was cut off",
        hint: "start a new run; an ORDER BY keeps the rows in one order")
}

/// How many rows have been read, and what tells whether they are the same another time.
private struct RowMark: Equatable {
    private(set) var count = 0
    private var read = Fingerprint()

    init() {}

    init(_ value: Value) {
        count = Int(clamping: value["rows"]?.intValue ?? 0)
        read = value["hash"]?.stringValue.flatMap(Fingerprint.init) ?? Fingerprint()
    }

    mutating func add(_ row: Value) {
        count += 1
        read.add(JSON.bytes(row))
    }

    var asValue: Value { ["rows": .int(Int64(count)), "hash": .string(read.text)] }
}
