import Synchronization

/// Tasks that wait for what another one brings about, in the order in which they came.
///
/// Safe to use from any thread: who waits is resumed with no lock held. A task that is cancelled leaves at once.
package final class Waiters<Outcome: Sendable>: Sendable {
    private typealias Continuation = CheckedContinuation<Outcome, any Error>

    private struct State {
        var waiting: [(ticket: Int, continuation: Continuation)] = []
        var lastTicket = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Waits until it is resumed. Up to that the task doesn't leave the actor it is on, so what an actor has found out
    /// before it calls this still holds when the task is among those that wait.
    ///
    /// - Parameter known: gives the outcome where there is nothing to wait for. It is asked with the lock held that
    ///   resuming takes, so that nothing is missed by who changes its answer first and resumes then.
    /// - Throws: what it is resumed with; `CancellationError` where the task is cancelled.
    nonisolated(nonsending) package func wait(unless known: () -> Outcome? = { nil }) async throws -> Outcome {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let early = state.withLock { state -> Result<Outcome, any Error>? in
                    if let outcome = known() { return .success(outcome) }
                    // What cancelled the task before now found nothing to end.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Resumes who has waited longest.
    ///
    /// - Returns: whether there was one.
    package func resumeFirst(with result: Result<Outcome, any Error>) -> Bool {
        let first = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst().continuation }
        first?.resume(with: result)
        return first != nil
    }

    /// Resumes all who wait now.
    package func resumeAll(with result: Result<Outcome, any Error>) {
        let all = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for (_, continuation) in all { continuation.resume(with: result) }
    }
}
