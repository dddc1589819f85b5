import CCurl
import FlowCore
import FlowSpec
import Glibc
import Synchronization

/// One exchange on its way from the queue to its answer.
///
/// Unchecked, because libcurl's callbacks need a reference type: all but ``isCancelled`` belongs to the loop's thread
/// from the moment the transfer is submitted until its task goes on.
final class Transfer: @unchecked Sendable {
    /// Whether an answer has come, or why none.
    typealias Outcome = Result<Void, Failure>

    enum Stage { case new, waiting, active, done }

    /// How far it has come on the way to a connection.
    private enum Standing {
        case nowhere
        /// It is to share a connection, all have their fill, and it may open none.
        case withoutRoom
        /// It opens a connection.
        case opening
        /// It was to open a connection, and the process may have no more sockets.
        case withoutSocket
        /// On the connection with this local port.
        case on(Int32)
        /// Kept from the connection with this local port, which the server has ended: nothing was sent.
        case ended(Int32)
    }

    let exchange: Exchange
    let body: RequestBody
    /// The proxy it goes through.
    let proxy: String?
    /// Whether libcurl is to send a body. One of no bytes says so with a length of zero, as servers want it from a POST.
    let sendsBody: Bool
    /// Set from any thread.
    let isCancelled = Atomic<Bool>(false)

    var stage = Stage.new
    /// The line it waits in.
    var host: HostLine?
    let isEncrypted: Bool
    /// Whether it may go over a connection that carries other requests at the same time.
    ///
    /// Not with a body: libcurl before 8 can lose an HTTP/2 answer that comes before it is sent. And not where it must go
    /// out once only: a server that ends such a connection (nginx does after 1,000 requests) leaves requests on it without
    /// an answer, while over HTTP/1.1 it says in its last answer that it will.
    ///
    /// Nor over a Unix socket, where its lane is for one at a time.
    let mayShare: Bool
    let isOverUnixSocket: Bool
    /// The number of its connection where it goes over a Unix socket; else 0.
    var lane: Int32 = 0
    /// Whether it may yet have the name of its host looked up.
    var isLookupUndecided = false
    /// The connections that it may share.
    var shared: SharedConnections?
    private var standing = Standing.nowhere
    /// The sockets of the connection that it opens, of which the first that gets through is taken.
    private var sockets: [Int32] = []
    /// Whether it is on a connection of which is to be learned whether it may be shared.
    private var isFirstToShare = false
    /// How many connections it was kept from, one after the other, as their servers had ended them.
    private var endedConnections = 0
    /// More than may be kept for a host.
    private static let mostEndedConnections = 1000
    var handle: EasyHandle?
    /// When libcurl got it.
    private var begun = ContinuousClock.Instant.now
    /// When a byte last moved, once the connection stands.
    @exclusivity(unchecked) var lastActivity: ContinuousClock.Instant?
    /// What one of our own callbacks stopped the transfer for.
    private(set) var objection: Failure?
    /// Whether ``times`` are wanted.
    private let isTraced: Bool
    private(set) var times: WireTimes?
    /// How often the request has been written to a connection.
    private(set) var timesSent = 0
    /// Whether libcurl wants to send it again although it has its answer.
    private var isAnswered = false
    @exclusivity(unchecked) private var reader: ResponseReader
    private var continuation: UnsafeContinuation<Void, Never>?
    private var outcome = Outcome.success(())
    /// Set when all has been written that the task will read. The runtime sees to that order as well; this says so to the
    /// thread sanitizer, which doesn't see it where the answer comes before the task waits.
    private let isHandedBack = Atomic<Bool>(false)
    /// The one that ended after it in the same turn of the loop, and so on. The task of the first wakes those of the others.
    var follower: Transfer?

    init(_ exchange: Exchange, body: RequestBody, options: CurlClient.Options, isTraced: Bool = false) {
        self.isTraced = isTraced
        self.exchange = exchange
        self.body = body
        sendsBody =
            switch exchange.request.method {
            case "POST", "PUT", "PATCH": true
            default: body.isPresent
            }
        isEncrypted = exchange.origin.scheme == "https"
        isOverUnixSocket = exchange.route.unixSocket != nil
        mayShare = isEncrypted && !body.isPresent && !exchange.isSentOnce && !isOverUnixSocket
        proxy = options.proxy(for: exchange)
        reader = ResponseReader(exchange, maximumHeaderBytes: options.maximumHeaderBytes)
    }

    /// libcurl gets it.
    func begins(at time: ContinuousClock.Instant) {
        stage = .active
        begun = time
        lastActivity = nil
    }

    /// When it has taken too long, if nothing happens until then.
    var latest: ContinuousClock.Instant {
        if let lastActivity { return lastActivity + patience }
        return begun + exchange.call.timeouts.connect + Transfer.grace
    }

    /// When to look again whether it has taken too long.
    ///
    /// Sooner than ``latest`` where it may be patient now, and less so as soon as its connection stands or its answer
    /// begins.
    func nextLook(after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        min(latest, now + exchange.call.timeouts.stall)
    }

    /// How long no byte may move from now on. An interim answer (100, 103) is none.
    private var patience: Duration {
        exchange.call.timeouts.stall(isAwaited: status < 200 && !body.isUnderway)
    }

    /// Whoever opens a connection has libcurl watch the time, which knows better what went wrong. But those who wait for
    /// that connection it lets wait, and then try one after the other.
    private static let grace = Duration.milliseconds(100)

    /// When it is to end although its turn has not come.
    var deadline: ContinuousClock.Instant? { exchange.deadline }

    /// What it fails with after ``deadline``.
    var ranOutOfTime: Failure {
        let limit = exchange.call.timeouts.total.map { " of \($0.humanText)" } ?? ""
        return Failure(
            .timeout, "the request to \(exchange.authority) could not begin within its timeout\(limit)",
            hint: "raise the timeout, or have fewer requests at a time", code: Failure.notBegun)
    }

    /// What it fails with after ``couldNotOpenSocket()`` where it is not for lack of patience.
    var hadNoSocket: Failure {
        Failure(
            .network, "no connection to \(exchange.authority) could be opened, as this process has too many files open",
            hint: "allow more with ulimit -n, or lower max_parallel", code: Failure.notBegun)
    }

    /// What it fails with after ``latest``.
    var stalled: Failure {
        lastActivity == nil
            ? TransferError(self, code: CURLE_OPERATION_TIMEDOUT).failure
            : TransferError.stalled(
                exchange, status >= 200 ? .answering : body.isUnderway ? .sending : .awaited, for: patience)
    }

    func awaits(_ continuation: UnsafeContinuation<Void, Never>) { self.continuation = continuation }

    /// Has its task go on.
    func finish(_ outcome: Outcome) {
        end(outcome)
        resume()
    }

    /// Keeps what came of it for ``resume()``.
    func end(_ outcome: Outcome) {
        stage = .done
        if case .failure = outcome { reader.discard() }
        self.outcome = outcome
    }

    /// Has its task go on after ``end(_:)``.
    func resume() {
        let continuation = continuation
        self.continuation = nil
        isHandedBack.store(true, ordering: .releasing)
        continuation?.resume()
    }

    /// Has those go on that ended with it; the first thing that its task does.
    func resumeFollowers() {
        _ = isHandedBack.load(ordering: .acquiring)
        while let transfer = follower {
            // Before its task goes on, to which it belongs from then on.
            follower = transfer.follower
            transfer.follower = nil
            transfer.resume()
        }
    }

    /// The answer that has come; for the task that waited for it.
    func response() throws(Failure) -> HTTPResponse {
        try outcome.get()
        do throws(Failure) {
            var response = try reader.finished()
            response.wasSentAgain = timesSent > 1
            return response
        } catch {
            throw stamped(inDoubt(error))
        }
    }

    /// What came of it after libcurl has ended the transfer with `code`.
    func outcome(_ code: CURLcode) -> Outcome {
        measure()
        if status == 407, proxy != nil { return ended(TransferError.refused(byProxyOf: exchange, status)) }
        // First of all: a piece that could not be taken may have been the last one, with which the reader has enough.
        if let objection { return .failure(stamped(status == 0 ? objection : inDoubt(objection))) }
        // What is over the limit of an answer that is no success was left where it was.
        if code == CURLE_OK || reader.hasEnough || isAnswered { return .success(()) }
        return .failure(stamped(TransferError(self, code: code).failure))
    }

    /// The failure of a transfer that flowctl ends itself.
    func ended(_ failure: Failure) -> Outcome {
        measure()
        return .failure(stamped(failure))
    }

    private func measure() { if isTraced { times = handle.map { WireTimes($0, timesSent: timesSent) } } }

    /// What an answer that can't be taken means for a write: the server has it, and has not refused it.
    private func inDoubt(_ failure: Failure) -> Failure {
        (400..<500).contains(status) ? failure : exchange.call.inDoubt(failure)
    }

    /// Says whether anything had been sent, or the work may be done by an earlier hop.
    private func stamped(_ failure: Failure) -> Failure {
        var failure = failure
        failure.nothingSent = (timesSent == 0 || failure.nothingSent) && !exchange.mayBeDone
        return exchange.mayBeDone ? exchange.call.inDoubt(failure) : failure
    }

    // MARK: What libcurl calls

    /// There is no connection that the request may go over.
    ///
    /// - Returns: whether it may open one.
    func mayOpenConnection() -> Bool {
        host?.lookup.found(wasUndecided: isLookupUndecided)
        isLookupUndecided = false
        guard !hasAnswer() else { return false }
        // Of a host with several addresses it may open one after the other.
        guard let shared, !opensConnection else {
            standing = .opening
            return true
        }
        if let port {
            // libcurl sends it again, as its connection has ended or had no room for it after all.
            shared.remove(from: port)
            shared.letGo()
        }
        standing = shared.mayOpen() ? .opening : .withoutRoom
        return opensConnection
    }

    func opened(_ socket: Int32) { sockets.append(socket) }

    /// There is no socket to be had for the connection that it may open, by `errno`.
    func couldNotOpenSocket() { if errno == EMFILE || errno == ENFILE { standing = .withoutSocket } }

    /// The connection stands and the request is about to be written.
    ///
    /// - Parameters:
    ///   - port: the connection's local port.
    ///   - kept: the sockets of connections that are used one request after the other.
    /// - Returns: whether it may be.
    func willSend(from port: Int32, _ kept: KeptSockets, at now: ContinuousClock.Instant) -> Bool {
        if isLookupUndecided {
            isLookupUndecided = false
            host?.lookup.wasNotNeeded()
        }
        guard !hasAnswer() else { return false }
        let port = lane > 0 ? -lane : port
        place(on: port)
        // libcurl repeats any request by itself where a kept connection ends without an answer. The server may have
        // acted on it all the same, so a write goes out once only.
        guard timesSent == 0 || !exchange.isSentOnce else { return false }
        if !sockets.isEmpty {
            kept.keep(sockets, port: port, isLone: !mayShare, at: now)
            isFirstToShare = mayShare
            sockets = []
        } else if kept.haveEnded(port: port, isSentOnce: exchange.isSentOnce, at: now) {
            endedConnections += 1
            if endedConnections <= Transfer.mostEndedConnections { standing = .ended(port) }
            return false
        }
        timesSent += 1
        return true
    }

    /// Whether there is an answer, so that there is nothing to send. After a 417 libcurl sends a request again by itself:
    /// without its own expectation, but not without that of the caller.
    private func hasAnswer() -> Bool {
        isAnswered = status >= 200
        return isAnswered
    }

    /// Whether nothing came of this try, and it is to look for another connection.
    var isToWaitAgain: Bool {
        switch standing {
        case .withoutRoom, .ended: true
        case .nowhere, .opening, .withoutSocket, .on: false
        }
    }

    /// Whether the process may open no more sockets.
    var foundNoSocket: Bool { if case .withoutSocket = standing { true } else { false } }

    /// The local port of the connection that it is on, or its lane, which is less than 0.
    var port: Int32? {
        switch standing {
        case .on(let port), .ended(let port): port
        case .nowhere, .withoutRoom, .opening, .withoutSocket: nil
        }
    }

    /// Whether it is on its way to a connection that it opens itself.
    private var opensConnection: Bool {
        switch standing {
        case .opening, .withoutSocket: true
        case .nowhere, .withoutRoom, .on, .ended: false
        }
    }

    /// Puts it back in line.
    func waitsAgain() {
        stage = .waiting
        standing = .nowhere
        sockets = []
        isFirstToShare = false
    }

    private func place(on port: Int32) {
        defer { standing = .on(port) }
        guard let shared else { return }
        if let earlier = self.port {
            // libcurl sends it again on another connection.
            shared.remove(from: earlier)
            shared.letGo()
        }
        shared.place(on: port, opened: opensConnection)
    }

    /// Takes note for those who come after it that it has ended, or waits again.
    func leaveConnection() {
        guard let shared else { return }
        if reader.isHTTP2 { shared.answeredOverHTTP2() }
        if let port { shared.remove(from: port) } else { shared.giveUp(opened: opensConnection) }
    }

    /// Takes note for those who come after it whether its connection carries one request after the other.
    func tell(_ kept: KeptSockets) {
        guard isFirstToShare, status >= 200, !reader.isHTTP2, let port else { return }
        kept.isLone(port: port)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        do throws(Failure) {
            return try body.read(into: buffer)
        } catch {
            objection = error
            return Int(CURL_READFUNC_ABORT)
        }
    }

    func addHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        guard guarded({ () throws(Failure) in try reader.addHeader(line) }) else { return false }
        // The line that ends the header.
        if line.count <= 2, isEncrypted, reader.isToEndInOrder, let handle { flow_need_orderly_end(handle.pointer) }
        return !reader.hasEnough
    }

    func addBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guarded { () throws(Failure) in try reader.addBody(bytes) } && !reader.hasEnough
    }

    private func guarded(_ work: () throws(Failure) -> Void) -> Bool {
        do throws(Failure) {
            try work()
            return true
        } catch {
            objection = error
            return false
        }
    }

    var status: Int { reader.status }
}
