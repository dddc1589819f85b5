import Dispatch
import FlowCore
import Synchronization

/// Writes to the state database for all runs of the process, many records to a commit.
///
/// A commit that has to wait for nothing can be made where it is asked for, since two changes of thread would cost more
/// than it does. All else is left to one thread: what another process or another commit is in the way of, what others will
/// share, and copying the log into the database. What arrives while that thread is at work goes into its next commit
/// together. What must survive a power cut is committed like all else, and its task waits until the log is on disk.
final class JournalWriter: Sendable {
    typealias Work = @Sendable (Database) throws(Failure) -> Void

    struct Entry: Sendable {
        var work: Work
        var isSynced: Bool
        var done: (@Sendable (Failure?) -> Void)?
    }

    private struct State {
        var waiting: [Entry] = []
        /// Whether a drain is on its way that will take what waits now.
        var isScheduled = false
        /// Whether one is on its way that comes later, for records nobody waits for. It comes whatever other drains
        /// do: a timer for each step would cost more than the step.
        var isLingering = false
        var failure: Failure?

        mutating func take() -> [Entry] {
            defer { waiting = [] }
            return waiting
        }
    }

    /// How long a record that nobody waits for may lie in memory.
    private static let linger = DispatchTimeInterval.milliseconds(50)

    /// How many pages the log may have before they are copied into the database and it begins anew. A commit that must
    /// reach the disk costs less where the log's file need not grow for it.
    private static let longLog = 1000

    /// How much may lie in memory before it is written sooner than ``linger`` says, and before who brings more waits.
    private static let many = (256, 4096)

    let database: Database
    /// Whether a commit that need not survive a power cut waits for no disk.
    let hasLog: Bool
    let disk: JournalDisk
    /// Tells whether the database still lies where it was opened.
    let place: FilePlace
    private let log: LogSync
    private let queue = DispatchQueue(label: "flowctl.journal", qos: .userInitiated)
    private let state = Mutex(State())

    init(_ database: Database, _ disk: JournalDisk) {
        self.database = database
        self.disk = disk
        log = LogSync { () throws(Failure) in try disk.sync(database) }
        // There is none on a file system of the network.
        hasLog = (try? database.query("PRAGMA journal_mode").first?[0].stringValue) == "wal"
        place = FilePlace(of: database.path, hasNumber: hasLog)
        database.checkpointByHand()
    }

    /// Adds work that nobody waits for.
    func note(_ work: @escaping Work) {
        let startsLinger = state.withLock { state in
            guard state.failure == nil else { return false }
            state.waiting.append(Entry(work: work, isSynced: false))
            guard !state.isLingering, !state.isScheduled else { return false }
            state.isLingering = true
            return true
        }
        guard startsLinger else { return }
        queue.asyncAfter(deadline: .now() + JournalWriter.linger) {
            self.state.withLock { $0.isLingering = false }
            self.drain()
        }
    }

    /// Adds work that nobody waits for and that is to survive a power cut soon.
    func noteSynced(_ work: @escaping Work) { enqueue(Entry(work: work, isSynced: true) { _ in }) }

    /// Adds work that nobody waits for, unless too much waits to be written already.
    func noteOrWait(_ work: @escaping Work) async throws {
        let count = try state.withLock { state throws(Failure) in
            if let failure = state.failure { throw failure }
            return state.waiting.count
        }
        guard count < JournalWriter.many.1 else { return try await commit(synced: false, mayWait: true, work) }
        if count < JournalWriter.many.0 { note(work) } else { enqueue(Entry(work: work, isSynced: false)) }
    }

    /// Adds work and waits until it and all before it are committed.
    ///
    /// - Parameter mayWait: whether it is better made by the writer's thread: more comes soon that can share the commit, or
    ///   the work takes long.
    func commit(synced: Bool, mayWait: Bool = false, _ work: @escaping Work) async throws {
        if hasLog, !mayWait, try commitAtOnce(work) {
            if synced { try await sync() }
            return
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            enqueue(
                Entry(work: work, isSynced: synced) { failure in
                    if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
                })
        }
    }

    /// Calls back once all that is committed is on disk.
    func whenSynced(_ done: @escaping @Sendable () -> Void) {
        log.whenSynced { failure in
            guard let failure else { return done() }
            let (late, explained) = self.lose(failure)
            for entry in late { entry.done?(explained) }
        }
    }

    /// Waits until all that is committed is on disk.
    private func sync() async throws {
        do {
            if try log.syncAtOnce() { return }
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                log.whenSynced { failure in
                    if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
                }
            }
        } catch {
            let (late, failure) = lose(Failure(error))
            for entry in late { entry.done?(failure) }
            throw failure
        }
    }

    /// Commits on the calling thread what waits, and this after it.
    ///
    /// - Returns: whether it is done; false where something is in the way.
    private func commitAtOnce(_ work: @escaping Work) throws(Failure) -> Bool {
        guard database.lock.tryLock() else { return false }
        defer { database.lock.unlock() }
        var batch: [Entry] = []
        do throws(Failure) {
            let isWritten = try database.transactionAtOnce {
                let waiting = state.withLock { state -> [Entry]? in
                    state.failure == nil ? state.take() : nil
                }
                guard let waiting else { return false }
                batch = waiting
                for entry in waiting { try entry.work(database) }
                try work(database)
                return true
            }
            guard isWritten == true else { return false }
        } catch {
            let (late, failure) = lose(error)
            for entry in batch + late { entry.done?(failure) }
            throw failure
        }
        finish(batch, nil)
        if database.logPages > JournalWriter.longLog {
            queue.async { self.database.checkpoint(above: JournalWriter.longLog) }
        }
        return true
    }

    /// Reads on the writer's thread, after all that was added before.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws(Failure) -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            queue.async {
                self.drain()
                do throws(Failure) {
                    continuation.resume(returning: try body(self.database))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private func enqueue(_ entry: Entry) {
        enum Next { case drain, nothing, fail(Failure) }
        let next: Next = state.withLock { state in
            if let failure = state.failure { return .fail(failure) }
            state.waiting.append(entry)
            defer { state.isScheduled = true }
            return state.isScheduled ? .nothing : .drain
        }
        switch next {
        case .drain: queue.async { self.drain() }
        case .nothing: break
        case .fail(let failure): entry.done?(failure)
        }
    }

    private func drain() {
        // Taken with the connection in hand, so that nothing that came later is written first.
        let (batch, failure) = database.lock.locked { writeWaiting() }
        finish(batch, failure)
        database.checkpoint(above: JournalWriter.longLog)
    }

    /// Tells those who wait for what is committed, or failed.
    private func finish(_ batch: [Entry], _ failure: Failure?) {
        for entry in batch {
            guard let done = entry.done else { continue }
            guard hasLog, entry.isSynced, failure == nil else {
                done(failure)
                continue
            }
            log.whenSynced { failure in
                guard let failure else { return done(nil) }
                let (late, explained) = self.lose(failure)
                for entry in late { entry.done?(explained) }
                done(explained)
            }
        }
    }

    private func writeWaiting() -> ([Entry], Failure?) {
        let batch = state.withLock { state in
            state.isScheduled = false
            return state.take()
        }
        guard !batch.isEmpty else { return ([], nil) }
        do throws(Failure) {
            try database.transaction(synchronous: !hasLog && batch.contains(where: \.isSynced) ? .full : nil) {
                for entry in batch { try entry.work(database) }
            }
            return (batch, nil)
        } catch {
            let (late, failure) = lose(error)
            return (batch + late, failure)
        }
    }

    /// From now on everything fails.
    ///
    /// - Returns: what has come meanwhile, and the failure that all get.
    private func lose(_ cause: Failure) -> ([Entry], Failure) {
        let failure = JournalWriter.explained(cause)
        return state.withLock { state in
            state.failure = failure
            return (state.take(), failure)
        }
    }

    static func explained(_ failure: Failure) -> Failure {
        var copy = failure
        copy.message = "the run history can't be written: \(failure.message)"
        copy.nothingSent = true
        return copy
    }
}
