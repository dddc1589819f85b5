import FlowCore
import Glibc

/// A loopback port, or a Unix socket, that answers whatever comes with given bytes, portion by portion, and then ends the
/// connection.
///
///     let proxy = try ScriptedPort([[5, 0xFF]])
///
/// It stops when it is released: a test must use it after its last request.
package final class ScriptedPort: Sendable {
    private let port: Int
    private let stopPipe: StopPipe

    /// - Parameters:
    ///   - portions: each is sent when something has come; with none, the connection ends when something does.
    ///   - unasked: is sent 50 ms after each of them, although nothing has come.
    ///   - path: that of a Unix socket, which has no port.
    package init(_ portions: [[UInt8]], unasked: [UInt8] = [], at path: String? = nil) throws {
        let (listener, port) =
            try path.map { (try LoopbackSocket.bound(to: $0), 0) }
            ?? LoopbackSocket.bound(listening: true)
        self.port = port
        stopPipe = try StopPipe()
        try OwnThread.start { [stopPipe] in
            defer { close(listener) }
            while stopPipe.waits(for: listener, POLLIN) {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { continue }
                // A process that is started meanwhile would keep the connection open.
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                defer { close(client) }
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                for portion in portions.isEmpty ? [[]] : portions {
                    guard stopPipe.waits(for: client, POLLIN), recv(client, &buffer, buffer.count, 0) > 0 else { break }
                    _ = portion.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    guard !unasked.isEmpty else { continue }
                    usleep(50_000)
                    _ = unasked.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                }
            }
        }
    }

    deinit { stopPipe.fire() }

    /// `127.0.0.1:PORT`
    package var authority: String { "127.0.0.1:\(port)" }
}
