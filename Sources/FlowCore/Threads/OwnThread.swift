import Glibc

/// Threads made for one piece of work that waits for something outside.
///
/// The few threads that run all tasks must never be held, and those that Dispatch has for work that blocks are too few
/// where a loop has hundreds of children or connections.
package enum OwnThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread that nobody waits for.
    ///
    /// - Throws: a `Failure` where the system has no thread to give; nothing has begun then.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(Failure) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { work in
                if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            let reason = String(cString: strerror(code)).lowercased()
            throw Failure(.invalid, "can't make a thread: \(reason)", hint: "do less at once", nothingSent: true)
        }
        pthread_detach(thread)
    }

    /// Runs `work` and gives its result to a task that waits without a thread.
    package static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try start { continuation.resume(with: Swift.Result { try work() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
