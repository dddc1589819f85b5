package import FlowConnect
package import FlowCore
package import FlowSpec
import Glibc
import Synchronization

/// Mocks of apps on a port of 127.0.0.1, each below a path of its own name: `http://127.0.0.1:8650/slack`.
///
/// Each connection has a thread. It ends when it is released.
package final class MockServer: Sendable {
    package struct Options: Sendable {
        /// nil takes a free one.
        package var port: Int?
        package var faults: [MockFault]
        /// Before each answer.
        package var latency: Duration

        package init(port: Int? = nil, faults: [MockFault] = [], latency: Duration = .zero) {
            self.port = port
            self.faults = faults
            self.latency = latency
        }
    }

    /// One request and what was answered, for whoever watches.
    package struct Exchange: Sendable {
        package var app: String
        package var method: String
        /// Below the app's own path, without what may be secret.
        package var target: String
        package var status: Int
        /// Why it was refused.
        package var refusal: String?
    }

    package let port: Int
    private let listener: Int32
    private let state: ServerState

    /// Listens at once.
    ///
    /// - Parameter watch: gets every exchange, from any thread.
    /// - Throws: a `Failure` where the port can't be had.
    package init(
        _ connectors: [Connector], options: Options = Options(), random: any RandomSource,
        watch: @escaping @Sendable (Exchange) -> Void = { _ in }
    ) throws(Failure) {
        (listener, port) = try ListeningSocket.open(port: options.port)
        let url = "http://127.0.0.1:\(port)"
        let apps = connectors.map { ($0.name, MockApp($0, url: "\(url)/\($0.name)")) }
        state = ServerState(
            apps: Dictionary(apps, uniquingKeysWith: { first, _ in first }), options: options, random: random,
            watch: watch)
        let (listener, state) = (listener, state)
        try OwnThread.start {
            while let socket = ListeningSocket.accept(listener) {
                do {
                    try OwnThread.start { MockConnection(socket: socket, state: state).serve() }
                } catch { close(socket) }
            }
            close(listener)
        }
    }

    /// Without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    // A listening socket that is shut down gives up its `accept`.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// What all connections of a server share.
final class ServerState: Sendable {
    let apps: [String: MockApp]
    let options: MockServer.Options
    let random: any RandomSource
    let watch: @Sendable (MockServer.Exchange) -> Void

    init(
        apps: [String: MockApp], options: MockServer.Options, random: any RandomSource,
        watch: @escaping @Sendable (MockServer.Exchange) -> Void
    ) {
        self.apps = apps
        self.options = options
        self.random = random
        self.watch = watch
    }
}

/// A TCP socket of the loopback interface that takes connections.
enum ListeningSocket {
    static func open(port: Int?) throws(Failure) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(.internal, "the system has no socket to give (error \(errno))") }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port ?? 0).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && listen(descriptor, 256) == 0
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        guard isBound else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Failure(
                .invalid, "can't listen on port \(port ?? 0) of 127.0.0.1: \(reason)",
                hint: "choose another with --port, or leave it out for a free one")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// nil where the socket was shut down.
    static func accept(_ listener: Int32) -> Int32? {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            if socket >= 0 {
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                var yes: Int32 = 1
                setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
                return socket
            }
            guard errno == EINTR || errno == ECONNABORTED || errno == EMFILE else { return nil }
            if errno == EMFILE { usleep(10_000) }
        }
    }
}
