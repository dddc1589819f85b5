import CMariaDB
import FlowCore

/// What is known of the transaction for writing that is under way.
struct MySQLTransaction {
    /// Whether a statement has ended it, or may have.
    var hasEnded = false
    /// Whether a statement has done something in it.
    var isUsed = false
    /// Whether there was one before it in the same work, which a statement has ended.
    var hasPredecessor = false
    /// Whether rows were sent to a table that keeps them whatever becomes of it.
    var hasLastingRows = false
}

extension MySQLConnection {
    /// A savepoint is there as long as the transaction in which it was made.
    private static let mark = "flowctl_mark"

    func begin(readOnly: Bool) throws {
        try working {
            guard readOnly else {
                try command("START TRANSACTION")
                transaction = MySQLTransaction(hasPredecessor: transaction != nil)
                return
            }
            // For what follows where a statement ends the transaction, as DDL does, and COMMIT in a procedure.
            try command("SET SESSION TRANSACTION READ ONLY")
            try command("START TRANSACTION READ ONLY")
        }
    }

    func commit() throws {
        transaction = nil
        try working { try command("COMMIT") }
    }

    func rollback() throws {
        transaction = nil
        try working { try command("ROLLBACK") }
    }

    var hasEndedTransaction: Bool { transaction?.hasEnded ?? false }

    func undo() -> SQLRemains? {
        guard let found = transaction else { return nil }
        let isRolledBack = (try? rollback()) != nil
        if found.hasEnded || found.hasPredecessor { return .committed }
        // The server warns of tables of MyISAM and the like, whose rows have stayed.
        let isWarned = isRolledBack && mysql_warning_count(handle) > 0
        return isWarned || found.hasLastingRows ? .unprotected : nil
    }

    /// Runs a statement, and finds out whether it has ended the transaction that it is in: the server says so neither of
    /// one that failed, nor where another one has begun meanwhile.
    func watching<Result>(_ command: SQLCommand, _ body: () throws -> Result) throws -> Result {
        guard let before = transaction, !before.hasEnded, !command.isOfRows else {
            let result = try body()
            transaction?.isUsed = true
            return result
        }
        try self.command("SAVEPOINT \(Self.mark)")
        do {
            let result = try body()
            transaction?.hasEnded = isMarkThere() != true
            transaction?.isUsed = true
            return result
        } catch {
            // DDL that is refused has ended it as well, which is of no matter where nothing was done before.
            let isHarmless = !before.isUsed && !command.mayCommit
            transaction?.hasEnded = isMarkThere().map { !$0 && !isHarmless } ?? true
            throw error
        }
    }

    /// Takes the savepoint away.
    ///
    /// - Returns: whether it was there; nil where nobody answers.
    private func isMarkThere() -> Bool? {
        do throws(Failure) {
            try command("RELEASE SAVEPOINT \(Self.mark)")
            return true
        } catch {
            return error.code == String(ER_SP_DOES_NOT_EXIST) ? false : nil
        }
    }

    /// Whether the rows of a table stay when the transaction in which they came is rolled back.
    func keepsRowsAlways(_ table: SQLName) throws -> Bool {
        let question = """
            SELECT engine.transactions AS answer
            FROM (SELECT ? AS place, ? AS name) AS given
            JOIN information_schema.tables AS found
                ON found.table_schema = COALESCE(given.place, DATABASE()) AND found.table_name = given.name
            JOIN information_schema.engines AS engine ON engine.engine = found.engine
            """
        var answer: String?
        _ = try run(SQLStatement(question, table.values)) { answer = $0["answer"]?.stringValue }
        return answer == "NO"
    }
}
