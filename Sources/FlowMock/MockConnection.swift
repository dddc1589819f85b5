import FlowConnect
import FlowCore
import FlowSpec
import Glibc

/// One connection of a mock server: requests are read and answered in turn until the client hangs up.
struct MockConnection {
    let socket: Int32
    let state: ServerState

    func serve() {
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let reader = MessageReader(socket: socket)
        while let message = reader.next() {
            guard answer(message) else { break }
        }
        close(socket)
    }

    /// - Returns: whether the connection goes on.
    private func answer(_ message: MessageReader.Message) -> Bool {
        let path = message.target.drop { $0 == "/" }
        let name = String(path.prefix { $0 != "/" && $0 != "?" })
        let rest = path.dropFirst(name.count)
        let target = rest.hasPrefix("/") ? String(rest) : "/" + rest
        let request = MockRequest(
            method: message.method, target: target, headers: message.headers, body: message.body)
        if state.options.latency > .zero {
            let (seconds, attoseconds) = state.options.latency.components
            usleep(UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
        }
        let fault = MockFault.drawn(from: state.options.faults, state.random)
        if fault?.way == .reset {
            return reset()
        }
        var head: MockReplyHead
        var refusal: String?
        if case .status(let status)? = fault?.way {
            head = MockFault.reply(status)
        } else if let app = state.apps[name] {
            let reply = app.answer(request)
            head = MockReplyHead(status: reply.status, headers: reply.headers, body: reply.body)
            if reply.status >= 400 { refusal = (try? JSON.parse(reply.body))?["error"]?.stringValue }
        } else {
            let reply = MockReply.refusal(
                404, "there is no mock of \"\(name)\", only of \(state.apps.keys.sorted().joined(separator: ", "))")
            head = MockReplyHead(status: reply.status, headers: reply.headers, body: reply.body)
        }
        // A real token may be sent to a mock all the same.
        let shown = state.apps[name]?.shown(request) ?? "/"
        state.watch(
            MockServer.Exchange(
                app: name, method: message.method, target: shown, status: head.status, refusal: refusal))
        if fault?.way == .lost { return reset() }
        let isLast = message.headers["Connection"]?.lowercased() == "close"
        return write(head, isHead: message.method == "HEAD", isLast: isLast) && !isLast
    }

    /// Breaks the connection as a crash would: the client gets an error, not an end.
    private func reset() -> Bool {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        return false
    }

    private func write(_ reply: MockReplyHead, isHead: Bool, isLast: Bool) -> Bool {
        var text = "HTTP/1.1 \(HTTPStatusTable.describe(reply.status)) \r\n"
        for field in reply.headers.fields
        where !["content-length", "transfer-encoding", "connection", "content-encoding"]
            .contains(field.name.lowercased())
        {
            text += "\(field.name): \(field.value)\r\n"
        }
        if isLast { text += "Connection: close\r\n" }
        let hasBody = reply.status != 204 && reply.status != 304
        if hasBody { text += "Content-Length: \(reply.body.count)\r\n" }
        let bytes = Array((text + "\r\n").utf8) + (hasBody && !isHead ? reply.body : [])
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
