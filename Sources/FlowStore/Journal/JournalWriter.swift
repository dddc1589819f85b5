import Dispatch
import FlowCore
import Synchronization

/// One thread that writes to the state database for all runs of the process, many records to a commit.
///
/// What arrives while a commit is under way goes into the next one together, so steps that run side by side share
/// its cost. Waiting on the disk or on another process's lock happens on this thread and never on the tasks' pool.
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
    }

    /// How long a record that nobody waits for may lie in memory.
    private static let linger = DispatchTimeInterval.milliseconds(50)

    let database: Database
    private let queue = DispatchQueue(label: "flowctl.journal", qos: .userInitiated)
    private let state = Mutex(State())

    init(_ database: Database) { self.database = database }

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

    /// Adds work and waits until it and all before it are committed.
    func commit(synced: Bool, _ work: @escaping Work) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            enqueue(
                Entry(work: work, isSynced: synced) { failure in
                    if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
                })
        }
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
        let batch = state.withLock { state in
            defer { state.waiting = [] }
            state.isScheduled = false
            return state.waiting
        }
        guard !batch.isEmpty else { return }
        do throws(Failure) {
            try database.transaction(synchronous: batch.contains(where: \.isSynced) ? .full : nil) {
                for entry in batch { try entry.work(database) }
            }
            for entry in batch { entry.done?(nil) }
        } catch {
            let failure = JournalWriter.explained(error)
            let late = state.withLock { state in
                state.failure = failure
                defer { state.waiting = [] }
                return state.waiting
            }
            for entry in batch + late { entry.done?(failure) }
        }
    }

    static func explained(_ failure: Failure) -> Failure {
        var copy = failure
        copy.message = "the run history can't be written: \(failure.message)"
        copy.nothingSent = true
        return copy
    }
}
