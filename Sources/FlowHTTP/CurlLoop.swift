import CCurl
import FlowCore
import Glibc
import Synchronization

/// The thread that all transfers of a client run on, seen from other threads.
final class CurlLoop: Sendable {
    enum Command {
        case start(Transfer)
        case cancel(Transfer)
    }

    /// libcurl allows `curl_multi_wakeup` from any thread; all else of the handle is the loop's own.
    struct Multi: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private struct Inbox {
        var commands: [Command] = []
        /// nil once the loop has ended.
        var multi: Multi?
        var isClosing = false
        /// Whether the loop waits for sockets, and has to be woken to look here.
        var isResting = false

        mutating func add(_ command: Command) {
            commands.append(command)
            wake()
        }

        mutating func wake() {
            if isResting, let multi { curl_multi_wakeup(multi.pointer) }
            isResting = false
        }
    }

    private let inbox: Mutex<Inbox>

    private static let isReady = flow_global_init() == CURLE_OK

    private init(_ multi: Multi) { inbox = Mutex(Inbox(multi: multi)) }

    /// A loop with its thread.
    ///
    /// - Throws: a `Failure` of kind `invalid` where libcurl isn't installed, `internal` where the system has no memory
    ///   or thread for it.
    static func started(_ options: CurlClient.Options) throws(Failure) -> CurlLoop {
        if let problem = flow_curl_problem() {
            throw Failure(
                .invalid, "no request can be sent: \(String(cString: problem))",
                hint: "install libcurl; on Debian and Ubuntu: apt-get install libcurl4", nothingSent: true)
        }
        guard isReady, let pointer = curl_multi_init() else {
            throw Failure(.internal, "libcurl could not be started", nothingSent: true)
        }
        let multi = Multi(pointer: pointer)
        let loop = CurlLoop(multi)
        do throws(Failure) {
            try LoopThread.start { CurlReactor(multi, loop, options).run() }
        } catch {
            curl_multi_cleanup(pointer)
            throw error
        }
        return loop
    }

    func submit(_ transfer: Transfer, _ continuation: UnsafeContinuation<Transfer.Answer, Never>) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.isClosing else { return false }
            transfer.awaits(continuation)
            inbox.add(.start(transfer))
            return true
        }
        if !isTaken { continuation.resume(returning: .failure(CurlLoop.closed)) }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        inbox.withLock { $0.add(.cancel(transfer)) }
    }

    func close() {
        inbox.withLock { inbox in
            inbox.isClosing = true
            inbox.wake()
        }
    }

    /// For the loop's thread: what has come since the last time, and whether to end after it.
    func takeCommands() -> (commands: [Command], isClosing: Bool) {
        inbox.withLock { inbox in
            defer { inbox.commands = [] }
            inbox.isResting = false
            return (inbox.commands, inbox.isClosing)
        }
    }

    /// For the loop's thread: whether nothing has come, so that it may wait. What comes from now on wakes it.
    func mayRest() -> Bool {
        inbox.withLock { inbox in
            inbox.isResting = inbox.commands.isEmpty && !inbox.isClosing
            return inbox.isResting
        }
    }

    /// For the loop's thread: from here on nobody wakes it.
    func detach() { inbox.withLock { $0.multi = nil } }

    static let closed = Failure(.cancelled, "the HTTP client was closed", nothingSent: true)
}

/// A thread that nobody waits for.
enum LoopThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) throws(Failure) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard error == 0 else {
            work.release()
            throw Failure(.internal, "no thread for HTTP requests (\(systemText(error)))", nothingSent: true)
        }
        pthread_detach(thread)
    }
}
