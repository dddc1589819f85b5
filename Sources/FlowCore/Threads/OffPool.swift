import Dispatch

/// Threads for work that blocks, apart from the few that run all tasks.
private let blockingThreads = DispatchQueue(label: "flowctl.blocking", attributes: .concurrent)

/// Runs work that blocks for a short time (a local database, a large file) on a thread that is kept for such work.
package func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        blockingThreads.async { continuation.resume(with: Swift.Result { try work() }) }
    }
}
