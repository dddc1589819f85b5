import FlowCore
import Synchronization

/// The intent of the write that follows another one, on disk before its turn (decision 0019).
///
/// In a chain of short writes each would wait for the disk before it begins. Instead the row of an attempt names the step
/// that comes next, and reaches the disk while the attempt is under way; that step then begins without a wait. After a
/// power cut a step that is named so counts as begun, which it may not have. So a step is named only where the attempt
/// before began no longer than ``brief`` ago, and no more once an attempt has taken that long.
final class NextIntent: Sendable {
    /// How long an attempt may take that names the next step.
    let brief: Duration

    /// What to do about a step that was named ``brief`` ago.
    enum Due { case nothing, lookAgain, withdraw(namedBy: AttemptID) }

    private struct State {
        var named: (path: String, by: AttemptID, since: ContinuousClock.Instant)?
        var isOnDisk = false
        /// When the last attempt began.
        var lastBegan: ContinuousClock.Instant?
        /// Whether somebody will ask what is due.
        var isWatched = false
    }

    private let state = Mutex(State())

    init(brief: Duration) { self.brief = brief }

    /// An attempt begins.
    ///
    /// - Returns: whether its intent is on disk already, and whether it may name the step after it.
    func begin(_ attempt: AttemptID) -> (isOnDisk: Bool, mayName: Bool) {
        let now = ContinuousClock.now
        return state.withLock { state in
            defer { (state.named, state.lastBegan) = (nil, now) }
            let isNamed = state.named?.path == attempt.path && attempt.item == nil && attempt.number == 1
            return (isNamed && state.isOnDisk, state.lastBegan.map { now - $0 < brief } ?? false)
        }
    }

    /// The row of an attempt that names a step is committed.
    ///
    /// - Returns: whether somebody is to ask what is due.
    func name(_ path: String, by attempt: AttemptID, isOnDisk: Bool) -> Bool {
        state.withLock { state in
            state.named = (path, attempt, .now)
            state.isOnDisk = isOnDisk
            defer { state.isWatched = true }
            return !state.isWatched
        }
    }

    /// The row of an attempt that names a step is on disk.
    func isOnDisk(by attempt: AttemptID) {
        state.withLock { state in if state.named?.by == attempt { state.isOnDisk = true } }
    }

    func due() -> Due {
        state.withLock { state in
            if let named = state.named, .now - named.since < brief { return .lookAgain }
            defer { (state.named, state.isWatched) = (nil, false) }
            return state.named.map { .withdraw(namedBy: $0.by) } ?? .nothing
        }
    }
}

// MARK: - In the database

extension JournalStatements {
    /// An attempt names no step any more.
    func withdrawNext(_ attempt: AttemptID) throws(Failure) {
        try database.execute(
            """
            UPDATE attempts SET next = NULL
            WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND item = ? AND number = ?
            """, [.int(run), .string(attempt.path), .item(attempt.item), .int(Int64(attempt.number))])
    }

    /// The run is taken up again: steps that were named and of which nothing else is known get an attempt of which nothing
    /// is known, where `mayHaveBegun` says that what was committed of it may be lost. None is named after that.
    func settleNext(mayHaveBegun: Bool) throws(Failure) {
        let named =
            "FROM attempts JOIN steps ON steps.number = attempts.step WHERE run = ? AND item = -1 AND next IS NOT NULL"
        if mayHaveBegun {
            let rows = try database.query(
                """
                SELECT next, attempts.started_at \(named) AND NOT EXISTS (
                    SELECT 1 FROM steps AS following WHERE following.run = steps.run AND following.path = next
                        AND (following.status <> 'running'
                            OR EXISTS (SELECT 1 FROM attempts AS own WHERE own.step = following.number)))
                """, [.int(run)])
            for row in rows {
                guard let path = row["next"].stringValue, let time = row["started_at"].storedTime else { continue }
                try write(.stepStarted(path: path, node: nil, at: time))
                try write(
                    .attemptStarted(
                        AttemptID(path: path, number: 1), AttemptIntent(effect: .write, startedAt: time)))
            }
        }
        try database.execute(
            """
            UPDATE attempts SET next = NULL WHERE item = -1 AND next IS NOT NULL
                AND step IN (SELECT number FROM steps WHERE run = ?)
            """, [.int(run)])
    }
}
