import FlowCore

/// What is known of a change when the connection breaks, or the answer can't be taken.
enum SQLOutcome {
    private static let hint = "look in the database, then resume with --mark-done or --retry-uncertain"

    /// Runs a statement that is a transaction of its own.
    static func ofStatement<Result>(
        on connection: some SQLConnection, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let failure as Failure {
            guard connection.isSpent, !failure.nothingSent, ![.network, .cancelled].contains(failure.kind) else {
                throw unknown(failure, "the statement")
            }
            // What is wrong with its rows is seen when it has been run.
            throw Failure(
                .uncertain, "\(failure.message); whether the statement has happened is not known",
                hint: (failure.hint.map { $0 + "; " } ?? "") + hint, code: failure.code)
        }
    }

    /// Runs `body` as one transaction: all that it does happens, or nothing.
    static func ofTransaction<Result>(
        on connection: some SQLConnection, _ body: () throws -> Result
    ) throws -> Result {
        let result: Result
        do {
            try connection.begin(readOnly: false)
            result = try body()
        } catch {
            try? connection.rollback()
            guard var failure = error as? Failure else { throw error }
            // What has not been committed is rolled back by a server that is cut off, too.
            failure.nothingSent = true
            throw failure
        }
        do { try connection.commit() } catch let failure as Failure { throw unknown(failure, "the transaction") }
        return result
    }

    private static func unknown(_ failure: Failure, _ what: String) -> Failure {
        guard failure.kind == .network, !failure.nothingSent else { return failure }
        return Failure(
            .uncertain, "\(failure.message) while \(what) was under way; whether it happened is not known",
            hint: hint, code: failure.code)
    }
}
