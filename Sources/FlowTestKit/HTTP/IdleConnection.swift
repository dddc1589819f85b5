import FlowCore
import Glibc

/// A connection that is opened and left alone, as browsers do ahead of their requests.
package final class IdleConnection: Sendable {
    private let socket: Int32

    package init(port: Int) throws { socket = try LoopbackSocket.connected(to: port) }

    package func close() { _ = Glibc.close(socket) }
}
