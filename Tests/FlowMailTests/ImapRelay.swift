import FlowCore
import Glibc
import Synchronization

/// Stands between a client and the mail server of the tests, where nothing is encrypted: cuts connections, and hides what
/// the server can.
///
/// It stops when it is released: a test must use it after its last command.
final class ImapRelay: Sendable {
    enum Verdict { case pass, cutBefore, cutAfter }

    let port: Int
    private let stop: StopPipe
    private let connections = Mutex(0)
    private let hidden: [String]
    private let judge: @Sendable (_ connection: Int, _ command: String) -> Verdict

    /// - Parameters:
    ///   - hidden: capabilities that the server doesn't seem to have.
    ///   - judge: what becomes of a connection with what the client sends; the first connection is 1.
    init(
        to server: Int, hiding hidden: [String] = [],
        judge: @escaping @Sendable (_ connection: Int, _ command: String) -> Verdict = { _, _ in .pass }
    ) throws {
        self.hidden = hidden
        self.judge = judge
        stop = try StopPipe()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = LoopbackAddress(family: AF_INET, port: 0)
        let isBound = address.withSocketAddress { bind(listener, $0, $1) == 0 } && listen(listener, 16) == 0
        guard isBound, let port = address.port(of: listener) else { throw Failure(.internal, "no port for a relay") }
        self.port = port
        try OwnThread.start { [weak self, stop] in
            defer { close(listener) }
            while ImapRelay.waits(for: [listener], until: stop) {
                let client = accept(listener, nil, nil)
                // A child that other tests start would keep the connection open that is cut here.
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                guard client >= 0, let self else { return }
                let number = self.connections.withLock { count in
                    count += 1
                    return count
                }
                let (hidden, judge) = (self.hidden, self.judge)
                try? OwnThread.start { ImapRelay.relay(client, to: server, number, hidden, judge, until: stop) }
            }
        }
    }

    deinit { stop.fire() }

    /// How many connections there were.
    var count: Int { connections.withLock { $0 } }

    private static func waits(for sockets: [Int32], until stop: StopPipe) -> Bool {
        var polled = (sockets + [stop.descriptor]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&polled, nfds_t(polled.count), -1) < 0 { guard errno == EINTR else { return false } }
        return polled[polled.count - 1].revents == 0
    }

    private static func relay(
        _ client: Int32, to port: Int, _ number: Int, _ hidden: [String],
        _ judge: (Int, String) -> Verdict, until stop: StopPipe
    ) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer {
            close(client)
            close(server)
        }
        var address = LoopbackAddress(family: AF_INET, port: UInt16(clamping: port))
        guard address.withSocketAddress({ connect(server, $0, $1) == 0 }) else { return }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var endsWithAnswer = false
        while waits(for: [client, server], until: stop) {
            for (from, to) in [(client, server), (server, client)] {
                let count = recv(from, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count < 0, errno == EAGAIN { continue }
                guard count > 0 else { return }
                var text = String(decoding: buffer[..<count], as: UTF8.self)
                if from == client {
                    let verdict = judge(number, text)
                    if verdict == .cutBefore { return }
                    guard send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
                    endsWithAnswer = endsWithAnswer || verdict == .cutAfter
                } else if endsWithAnswer {
                    // The server has done it; of the command, more may have come after what was judged.
                    return
                } else if text.contains("CAPABILITY"), !hidden.isEmpty {
                    for name in hidden { text = text.replacing(" \(name)", with: "") }
                    guard send(to, text, text.utf8.count, Int32(MSG_NOSIGNAL)) >= 0 else { return }
                } else {
                    guard send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
                }
            }
        }
    }
}
