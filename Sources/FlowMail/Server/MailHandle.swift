import CCurl
import FlowCore
import FlowSpec
import Glibc
import Synchronization

/// A libcurl handle that connects to a server of mail, encrypts and signs in. It is used by one thread at a time.
///
/// All that can be waited for ends soon after ``Cancellation/fire()``.
final class MailHandle {
    let server: MailServer
    let pointer: UnsafeMutableRawPointer
    let cancellation: Cancellation
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var socket: Int32 = -1
    /// How long nothing may come where something is waited for.
    var patience: Duration = .seconds(120)
    /// What the server said before the handle was the caller's own: the last lines of it.
    private let lines = ServerLines()

    /// - Throws: a `Failure` where libcurl isn't installed or takes an option not at all.
    init(_ server: MailServer, _ cancellation: Cancellation) throws(Failure) {
        if let problem = flow_curl_problem() {
            throw Failure(
                .invalid, "no mail server can be reached: \(String(cString: problem))",
                hint: "install libcurl; on Debian and Ubuntu: apt-get install libcurl4", nothingSent: true)
        }
        guard let pointer = curl_easy_init() else {
            throw Failure(.internal, "libcurl could not be started", nothingSent: true)
        }
        self.server = server
        self.pointer = pointer
        self.cancellation = cancellation
        errorText[0] = 0
        setCallbacks()
        setConnection()
        setLogin()
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorText.deallocate()
    }

    /// Connects, encrypts and signs in. After that the connection is the caller's, by ``send(_:)`` and ``read(into:)``.
    ///
    /// - Throws: what went wrong, by the server's last words and libcurl's; a cancellation.
    func connect() throws {
        flow_set_long(pointer, CURLOPT_CONNECT_ONLY, 1)
        let code = curl_easy_perform(pointer)
        if cancellation.hasFired { throw Failure(.cancelled, "cancelled", nothingSent: true) }
        guard code == CURLE_OK else { throw MailError(self, code).failure }
        socket = flow_active_socket(pointer)
    }

    var serverLines: [String] { lines.all }
    var detail: String { String(cString: errorText) }

    private func setCallbacks() {
        flow_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
        flow_set_writer(
            pointer,
            { bytes, size, count, context in
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                Unmanaged<ServerLines>.fromOpaque(context!).takeUnretainedValue().add(line)
                return size * count
            }, { _, size, count, _ in size * count }, Unmanaged.passUnretained(lines).toOpaque())
        flow_set_progress(
            pointer,
            { context, _, _, _, _ in
                Unmanaged<Cancellation>.fromOpaque(context!).takeUnretainedValue().hasFired ? 1 : 0
            }, Unmanaged.passUnretained(cancellation).toOpaque())
    }

    private func setConnection() {
        flow_set_mail_only(pointer)
        flow_set_common(pointer)
        flow_set_text(pointer, CURLOPT_URL, server.url)
        if server.security == .starttls { flow_set_long(pointer, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        flow_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, Int(MailHandle.connectTimeout.inMilliseconds))
        flow_set_long(pointer, CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(MailHandle.answerTimeout.components.seconds))
        let route = server.route
        flow_set_way(pointer, route.proxy, route.caFile, route.proxyCAFile)
        guard let own = route.clientCertificate else { return }
        let key = own.key ?? own.certificate
        flow_set_certificate(pointer, own.certificate, HTTPRoute.isPEM(own.certificate), key, HTTPRoute.isPEM(key))
    }

    static let connectTimeout: Duration = .seconds(20)
    /// For one answer while signing in.
    static let answerTimeout: Duration = .seconds(60)

    private func setLogin() {
        switch server.proof {
        case .none: return
        case .password(let password):
            flow_set_text(pointer, CURLOPT_PASSWORD, password)
            // Of all that a server offers, libcurl would begin with what needs more than a password.
            if server.service == .smtp { flow_set_text(pointer, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN") }
        case .token(let token): flow_set_text(pointer, CURLOPT_XOAUTH2_BEARER, token)
        }
        flow_set_text(pointer, CURLOPT_USERNAME, server.user)
    }
}

extension MailHandle: ByteSource {
    /// Sends all of it.
    ///
    /// - Throws: a `Failure` of kind `network` or `timeout`; a cancellation.
    func send(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        try bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                try checkCancellation()
                var count = 0
                let code = curl_easy_send(pointer, bytes.baseAddress! + offset, bytes.count - offset, &count)
                offset += count
                if code == CURLE_AGAIN {
                    try wait(for: Int16(POLLOUT), until: .now + patience)
                } else if code != CURLE_OK {
                    throw broken
                }
            }
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let deadline = ContinuousClock.now + patience
        while true {
            // Where bytes keep coming, nothing is ever waited for.
            try checkCancellation()
            var count = 0
            let code = curl_easy_recv(pointer, buffer.baseAddress, buffer.count, &count)
            if code == CURLE_OK, count > 0 { return count }
            guard code == CURLE_AGAIN else { throw broken }
            try wait(for: Int16(POLLIN), until: deadline)
        }
    }

    func checkCancellation() throws {
        if cancellation.hasFired { throw CancellationError() }
    }

    private func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws {
        guard try isReady(for: events, until: deadline) else {
            throw Failure(
                .timeout, "\(server.authority) sent nothing for \(patience.humanText)",
                hint: "try again later; look whether the server is overloaded")
        }
    }

    /// Waits until bytes may be read. What TLS has read ahead is not seen, so read until there is nothing before.
    ///
    /// - Returns: false where the time is up.
    func hasInput(until deadline: ContinuousClock.Instant) throws -> Bool {
        try isReady(for: Int16(POLLIN), until: deadline)
    }

    /// Waits, whatever comes meanwhile.
    func pause(until deadline: ContinuousClock.Instant) throws {
        _ = try isReady(for: 0, until: deadline)
    }

    private func isReady(for events: Int16, until deadline: ContinuousClock.Instant) throws -> Bool {
        while true {
            var polled = [
                pollfd(fd: socket, events: events, revents: 0),
                pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = (deadline - .now).inMilliseconds
            let count = poll(&polled, 2, Int32(clamping: max(0, left)))
            try checkCancellation()
            if count < 0, errno != EINTR { throw broken }
            if count > 0, polled[0].revents != 0 { return true }
            if left <= 0 { return false }
        }
    }

    private var broken: Failure {
        Failure(
            .network, "the connection to \(server.authority) broke",
            hint: "try again later, and check that the server is running", underlying: detail.isEmpty ? nil : detail)
    }
}

/// Ends what a thread waits for, from another one, for good.
final class Cancellation: Sendable {
    private let pipe: StopPipe
    private let fired = Atomic(false)

    init() throws(Failure) { pipe = try StopPipe() }

    /// Hangs up when it fires.
    var descriptor: Int32 { pipe.descriptor }
    var hasFired: Bool { fired.load(ordering: .acquiring) }

    func fire() {
        fired.store(true, ordering: .releasing)
        pipe.fire()
    }
}

/// The last lines that libcurl got from a server.
private final class ServerLines {
    private static let kept = 100
    private(set) var all: [String] = []

    func add(_ line: UnsafeRawBufferPointer) {
        if all.count == Self.kept { all.removeFirst() }
        all.append(String(decoding: line.prefix(2000), as: UTF8.self).filter { !$0.isNewline })
    }
}
