import FlowCore
import Glibc

/// Takes connections and gives each a thread.
struct Acceptor: Sendable {
    let listener: Int32
    let stopPipe: StopPipe
    let record: ServerRecord
    let handler: FaultServer.Handler

    func run() {
        defer { close(listener) }
        while stopPipe.waits(for: listener, POLLIN) {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { continue }
            // A child process that inherited it would keep the connection open.
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            var on: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let connection = ServerConnection(
                socket: socket, number: record.connectionStarted(), stopPipe: stopPipe, record: record,
                handler: handler)
            do {
                try OwnThread.start { connection.run() }
            } catch {
                close(socket)
            }
        }
    }
}

/// Serves one connection until either side ends it.
struct ServerConnection: Sendable {
    let socket: Int32
    let number: Int
    let stopPipe: StopPipe
    let record: ServerRecord
    let handler: FaultServer.Handler

    func run() {
        var reader = RequestReader(socket: socket, stopPipe: stopPipe, connection: number)
        while let request = reader.next(), answer(request) {}
        close(socket)
        record.connectionEnded()
    }

    /// - Returns: whether the connection goes on.
    private func answer(_ request: FaultServer.Request) -> Bool {
        record.add(request)
        let reply = handler(request)
        let closes = reply.closes || request.headers["connection"]?.lowercased() == "close"
        let head = reply.raw ?? reply.head(closes: closes)
        // The bytes of a raw reply are all in its head.
        let body = reply.raw != nil || request.method == "HEAD" ? FaultServer.Reply.Body.bytes([]) : reply.body
        switch reply.delivery {
        case .whole:
            return send(head) && send(body, upTo: .max) && !closes
        case .cut(let count):
            _ = sendFirst(count, of: head, body)
            return false
        case .reset(let count):
            _ = sendFirst(count, of: head, body)
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
            return false
        case .stall(let count):
            if sendFirst(count, of: head, body) { waitForHangUp() }
            return false
        case .drip(let count, let pause):
            guard send(head), case .bytes(let bytes) = body else { return false }
            var rest = bytes[...]
            while !rest.isEmpty {
                guard send(Array(rest.prefix(count))), !hungUp(within: pause) else { return false }
                rest = rest.dropFirst(count)
            }
            return !closes
        }
    }

    private func sendFirst(_ count: Int, of head: [UInt8], _ body: FaultServer.Reply.Body) -> Bool {
        send(Array(head.prefix(count))) && send(body, upTo: Int64(max(0, count - head.count)))
    }

    private func send(_ body: FaultServer.Reply.Body, upTo limit: Int64) -> Bool {
        switch body {
        case .bytes(let bytes):
            return send(limit < Int64(bytes.count) ? Array(bytes.prefix(Int(limit))) : bytes)
        case .repeated(let byte, let count):
            let portion = [UInt8](repeating: byte, count: 1 << 16)
            var left = min(count, limit)
            while left > 0 {
                let size = min(left, Int64(portion.count))
                guard send(size == portion.count ? portion : Array(portion.prefix(Int(size)))) else { return false }
                left -= size
            }
            return true
        }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard stopPipe.waits(for: socket, POLLOUT) else { return false }
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    socket, buffer.baseAddress! + sent, buffer.count - sent,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
            record.sent(count)
        }
        return true
    }

    private func waitForHangUp() {
        var scratch = [UInt8](repeating: 0, count: 4096)
        while stopPipe.waits(for: socket, POLLIN), recv(socket, &scratch, scratch.count, 0) > 0 {}
    }

    private func hungUp(within pause: Duration) -> Bool {
        // POLLRDHUP, which the Glibc module lacks.
        let peerHungUp: Int16 = 0x2000
        var descriptors = [
            pollfd(fd: socket, events: peerHungUp, revents: 0),
            pollfd(fd: stopPipe.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&descriptors, 2, Int32(clamping: pause.inMilliseconds)) != 0
    }
}

extension FaultServer.Reply {
    /// Bytes before the body.
    package var headSize: Int { raw?.count ?? head(closes: closes).count }

    fileprivate func head(closes: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(status < 400 ? "OK" : "No")\r\n"
        for field in headers.fields { text += "\(field.name): \(field.value)\r\n" }
        if headers["content-length"] == nil, headers["transfer-encoding"] == nil, status != 204, status != 304 {
            let size =
                switch body {
                case .bytes(let bytes): Int64(bytes.count)
                case .repeated(_, let count): count
                }
            text += "Content-Length: \(size)\r\n"
        }
        if closes { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }
}
