import FlowCore
import Synchronization

/// The pages of a step's output. The journal holds them; this wakes those who wait for the next.
final class Spool: Sendable {
    /// Of the step that makes them.
    let path: String
    private let state = Mutex(State())

    private struct State {
        /// How many are known to be in the journal; there may be more of an earlier process.
        var count = 0
        /// Whether no more will come in this process.
        var isOver = false
        var failure: Failure?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastNumber = 0
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
        let waiting = state.withLock { state in
            body(&state)
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until there are so many pages.
    ///
    /// - Returns: whether there are; not where the step ended without them, or the task was cancelled.
    func holds(_ number: Int) async -> Bool {
        while true {
            let (count, isOver) = state.withLock { ($0.count, $0.isOver) }
            if count >= number { return true }
            if isOver || Task.isCancelled { return false }
            await change(after: number)
        }
    }

    private func change(after number: Int) async {
        let ticket = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    guard state.count < number, !state.isOver, !Task.isCancelled else { return false }
                    state.waiting[ticket] = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
