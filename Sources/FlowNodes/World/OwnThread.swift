import FlowCore
import Glibc

/// Runs work that waits for something outside on a thread made for it.
///
/// Those that Dispatch has for work that blocks are few, and a loop may have more children than that at once.
func onOwnThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let job = Unmanaged.passRetained(Job { continuation.resume(with: Swift.Result { try work() }) })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { job in
                if let job { Unmanaged<Job>.fromOpaque(job).takeRetainedValue().run() }
                return nil
            }, job.toOpaque())
        guard code == 0 else {
            job.release()
            let reason = SystemError(number: code).text
            return continuation.resume(
                throwing: Failure(
                    .invalid, "can't make a thread: \(reason)", hint: "do less at once", nothingSent: true))
        }
        pthread_detach(thread)
    }
}

private final class Job: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
