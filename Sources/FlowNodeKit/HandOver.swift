import Dispatch
package import FlowSpec
import Synchronization

/// Gives a page to a task from a thread that may block, and waits until it has been taken.
package func handOver(_ page: Page, to take: @escaping @Sendable (Page) async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex(Result<Void, any Error>.success(()))
    Task {
        do { try await take(page) } catch { result.withLock { $0 = .failure(error) } }
        done.signal()
    }
    done.wait()
    try result.withLock { try $0.get() }
}
