import CCurl
import FlowCore
import Synchronization

/// What moves the bytes of all transfers of a client, seen from its tasks.
///
/// A thread of its own drives it. A request that is alone and whose answer will come soon is driven by the thread that
/// asks instead, which then need not wake another one and be woken by it.
final class CurlLoop: Sendable {
    private let inbox: CurlInbox
    /// Locked by whoever drives it, which the thread does not while nothing is on its way.
    private let reactor: Mutex<CurlReactor>

    /// A loop with its thread.
    ///
    /// - Throws: a `Failure` of kind `invalid` where libcurl isn't installed, `internal` where the system has no memory,
    ///   descriptor or thread for it.
    init(_ options: CurlClient.Options) throws(Failure) {
        if let problem = flow_curl_problem() {
            throw Failure(
                .invalid, "no request can be sent: \(String(cString: problem))",
                hint: "install libcurl; on Debian and Ubuntu: apt-get install libcurl4", nothingSent: true)
        }
        let inbox = try CurlInbox()
        guard let multi = curl_multi_init() else {
            throw Failure(.internal, "libcurl could not be started", nothingSent: true)
        }
        self.inbox = inbox
        reactor = Mutex(CurlReactor(multi, inbox, options))
        do throws(Failure) {
            try OwnThread.start { self.run() }
        } catch {
            reactor.withLock { $0.end() }
            throw error
        }
    }

    private func run() {
        while !reactor.withLock({ $0.drive() }) { inbox.waitForWake() }
    }

    func submit(_ transfer: Transfer, _ continuation: UnsafeContinuation<Void, Never>) {
        transfer.awaits(continuation)
        if inbox.isQuiet.load(ordering: .relaxed), reactor.withLockIfAvailable({ $0.drive(alone: transfer) }) ?? false {
            return
        }
        if !inbox.post(.start(transfer)) { transfer.finish(.failure(CurlLoop.closed)) }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        _ = inbox.post(.cancel(transfer))
    }

    func close() { inbox.close() }

    static let closed = Failure(.cancelled, "the HTTP client was closed", nothingSent: true)
}
