import CSQLite
package import FlowCore
import Synchronization

extension Database {
    /// Runs one statement; rows it gives are passed over.
    ///
    /// - Returns: how many rows the INSERT, UPDATE or DELETE changed, 0 for other statements.
    @discardableResult
    package func execute(_ sql: String, _ parameters: [Value] = []) throws(Failure) -> Int {
        try run(sql, .positional(parameters)) { _ in true }
    }

    /// Runs one statement with parameters by name (`:name`).
    @discardableResult
    package func execute(_ sql: String, _ parameters: ValueMap) throws(Failure) -> Int {
        try run(sql, .named(parameters)) { _ in true }
    }

    /// All rows of one statement.
    package func query(_ sql: String, _ parameters: [Value] = []) throws(Failure) -> [Row] {
        var rows: [Row] = []
        try run(sql, .positional(parameters)) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// All rows of one statement with parameters by name (`:name`).
    package func query(_ sql: String, _ parameters: ValueMap) throws(Failure) -> [Row] {
        var rows: [Row] = []
        try run(sql, .named(parameters)) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// Gives each row to `body` as it comes, until that returns false. Other threads wait meanwhile.
    ///
    /// - Returns: how many rows the INSERT, UPDATE or DELETE changed, 0 for other statements.
    @discardableResult
    package func forEachRow(
        _ sql: String, _ parameters: [Value] = [], _ body: (Row) throws -> Bool
    ) throws(Failure) -> Int {
        try run(sql, .positional(parameters), body)
    }

    /// As ``forEachRow(_:_:_:)`` with parameters by name (`:name`).
    @discardableResult
    package func forEachRow(
        _ sql: String, _ parameters: ValueMap, _ body: (Row) throws -> Bool
    ) throws(Failure) -> Int {
        try run(sql, .named(parameters), body)
    }

    /// Runs several statements without parameters, one after another; those before a mistake stay done.
    package func executeScript(_ sql: String) throws(Failure) {
        lock.lock()
        defer { lock.unlock() }
        try requireLiveTransaction()
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// As ``executeScript(_:)``; each row that a statement gives goes to `body`.
    ///
    /// - Returns: how many rows the statements changed, all together.
    package func executeScript(_ sql: String, _ body: (Row) throws -> Void) throws(Failure) -> Int {
        lock.lock()
        defer { lock.unlock() }
        try requireLiveTransaction()
        let text = Array(sql.utf8CString)
        var start = 0
        var changes = 0
        while true {
            guard !isInterrupted.load(ordering: .sequentiallyConsistent) else { throw failure(SQLITE_INTERRUPT) }
            var handle: OpaquePointer?
            var end = start
            let code = text.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return SQLITE_OK }
                var tail: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v2(
                    self.handle, base + start, Int32(clamping: buffer.count - start), &handle, &tail)
                end = tail.map { $0 - base } ?? start
                return code
            }
            guard code == SQLITE_OK else { throw failure(code) }
            // A comment is no statement.
            if let handle {
                let before = sqlite3_total_changes64(self.handle)
                try stepThrough(Statement(sql: sql, handle: handle), body)
                // A statement that changes no rows leaves the number of the one before it.
                if sqlite3_total_changes64(self.handle) != before { changes += Int(sqlite3_changes64(self.handle)) }
            }
            guard end > start else { return changes }
            start = end
        }
    }

    private func stepThrough(_ statement: Statement, _ body: (Row) throws -> Void) throws(Failure) {
        while true {
            let code = sqlite3_step(statement.handle)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw failure(code) }
            do {
                try body(
                    Row(columnNames: statement.columnNames, values: statement.values(isExact: purpose == .other)))
            } catch {
                throw Failure(error)
            }
        }
    }

    /// Gives each row to `body` as SQLite has it.
    package func forEachRawRow(
        _ sql: String, _ parameters: [Value] = [], _ body: (RawRow) throws -> Void
    ) throws(Failure) {
        _ = try step(sql, .positional(parameters)) { statement in
            try body(RawRow(statement: statement.handle))
            return true
        }
    }

    @discardableResult
    private func run(_ sql: String, _ arguments: Arguments, _ body: (Row) throws -> Bool) throws(Failure) -> Int {
        var names: [String]?
        return try step(sql, arguments) { statement in
            // Read after the first step: a schema that changed is only noticed then.
            let columnNames = names ?? statement.columnNames
            names = columnNames
            return try body(
                Row(columnNames: columnNames, values: statement.values(isExact: purpose == .other)))
        }
    }

    /// - Parameter body: called when the statement has the next row; returns whether to go on.
    private func step(
        _ sql: String, _ arguments: Arguments, _ body: (Statement) throws -> Bool
    ) throws(Failure) -> Int {
        lock.lock()
        defer { lock.unlock() }
        try requireLiveTransaction()
        let statement = if let idle = cache.take(sql) { idle } else { try prepare(sql) }
        defer {
            statement.reset()
            cache.putBack(statement)
        }
        try statement.bind(arguments, in: self)
        guard !isInterrupted.load(ordering: .sequentiallyConsistent) else { throw failure(SQLITE_INTERRUPT) }
        let before = sqlite3_total_changes64(handle)
        while true {
            let code = sqlite3_step(statement.handle)
            if code == SQLITE_DONE { break }
            guard code == SQLITE_ROW else { throw failure(code, of: statement) }
            do {
                guard try body(statement) else { break }
            } catch {
                throw Failure(error)
            }
        }
        return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
    }

    private func prepare(_ sql: String) throws(Failure) -> Statement {
        var sql = sql
        var outcome = (code: SQLITE_OK, statement: OpaquePointer?.none, hasMore: false)
        sql.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                var tail: UnsafePointer<CChar>?
                outcome.code = sqlite3_prepare_v3(
                    handle, text.baseAddress, Int32(clamping: text.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &outcome.statement, &tail)
                guard outcome.code == SQLITE_OK, let start = text.baseAddress, let tail else { return }
                // What follows may be space or a comment; only another statement is too much.
                var next: OpaquePointer?
                let rest = sqlite3_prepare_v2(handle, tail, Int32(clamping: text.count - (tail - start)), &next, nil)
                outcome.hasMore = next != nil || rest != SQLITE_OK
                sqlite3_finalize(next)
            }
        }
        guard outcome.code == SQLITE_OK else { throw failure(outcome.code) }
        guard let handle = outcome.statement else {
            throw Failure(.invalid, "the SQL text holds no statement", hint: "write one statement")
        }
        let statement = Statement(sql: sql, handle: handle)
        guard !outcome.hasMore else {
            throw Failure(
                .invalid, "the SQL text holds more than one statement", hint: "give the statements one at a time")
        }
        return statement
    }
}
