import FlowCore
import Glibc

/// What a request says at its head: all that a callback is judged by.
struct CallbackRequest {
    var method: String
    var target: String
    var host: String?

    /// nil for what is no HTTP request.
    init?(_ head: [UInt8]) {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let words = lines.first?.split(separator: " "), words.count == 3, words[2].hasPrefix("HTTP/1.") else {
            return nil
        }
        method = String(words[0])
        target = String(words[1])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "host" else { continue }
            // Two could say two things to two readers.
            guard host == nil else { return nil }
            host = parts[1].split(separator: " ").joined().lowercased()
        }
    }
}

/// One connection of a browser, read without waiting.
final class CallbackConnection {
    enum Progress {
        case more
        case whole(CallbackRequest)
        case ended
    }

    let socket: Int32
    private var head: [UInt8] = []
    private static let limit = 16 << 10

    /// Takes a connection that waits at `listener`; nil where it has gone already.
    init?(acceptedFrom listener: Int32) {
        socket = accept(listener, nil, nil)
        guard socket >= 0 else { return nil }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    }

    func read() -> Progress {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(socket, &chunk, chunk.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? .more : .ended }
        head += chunk[..<count]
        let isWhole = String(decoding: head, as: UTF8.self).contains("\r\n\r\n")
        if isWhole, let request = CallbackRequest(head) { return .whole(request) }
        return isWhole || count == 0 || head.count > CallbackConnection.limit ? .ended : .more
    }

    /// A page fits the buffer of any socket, so that it is written at once or not at all.
    func write(_ page: CallbackPage) {
        let bytes = page.bytes
        _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(socket, Int32(SHUT_WR))
    }

    func close() { _ = Glibc.close(socket) }
}

/// What the browser shows: fixed texts, so that nothing of a request comes back in one.
struct CallbackPage {
    private var status: String
    private var title: String
    private var text: String

    static let accepted = CallbackPage(
        status: "200 OK", title: "Back to the terminal",
        text: "flowctl has the answer of the provider and goes on in the terminal. You may close this page.")
    static let refused = CallbackPage(
        status: "200 OK", title: "Not logged in",
        text: "The provider did not allow the login; the terminal says why. You may close this page.")
    static let foreign = CallbackPage(
        status: "400 Bad Request", title: "Not an answer to this login",
        text: "This address does not belong to the login that flowctl waits for. Go on in the page that it opened.")
    static let wrongHost = CallbackPage(
        status: "400 Bad Request", title: "Wrong host", text: "This address is for another host.")
    static let notFound = CallbackPage(
        status: "404 Not Found", title: "Not found", text: "There is nothing here.")
    static let wrongMethod = CallbackPage(
        status: "405 Method Not Allowed", title: "Method not allowed", text: "Only GET is answered here.")

    var bytes: [UInt8] {
        let body = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>\(title)</title>\
            <body style="font-family: sans-serif; margin: 4em"><h1>\(title)</h1><p>\(text)</p></body></html>

            """
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: text/html; charset=utf-8", "Content-Length: \(body.utf8.count)",
            "Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff",
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'", "Connection: close",
        ]
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}
