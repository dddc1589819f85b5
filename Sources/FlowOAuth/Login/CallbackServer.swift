import Dispatch
package import FlowCore
import Glibc

/// Takes the browser's way back on this machine (RFC 8252, 7.3): a server that answers one path, for one login.
///
/// It listens from the moment it is made, so that no other program can take the port in between, on the loopback
/// interface alone.
package final class CallbackServer: Sendable {
    /// What is made of a request.
    package enum Verdict: Sendable {
        /// Not an answer to this login: the browser is told so, and waiting goes on.
        case foreign
        case accepted
        case refused
    }

    package let port: Int
    private let host: String
    private let path: String
    private let sockets: [Int32]

    /// - Parameters:
    ///   - host: `127.0.0.1`, or `localhost` for both families of addresses.
    ///   - port: nil for any that is free.
    ///   - path: the only one that is answered, such as `/callback/google`.
    /// - Throws: `conflict` with the code `port_in_use`, or `permission` where the port can't be had.
    package init(host: String, port: Int?, path: String) throws(Failure) {
        let first = try CallbackServer.listen(AF_INET, port ?? 0)
        self.port = first.port
        var sockets = [first.socket]
        // A browser may try the newer family first; a machine may not have it.
        if host == "localhost", let second = try? CallbackServer.listen(AF_INET6, first.port) {
            sockets.append(second.socket)
        }
        self.sockets = sockets
        self.host = host
        self.path = path
    }

    deinit { for socket in sockets { close(socket) } }

    /// What has to be registered at the provider.
    package var redirectURI: String { "http://\(host):\(port)\(path)" }

    /// Answers requests until `judge` has found an answer; it gets the target of each request to the path.
    ///
    /// - Throws: `timeout` where none comes, `cancelled` as soon as the task is cancelled.
    package func wait(
        atMost timeout: Duration, _ judge: @escaping @Sendable (_ target: String) -> Verdict
    ) async throws(Failure) {
        let stop = try StopPipe()
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    // Away from the threads of tasks: it blocks for minutes.
                    DispatchQueue.global().async {
                        continuation.resume(with: Result { try self.serve(atMost: timeout, stop, judge) })
                    }
                }
            } onCancel: {
                stop.fire()
            }
        } catch { throw Failure(error) }
    }

    private func serve(atMost timeout: Duration, _ stop: StopPipe, _ judge: (String) -> Verdict) throws(Failure) {
        let clock = ContinuousClock()
        let end = clock.now + timeout
        var connections: [CallbackConnection] = []
        defer { for connection in connections { connection.close() } }
        while true {
            let left = end - clock.now
            guard left > .zero else { throw timedOut(timeout) }
            var descriptors = ([stop.descriptor] + sockets + connections.map(\.socket)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            let milliseconds = Int32(clamping: left.components.seconds * 1000 + 1000)
            guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) >= 0 || errno == EINTR else {
                throw Failure(.internal, "waiting for the browser ended with error \(errno)")
            }
            if descriptors[0].revents != 0 { throw Failure(.cancelled, "cancelled") }
            for (descriptor, connection) in zip(descriptors[(1 + sockets.count)...], connections)
            where descriptor.revents != 0 {
                let request = connection.read()
                if case .more = request { continue }
                connections.removeAll { $0 === connection }
                defer { connection.close() }
                guard case .whole(let head) = request else { continue }
                let (page, isDone) = answer(head, judge)
                connection.write(page)
                if isDone { return }
            }
            for descriptor in descriptors[1...sockets.count] where descriptor.revents != 0 {
                guard let connection = CallbackConnection(acceptedFrom: descriptor.fd) else { continue }
                connections.append(connection)
                // Browsers open connections ahead and leave them unused; a few are enough.
                if connections.count > 32 { connections.removeFirst().close() }
            }
        }
    }

    /// The answer to one request, and whether it ends the login.
    private func answer(_ head: CallbackRequest, _ judge: (String) -> Verdict) -> (CallbackPage, Bool) {
        guard head.host == "\(host):\(port)" else { return (.wrongHost, false) }
        guard head.target.prefix(while: { $0 != "?" }) == path else { return (.notFound, false) }
        guard head.method == "GET" else { return (.wrongMethod, false) }
        switch judge(head.target) {
        case .foreign: return (.foreign, false)
        case .accepted: return (.accepted, true)
        case .refused: return (.refused, true)
        }
    }

    private func timedOut(_ timeout: Duration) -> Failure {
        Failure(
            .timeout, "the browser did not come back within \(timeout.humanText)",
            hint: "log in again; where the browser runs on another machine, add --paste, "
                + "or forward the port with: ssh -L \(port):127.0.0.1:\(port) HOST", code: "login_timeout")
    }

    private static func listen(_ family: Int32, _ port: Int) throws(Failure) -> (socket: Int32, port: Int) {
        // Not blocking, as a connection may be gone again before it is accepted.
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let socket = Glibc.socket(family, Int32(kind), 0)
        guard socket >= 0 else { throw unavailable(port, errno) }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if family == AF_INET6 { setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, size) }
        var address = LoopbackAddress(family: family, port: UInt16(port))
        let isBound = address.withSocketAddress { bind(socket, $0, $1) == 0 } && Glibc.listen(socket, 16) == 0
        let problem = errno
        guard isBound, let bound = address.port(of: socket) else {
            close(socket)
            throw unavailable(port, problem)
        }
        return (socket, bound)
    }

    private static func unavailable(_ port: Int, _ error: Int32) -> Failure {
        guard error == EADDRINUSE else {
            return Failure(
                .permission, "can't listen on port \(port) of this machine: \(String(cString: strerror(error)))",
                hint: "take another port with --port")
        }
        return Failure(
            .conflict, "another program listens on port \(port), where the browser would come back",
            hint: "end it, or register another port at the provider and give it with --port", code: "port_in_use")
    }
}
