import Dispatch
import Synchronization

/// Threads for work that blocks, apart from the few that run all tasks.
private let blockingThreads = DispatchQueue(label: "flowctl.blocking", attributes: .concurrent)

/// Runs work that blocks for a short time (a local database, a large file) on a thread that is kept for such work. It
/// is waited for where the task is cancelled, too; work that may take long looks at
/// ``BlockingWork/checkCancellation()``.
package func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let state = BlockingWork()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            blockingThreads.async {
                continuation.resume(with: Swift.Result { try BlockingWork.$current.withValue(state) { try work() } })
            }
        }
    } onCancel: {
        state.cancel()
    }
}

/// What work on a thread of its own knows of the task that waits for it.
package final class BlockingWork: Sendable {
    @TaskLocal fileprivate static var current: BlockingWork?

    private let isCancelled = Atomic(false)

    fileprivate func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// - Throws: a `Failure` of kind `cancelled` where the task was cancelled that waits for the work on this thread.
    package static func checkCancellation() throws(Failure) {
        guard current?.isCancelled.load(ordering: .relaxed) ?? Task.isCancelled else { return }
        throw Failure(.cancelled, "cancelled")
    }
}
