import CMariaDB
import FlowCore

extension MySQLConnection {
    func run(_ statement: SQLStatement, row: (ValueMap) throws -> Void) throws -> Int {
        try working {
            guard let prepared = try MySQLStatement(statement.text, on: self) else {
                return try runPlainly(statement)
            }
            defer { prepared.close() }
            return try prepared.run(statement.values, row: row)
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
        return try working {
            guard let prepared = try MySQLStatement(sql, on: self) else {
                while let values = try next() { _ = try runPlainly(SQLStatement(sql, values)) }
                return 0
            }
            defer { prepared.close() }
            var changes = 0
            while let values = try next() { changes += try prepared.run(values) { _ in } }
            return changes
        }
    }

    func load(into table: SQLName, columns: [String], next: () throws -> [Value]?) throws -> Int {
        let dialect = MySQL.dialect
        let names = columns.map(dialect.quoted).joined(separator: ", ")
        let types = try working { try columnTypes("SELECT \(names) FROM \(dialect.quoted(table)) LIMIT 0") }
        let insert = MySQLInsert(table: dialect.quoted(table), names: names, width: columns.count)
        return try insertMany(insert) {
            guard let row = try next() else { return nil }
            return try row.indices.map { try types[$0].stored(row[$0], in: columns[$0]) }
        }
    }

    /// How the columns of a query are written as JSON, found by preparing it.
    private func columnTypes(_ query: String) throws(Failure) -> [MySQLColumnType] {
        guard let prepared = try MySQLStatement(query, on: self) else { return [] }
        defer { prepared.close() }
        return prepared.columnTypes
    }

    private func insertMany(_ insert: MySQLInsert, next: () throws -> [Value]?) throws -> Int {
        try working {
            let batch = MySQLBatch(insert, on: self)
            defer { batch.close() }
            while let values = try next() { try batch.add(values) }
            try batch.flush()
            return batch.changes
        }
    }
}
