package import FlowCore
import Glibc
import Synchronization

/// An HTTP/1.1 server on a loopback port of its own, whose every reply, and every way of failing, a test decides.
///
///     let server = try FaultServer { request in request.path == "/slow" ? .hang : .json(["ok": true]) }
///     … requests to server.url + "/slow" …
///     #expect(server.requests.count == 1)
///
/// Each connection has a thread, so the handler may block; many can run side by side. It stops when it is released,
/// which Swift may do after its last use in a test: look at ``requests`` after the last request.
package final class FaultServer: Sendable {
    /// A request as it arrived.
    package struct Request: Sendable {
        package var method: String
        /// Path and query as they were sent.
        package var target: String
        package var headers: HTTPHeaders
        /// The first ``FaultServer/keptBodyBytes`` of the body.
        package var body: [UInt8]
        /// Bytes of the whole body.
        package var bodySize: Int64
        /// Which connection it came on, counted from 1.
        package var connection: Int

        /// The target without the query.
        package var path: String { String(target.prefix { $0 != "?" }) }
        package var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as JSON; nil where it isn't.
        package var json: Value? { try? JSON.parse(body) }
    }

    package typealias Handler = @Sendable (Request) -> Reply

    /// More of a request's body is counted but not kept.
    package static let keptBodyBytes = 4 << 20

    package let port: Int
    private let record = ServerRecord()
    private let stopPipe: StopPipe

    /// Listens at once.
    ///
    /// - Throws: a `Failure` of kind `internal` where no socket can be had.
    package init(_ handler: @escaping Handler) throws {
        let (listener, port) = try LoopbackSocket.bound(listening: true)
        self.port = port
        stopPipe = try StopPipe()
        let acceptor = Acceptor(listener: listener, stopPipe: stopPipe, record: record, handler: handler)
        try OwnThread.start { acceptor.run() }
    }

    /// Gives these replies one after the other, the last one again and again.
    package convenience init(replies: [Reply]) throws {
        let next = Mutex(0)
        try self.init { _ in
            let index = next.withLock { count in
                defer { count += 1 }
                return count
            }
            return replies[min(index, replies.count - 1)]
        }
    }

    deinit { stop() }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// `127.0.0.1:PORT`, as error texts name it.
    package var authority: String { "127.0.0.1:\(port)" }

    /// All requests that arrived whole, in order.
    package var requests: [Request] { record.requests }
    /// How many connections were made.
    package var connectionCount: Int { record.connectionCount }
    /// Bytes of replies handed to the operating system.
    package var bytesSent: Int64 { record.bytesSent }

    /// Waits until `count` requests have arrived.
    package func requests(atLeast count: Int) async -> [Request] { await record.requests(atLeast: count) }

    /// Waits until `count` connections have ended, such as those of clients that hung up.
    package func connectionsEnded(atLeast count: Int) async { await record.connectionsEnded(atLeast: count) }

    /// Ends all connections and listens no more.
    package func stop() { stopPipe.fire() }
}

/// A loopback port that is held but refuses every connection, as long as this value lives.
package final class RefusingPort: Sendable {
    package let port: Int
    private let socket: Int32

    package init() throws { (socket, port) = try LoopbackSocket.bound(listening: false) }

    deinit { close(socket) }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var authority: String { "127.0.0.1:\(port)" }
}

/// Ports of 127.0.0.1 that tests are given by number.
package enum LoopbackPort {
    /// Whether somebody listens there.
    package static func isTaken(_ port: Int) -> Bool {
        guard let descriptor = try? LoopbackSocket.connected(to: port) else { return false }
        close(descriptor)
        return true
    }
}

/// A port that takes connections and never says anything.
package final class SilentPort: Sendable {
    private let port: Int
    private let socket: Int32

    package init() throws { (socket, port) = try LoopbackSocket.bound(listening: true) }

    deinit { close(socket) }

    package var authority: String { "127.0.0.1:\(port)" }
}

/// A port that ends each connection as soon as it stands, or says something first to who said something.
package final class ClosingPort: Sendable {
    private let port: Int
    private let socket: Int32

    package init(saying text: String = "") throws {
        let (socket, port) = try LoopbackSocket.bound(listening: true)
        (self.socket, self.port) = (socket, port)
        try OwnThread.start {
            while case let connection = accept(socket, nil, nil), connection >= 0 {
                if !text.isEmpty {
                    var heard = [UInt8](repeating: 0, count: 1 << 16)
                    _ = recv(connection, &heard, heard.count, 0)
                    _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                }
                close(connection)
            }
            close(socket)
        }
    }

    deinit { shutdown(socket, Int32(SHUT_RDWR)) }

    package var authority: String { "127.0.0.1:\(port)" }
}
