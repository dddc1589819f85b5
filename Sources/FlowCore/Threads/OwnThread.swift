import Dispatch
import Glibc
import Synchronization

/// Threads for one piece of work each that waits for something outside.
///
/// The few threads that run all tasks must never be held, and those that Dispatch has for work that blocks are too few
/// where a loop has hundreds of children or connections. A thread whose work is done waits a while for more: to make
/// and end one costs more than many a piece of work.
package enum OwnThread {
    /// Runs `body` on a thread that nobody waits for.
    ///
    /// - Throws: a `Failure` where the system has no thread to give; nothing has begun then.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(Failure) {
        if let idle = IdleThread.take() { return idle.give(body) }
        let thread = Unmanaged.passRetained(IdleThread(first: body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { thread in
                if let thread { Unmanaged<IdleThread>.fromOpaque(thread).takeRetainedValue().run() }
                return nil
            }, thread.toOpaque())
        guard code == 0 else {
            thread.release()
            let reason = String(cString: strerror(code)).lowercased()
            throw Failure(.invalid, "can't make a thread: \(reason)", hint: "do less at once", nothingSent: true)
        }
        pthread_detach(handle)
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

/// A thread between two pieces of work.
private final class IdleThread: Sendable {
    /// How long one waits for more.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Those that wait, the last to come first in line.
    private static let waiting = Mutex<[IdleThread]>([])

    private let next: Mutex<(@Sendable () -> Void)?>
    /// Signalled once for each piece of work.
    private let signal = DispatchSemaphore(value: 0)

    init(first: @escaping @Sendable () -> Void) { next = Mutex(first) }

    static func take() -> IdleThread? { waiting.withLock { $0.popLast() } }

    func give(_ body: @escaping @Sendable () -> Void) {
        next.withLock { $0 = body }
        signal.signal()
    }

    func run() {
        while let body = next.withLock({ $0.take() }) {
            body()
            Self.waiting.withLock { $0.append(self) }
            guard signal.wait(timeout: .now() + Self.patience) == .timedOut else { continue }
            let isFree = Self.waiting.withLock { waiting in
                guard let index = waiting.firstIndex(where: { $0 === self }) else { return false }
                waiting.remove(at: index)
                return true
            }
            if isFree { return }
            // Somebody has taken it, and is about to give it work.
            signal.wait()
        }
    }
}
