import CMariaDB
import FlowCore

extension MySQLConnection {
    func run(_ statement: SQLStatement, row: (ValueMap) throws -> Void) throws -> Int {
        try working { try watching(statement.command) { try runOnce(statement, row: row) } }
    }

    private func runOnce(_ statement: SQLStatement, row: (ValueMap) throws -> Void) throws -> Int {
        guard let prepared = try MySQLStatement(statement.text, on: self) else {
            return try runPlainly(statement)
        }
        defer { prepared.close() }
        do {
            return try prepared.run(statement.values, row: row)
        } catch var failure as Failure {
            if Self.hasCalledNothing(statement.command, failure) { failure.nothingSent = true }
            throw failure
        }
    }

    /// Whether it is the procedure itself that is not there, or takes other values, and not one that it calls.
    private static func hasCalledNothing(_ command: SQLCommand, _ failure: Failure) -> Bool {
        guard let name = command.procedure, let code = failure.code.flatMap(Int32.init) else { return false }
        let message = failure.message.lowercased()
        return switch code {
        case ER_SP_DOES_NOT_EXIST: message.hasSuffix(".\(name) does not exist")
        case ER_SP_WRONG_NO_OF_ARGS: message.contains(".\(name); expected")
        default: false
        }
    }

    /// Runs what servers can't prepare: some of the statements that change no rows.
    private func runPlainly(_ statement: SQLStatement) throws -> Int {
        guard statement.values.isEmpty else {
            throw Failure(
                .invalid, "MySQL takes no values in a statement of this kind",
                hint: "write it without placeholders", nothingSent: true)
        }
        try command(statement.text)
        mysql_free_result(mysql_store_result(handle))
        return 0
    }

    func runMany(_ sql: String, next: () throws -> [Value]?) throws -> Int {
        if let insert = MySQLInsert(sql) { return try insertMany(insert, next: next) }
        let command = SQLCommand(sql, MySQL.dialect)
        return try working {
            let prepared = try MySQLStatement(sql, on: self)
            defer { prepared?.close() }
            var changes = 0
            var rows = 0
            while let values = try next() {
                if hasEndedTransaction { throw SQLOutcome.ended(by: "row \(rows)") }
                rows += 1
                changes += try watching(command) {
                    try prepared?.run(values) { _ in } ?? runPlainly(SQLStatement(sql, values))
                }
            }
            return changes
        }
    }

    func load(
        into table: SQLName, columns: [String], isAsQueried: Bool, next: () throws -> [Value]?
    ) throws -> Int {
        let dialect = MySQL.dialect
        let names = columns.map(dialect.quoted).joined(separator: ", ")
        let types = try working { try columnTypes("SELECT \(names) FROM \(dialect.quoted(table)) LIMIT 0") }
        let isLasting = try keepsRowsAlways(table)
        let insert = MySQLInsert(table: dialect.quoted(table), names: names, width: columns.count)
        return try insertMany(insert, isLasting: isLasting) {
            guard let row = try next() else { return nil }
            return try row.indices.map { try types[$0].stored(row[$0], in: columns[$0], isAsQueried: isAsQueried) }
        }
    }

    /// How the columns of a query are written as JSON, found by preparing it.
    private func columnTypes(_ query: String) throws(Failure) -> [MySQLColumnType] {
        guard let prepared = try MySQLStatement(query, on: self) else { return [] }
        defer { prepared.close() }
        return prepared.columnTypes
    }

    /// - Parameter isLasting: whether the rows stay whatever becomes of the transaction.
    private func insertMany(
        _ insert: MySQLInsert, isLasting: Bool = false, next: () throws -> [Value]?
    ) throws -> Int {
        try working {
            let batch = MySQLBatch(insert, isStrict: try isStrictForAllRows(), on: self)
            defer {
                batch.close()
                if isLasting, batch.hasSent { transaction?.hasLastingRows = true }
            }
            while let values = try next() { try batch.add(values) }
            try batch.flush()
            return batch.changes
        }
    }

    /// Has the server refuse in all rows of a statement what it refuses in one alone: usually it does so in tables that
    /// have no transactions only in the first row, and makes 0 of a text for a number behind it.
    ///
    /// - Returns: whether it does; no where the session takes such values anyway.
    private func isStrictForAllRows() throws -> Bool {
        var modes: Set<Substring> = []
        guard let statement = try MySQLStatement("SELECT @@sql_mode AS modes", on: self) else { return false }
        defer { statement.close() }
        _ = try statement.run([]) { modes = Set($0["modes"]?.stringValue?.split(separator: ",") ?? []) }
        if modes.contains("STRICT_ALL_TABLES") { return true }
        guard modes.contains("STRICT_TRANS_TABLES") else { return false }
        try command("SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')")
        return true
    }
}
