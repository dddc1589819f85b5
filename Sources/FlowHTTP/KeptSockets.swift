import CCurl
import Glibc

/// The sockets of TLS connections that have carried a request, by their local ports.
///
/// A server that ends such a connection says so in a last message. libcurl before 8 takes the connection for one that
/// stands, as there is something to read, and has to send a request again that it writes there. This is asked before.
final class KeptSockets {
    private var sockets: [Int32: Int32] = [:]

    /// Those that were closed since are not taken out one by one. Where another connection has got the port of one, and
    /// something else its number, the request at worst opens one connection more.
    private static let bound = 4096

    /// Takes note of the connection that a request has come back on.
    func keep(_ socket: Int32, port: Int32) {
        guard socket >= 0 else { return }
        if sockets.count == KeptSockets.bound { sockets.removeAll() }
        sockets[port] = socket
    }

    /// Whether something has come on a connection where nothing was asked for.
    func haveEnded(port: Int32) -> Bool {
        guard let socket = sockets[port] else { return false }
        var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, 0) > 0 else { return false }
        sockets[port] = nil
        return true
    }
}
