import FlowCore

/// What is known of a change when the connection breaks, the answer can't be taken, or the server has kept a part of it.
enum SQLOutcome {
    private static let hint = "look in the database, then resume with --mark-done or --retry-uncertain"

    /// Runs a statement that is a transaction of its own, or more than one.
    static func ofStatement<Result>(
        _ command: SQLCommand, on connection: some SQLConnection, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let failure as Failure {
            guard !failure.nothingSent, ![.network, .cancelled].contains(failure.kind) else {
                throw unknown(failure, "the statement")
            }
            // What is wrong with its rows is seen when it has been run.
            if connection.isSpent { throw open(failure, "whether the statement has happened is not known") }
            if command.mayCommit { throw open(failure, "what the statement has committed before that is kept") }
            throw failure
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
            let remains = connection.undo()
            guard var failure = error as? Failure else { throw error }
            guard failure.kind != .uncertain else { throw failure }
            // What has not been committed is rolled back by a server that is cut off, too.
            failure.nothingSent = remains == nil
            guard let remains, failure.kind != .cancelled else { throw failure }
            throw open(failure, remains.rawValue)
        }
        do { try connection.commit() } catch let failure as Failure { throw unknown(failure, "the transaction") }
        return result
    }

    /// The failure of a transaction that is not to go on, as something in the midst of it has ended it.
    static func ended(by what: String) -> Failure {
        Failure(
            .uncertain, "\(what) ended the transaction: what was done up to there is kept, and the rest was not done",
            hint: "put what ends a transaction into a step of its own; \(hint)")
    }

    /// Runs what comes before anything is done: what goes wrong with it has had no effect.
    static func beforehand<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var failure as Failure {
            failure.nothingSent = true
            throw failure
        }
    }

    private static func unknown(_ failure: Failure, _ what: String) -> Failure {
        guard failure.kind == .network, !failure.nothingSent else { return failure }
        return Failure(
            .uncertain, "\(failure.message) while \(what) was under way; whether it happened is not known",
            hint: hint, code: failure.code)
    }

    private static func open(_ failure: Failure, _ what: String) -> Failure {
        // What helps against a conflict is to do it once more.
        let own = failure.kind == .transient ? nil : failure.hint
        return Failure(
            .uncertain, "\(failure.message); \(what)", hint: (own.map { $0 + "; " } ?? "") + hint, code: failure.code)
    }
}

/// What of a transaction stays although it was rolled back, as words for a message.
enum SQLRemains: String, Sendable, Hashable {
    case committed = "a statement has ended the transaction, so that what was done before may be kept"
    case unprotected = "tables that have no transactions keep what was done before"
}
