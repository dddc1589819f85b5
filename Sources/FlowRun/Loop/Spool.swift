import FlowCore
import Synchronization

/// The pages of a step's output. The journal holds them; this wakes those who wait for the next.
final class Spool: Sendable {
    /// Of the step that makes them.
    let path: String
    private let state = Mutex(State())
    private let waiters = Waiters<Void>()

    private struct State {
        /// How many are known to be in the journal; there may be more of an earlier process.
        var count = 0
        /// Whether no more will come in this process.
        var isOver = false
        var failure: Failure?

        /// Whether the page is still to come.
        func lacks(_ number: Int) -> Bool { count < number && !isOver }
    }

    init(path: String) { self.path = path }

    /// Says that a page is in the journal.
    func add(_ number: Int) { change { $0.count = max($0.count, number) } }

    /// Says that the step has ended.
    ///
    /// - Parameter failure: nil where it succeeded, or was left out.
    func end(_ failure: Failure?) {
        change { state in
            state.isOver = true
            state.failure = failure
        }
    }

    /// Why the step failed.
    var failure: Failure? { state.withLock { $0.failure } }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        waiters.resumeAll(with: .success(()))
    }

    /// Waits until there are so many pages.
    ///
    /// - Returns: whether there are; not where the step ended without them, or the task was cancelled.
    func holds(_ number: Int) async -> Bool {
        while state.withLock({ $0.lacks(number) }) {
            let wait: Void? = try? await waiters.wait { state.withLock { $0.lacks(number) ? nil : () } }
            guard wait != nil else { break }
        }
        return state.withLock { $0.count >= number }
    }
}
