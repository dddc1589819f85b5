import CSQLite
package import FlowCore

extension Database {
    /// Runs `body` as one transaction: all of it is kept, or, where it throws, nothing.
    ///
    /// The write lock is taken at the start, so that the body can't fail for a lock half-way. Inside another
    /// transaction it is a part of that one which can fail by itself. Other threads wait until it ends.
    ///
    /// - Parameter level: for this transaction alone, such as `.full` for the intent of a write.
    /// - Throws: what `body` threw, as a `Failure`; `transient` where another process kept the lock too long.
    @discardableResult
    package func transaction<T>(
        synchronous level: Synchronous? = nil, _ body: () throws -> T
    ) throws(Failure) -> T {
        lock.lock()
        defer { lock.unlock() }
        try requireLiveTransaction()
        if transactionDepth > 0 {
            guard level != .full || synchronous == .full else {
                throw Failure(.internal, "a transaction can't become more durable from within")
            }
            let name = "flow_\(transactionDepth)"
            return try run(
                body, begin: "SAVEPOINT \(name)", commit: "RELEASE \(name)",
                rollback: "ROLLBACK TO \(name); RELEASE \(name)")
        }
        let usual = synchronous
        if let level, level != usual { try setSynchronous(level) }
        defer { if synchronous != usual { try? setSynchronous(usual) } }
        return try run(
            body, begin: mode == .readOnly ? "BEGIN" : "BEGIN IMMEDIATE", commit: "COMMIT", rollback: "ROLLBACK")
    }

    /// The same for statements of others, which can't begin, commit or roll back one themselves.
    package func closedTransaction<T>(_ body: () throws -> T) throws(Failure) -> T {
        try transaction {
            sqlite3_set_authorizer(
                handle, { _, action, _, _, _, _ in action == SQLITE_TRANSACTION ? SQLITE_DENY : SQLITE_OK }, nil)
            defer { sqlite3_set_authorizer(handle, nil, nil) }
            return try body()
        }
    }

    /// Runs `body` as one transaction, where that can begin without waiting.
    ///
    /// - Returns: nil, and `body` was not run, where another thread has this connection or another process writes.
    package func transactionAtOnce<T>(_ body: () throws -> T) throws(Failure) -> T? {
        guard lock.tryLock() else { return nil }
        defer { lock.unlock() }
        guard transactionDepth == 0 else { return nil }
        isPatient = false
        defer { isPatient = true }
        do throws(Failure) {
            try execute("BEGIN IMMEDIATE")
        } catch {
            guard error.kind == .transient else { throw error }
            return nil
        }
        return try finish(body, commit: "COMMIT", rollback: "ROLLBACK")
    }

    /// Runs `body` on one unchanging state of the database. Other processes may write meanwhile in write-ahead mode.
    @discardableResult
    package func snapshot<T>(_ body: () throws -> T) throws(Failure) -> T {
        lock.lock()
        defer { lock.unlock() }
        guard transactionDepth == 0 else {
            do { return try body() } catch { throw Failure(error) }
        }
        return try run(body, begin: "BEGIN", commit: "COMMIT", rollback: "ROLLBACK")
    }

    private func run<T>(
        _ body: () throws -> T, begin: String, commit: String, rollback: String
    ) throws(Failure) -> T {
        try execute(begin)
        return try finish(body, commit: commit, rollback: rollback)
    }

    /// Runs `body` in the transaction that was just begun, and ends it.
    private func finish<T>(_ body: () throws -> T, commit: String, rollback: String) throws(Failure) -> T {
        transactionDepth += 1
        defer { transactionDepth -= 1 }
        do {
            let result = try body()
            try execute(commit)
            return result
        } catch {
            // After some errors, such as a full disk, SQLite has rolled everything back already.
            if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, rollback, nil, nil, nil) }
            throw Failure(error)
        }
    }

    /// A body that swallowed the error which ended its transaction must not go on without one.
    func requireLiveTransaction() throws(Failure) {
        guard transactionDepth > 0, sqlite3_get_autocommit(handle) != 0 else { return }
        throw Failure(
            .invalid, "the transaction on the database \"\(path)\" was rolled back by an earlier error",
            code: "SQLITE_ABORT")
    }
}
