import FlowCore

/// Puts many rows into a table with few statements: some hundred rows each, which their server takes many times as
/// quickly as one by one.
final class MySQLBatch {
    /// More rows than this in a statement make it no quicker.
    private static let rowLimit = 500
    /// What a statement may have in values; the protocol counts them with 16 bits.
    private static let valueLimit = 65_535
    /// What a statement may have in bytes before it is sent as it is. Servers take 16 MiB or more.
    private static let sizeLimit = 1 << 20

    private let insert: MySQLInsert
    private let isStrict: Bool
    private unowned let connection: MySQLConnection
    private let fullCount: Int
    /// For as many rows as are put at once, while they are not the last ones.
    private var full: MySQLStatement?
    private var rows: [[Value]] = []
    private var size = 0
    /// How many rows were changed so far.
    private(set) var changes = 0
    /// Whether the server may have had any of them.
    private(set) var hasSent = false

    /// - Parameter isStrict: whether the server refuses in many rows what it refuses in one.
    init(_ insert: MySQLInsert, isStrict: Bool, on connection: MySQLConnection) {
        self.insert = insert
        self.isStrict = isStrict
        self.connection = connection
        fullCount = max(1, min(Self.rowLimit, Self.valueLimit / max(insert.width, 1)))
    }

    func add(_ row: [Value]) throws {
        guard row.count == insert.width else {
            throw SQLText.miscounted(insert.width, row.count)
        }
        // Where the server isn't strict, many rows take null as 0 for a column that can't be null; one alone doesn't.
        let isAlone = !isStrict && (insert.hasOwnValues || row.contains { $0.revealed.isNull })
        if isAlone { try flush() }
        rows.append(row)
        size += row.reduce(0) { $0 + $1.sizeInStatement }
        if isAlone || rows.count == fullCount || size >= Self.sizeLimit { try flush() }
    }

    /// Sends what is there.
    func flush() throws {
        guard !rows.isEmpty else { return }
        let statement = try statement(rows.count)
        defer { if statement !== full { statement.close() } }
        hasSent = true
        changes += try statement.run(rows.flatMap { $0 }) { _ in }
        rows.removeAll(keepingCapacity: true)
        size = 0
    }

    func close() { full?.close() }

    private func statement(_ count: Int) throws -> MySQLStatement {
        if count == fullCount, let full { return full }
        guard let statement = try MySQLStatement(insert.text(rows: count), on: connection) else {
            throw Failure(.invalid, "MySQL can't prepare this INSERT", hint: "run it without values", nothingSent: true)
        }
        if count == fullCount { full = statement }
        return statement
    }
}

extension Value {
    /// About how many bytes it takes in a statement.
    fileprivate var sizeInStatement: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .secret(let inner): inner.sizeInStatement
        case .list(let items): items.reduce(0) { $0 + $1.sizeInStatement }
        case .map(let map): map.reduce(0) { $0 + $1.value.sizeInStatement }
        default: 8
        }
    }
}
