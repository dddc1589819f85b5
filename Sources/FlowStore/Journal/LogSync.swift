import Dispatch
import FlowCore
import Synchronization

/// Brings the write-ahead log to disk for all whose commits are in it, without holding the connection: others commit
/// meanwhile, and what they wait for comes with the next turn.
final class LogSync: Sendable {
    typealias Done = @Sendable (Failure?) -> Void

    private struct State {
        /// Who has committed since the turn that is under way began.
        var waiting: [Done] = []
        var isUnderWay = false
        /// Whether the last turn took less than `patience`.
        var isQuick = false
    }

    private let patience: Duration
    private let sync: @Sendable () throws(Failure) -> Void
    private let queue = DispatchQueue(label: "flowctl.journal.disk", qos: .userInitiated)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - patience: how long a thread that runs tasks may wait for the disk.
    ///   - sync: has the disk take what the log holds at that moment.
    init(patience: Duration = .milliseconds(2), _ sync: @escaping @Sendable () throws(Failure) -> Void) {
        self.patience = patience
        self.sync = sync
    }

    /// Waits on the calling thread until all that is committed is on disk, where that can't take long.
    ///
    /// - Returns: whether it is; false where it is to be waited for otherwise.
    func syncAtOnce() throws(Failure) -> Bool {
        let isFree = state.withLock { state in
            guard state.isQuick, !state.isUnderWay else { return false }
            state.isUnderWay = true
            return true
        }
        guard isFree else { return false }
        let failure = turn()
        if state.withLock({ $0.isUnderWay }) { queue.async { self.takeTurns() } }
        if let failure { throw failure }
        return true
    }

    /// Calls back once all that is committed is on disk, or can't be brought there.
    func whenSynced(_ done: @escaping Done) {
        let begins = state.withLock { state in
            state.waiting.append(done)
            defer { state.isUnderWay = true }
            return !state.isUnderWay
        }
        if begins { queue.async { self.takeTurns() } }
    }

    private func takeTurns() {
        repeat {
            let served = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            let failure = turn()
            for done in served { done(failure) }
        } while state.withLock({ $0.isUnderWay })
    }

    /// - Returns: why the log isn't on disk; nil where it is.
    private func turn() -> Failure? {
        let start = ContinuousClock.now
        var failure: Failure?
        do throws(Failure) { try sync() } catch { failure = error }
        state.withLock { state in
            state.isQuick = .now - start < patience
            state.isUnderWay = !state.waiting.isEmpty
        }
        return failure
    }
}
