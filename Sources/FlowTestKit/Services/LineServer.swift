import FlowCore
import Glibc
import Synchronization

/// A server at a port of 127.0.0.1 that talks in lines, for protocols such as SMTP, and does what real servers rarely do.
package final class LineServer: Sendable {
    /// One conversation, on a thread of its own.
    package final class Conversation {
        private let socket: Int32
        private let stop: StopPipe
        private var buffer: [UInt8] = []

        fileprivate init(_ socket: Int32, _ stop: StopPipe) {
            self.socket = socket
            self.stop = stop
        }

        /// Says lines, each with its line break.
        package func say(_ lines: String...) { say(bytes: lines.map { $0 + "\r\n" }.joined().utf8) }

        package func say(bytes: some Sequence<UInt8>) {
            let bytes = Array(bytes)
            _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// The next line without its break; nil where the other side has hung up.
        package func hear() -> String? {
            while true {
                if let end = buffer.firstIndex(of: 0x0A) {
                    defer { buffer.removeSubrange(...end) }
                    return String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                }
                guard stop.waits(for: socket, POLLIN) else { return nil }
                var more = [UInt8](repeating: 0, count: 65536)
                let count = recv(socket, &more, more.count, 0)
                guard count > 0 else { return nil }
                buffer += more[..<count]
            }
        }

        /// Waits until the other side has hung up, whatever it says.
        package func listenToTheEnd() { while hear() != nil {} }
    }

    package let port: Int
    private let stop: StopPipe
    private let count = Atomic(0)

    /// - Parameter talk: is given each conversation with its number, from 1; it ends when this returns.
    package init(_ talk: @escaping @Sendable (Conversation, Int) -> Void) throws {
        let (listener, port) = try LoopbackSocket.bound(listening: true)
        let stop = try StopPipe()
        self.port = port
        self.stop = stop
        try OwnThread.start { [weak self] in
            defer { close(listener) }
            while stop.waits(for: listener, POLLIN) {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { continue }
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                let number = self?.count.add(1, ordering: .relaxed).newValue ?? 0
                try? OwnThread.start {
                    talk(Conversation(socket, stop), number)
                    close(socket)
                }
            }
        }
    }

    deinit { stop.fire() }

    /// How many conversations there were.
    package var conversations: Int { count.load(ordering: .relaxed) }
}
