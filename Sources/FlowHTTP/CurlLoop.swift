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

    /// Made here, used by the loop's thread alone.
    struct Multi: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private struct Inbox {
        var commands: [Command] = []
        var isClosing = false
        /// Whether the thread waits for sockets, and has to be woken to look here.
        var isResting = false
        /// Whether the thread looks here no more.
        var hasEnded = false
    }

    private let inbox = Mutex(Inbox())
    /// Readable while the thread is to wake.
    let wakeDescriptor: Int32

    private init(wakeDescriptor: Int32) { self.wakeDescriptor = wakeDescriptor }

    deinit { Glibc.close(wakeDescriptor) }

    /// A loop with its thread.
    ///
    /// - Throws: a `Failure` of kind `invalid` where libcurl isn't installed, `internal` where the system has no memory,
    ///   descriptor or thread for it.
    static func started(_ options: CurlClient.Options) throws(Failure) -> CurlLoop {
        if let problem = flow_curl_problem() {
            throw Failure(
                .invalid, "no request can be sent: \(String(cString: problem))",
                hint: "install libcurl; on Debian and Ubuntu: apt-get install libcurl4", nothingSent: true)
        }
        let descriptor = flow_wake_descriptor()
        guard descriptor >= 0 else {
            throw Failure(.internal, "no descriptor for HTTP requests (\(systemText(errno)))", nothingSent: true)
        }
        let loop = CurlLoop(wakeDescriptor: descriptor)
        guard let pointer = curl_multi_init() else {
            throw Failure(.internal, "libcurl could not be started", nothingSent: true)
        }
        let multi = Multi(pointer: pointer)
        do throws(Failure) {
            try OwnThread.start { CurlReactor(multi, loop, options).run() }
        } catch {
            curl_multi_cleanup(pointer)
            throw error
        }
        return loop
    }

    func submit(_ transfer: Transfer, _ continuation: UnsafeContinuation<Transfer.Outcome, Never>) {
        transfer.awaits(continuation)
        if !post(.start(transfer)) { transfer.finish(.failure(CurlLoop.closed)) }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        _ = post(.cancel(transfer))
    }

    func close() {
        let wakes = inbox.withLock { inbox in
            inbox.isClosing = true
            defer { inbox.isResting = false }
            return inbox.isResting
        }
        if wakes { wake() }
    }

    /// - Returns: whether the thread will see it.
    private func post(_ command: Command) -> Bool {
        let (isTaken, wakes) = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return (false, false) }
            inbox.commands.append(command)
            defer { inbox.isResting = false }
            return (true, inbox.isResting)
        }
        // Not under the lock: who is woken takes it at once.
        if wakes { wake() }
        return isTaken
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: For the loop's thread

    /// Puts what has come since the last time into `commands`, which must be empty.
    ///
    /// - Returns: whether to end after it.
    func take(_ commands: inout [Command]) -> Bool {
        inbox.withLock { inbox in
            inbox.isResting = false
            swap(&inbox.commands, &commands)
            return inbox.isClosing
        }
    }

    /// Whether nothing has come, so that the thread may wait. What comes from now on wakes it.
    func mayRest() -> Bool {
        inbox.withLock { inbox in
            inbox.isResting = inbox.commands.isEmpty && !inbox.isClosing
            return inbox.isResting
        }
    }

    /// From here on the thread looks into the inbox no more; gives what has come at the last moment.
    func end() -> [Command] {
        inbox.withLock { inbox in
            inbox.hasEnded = true
            return inbox.commands
        }
    }

    static let closed = Failure(.cancelled, "the HTTP client was closed", nothingSent: true)
}
