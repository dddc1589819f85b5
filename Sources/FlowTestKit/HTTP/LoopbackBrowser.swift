import Dispatch
package import FlowCore
import Glibc

/// A browser that does what it is told: one GET at a time to a server of this machine, redirects followed if asked.
package enum LoopbackBrowser {
    package struct Page: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: String
        /// Where the page came from in the end.
        package var url: String
    }

    /// - Parameters:
    ///   - host: what the request calls the server; nil is the address it goes to.
    ///   - method: `GET` unless a test wants to see what becomes of another.
    ///   - form: what is typed into the page and sent, before redirects are followed.
    package static func visit(
        _ url: String, method: String = "GET", form: String? = nil, host: String? = nil, follows: Bool = true
    ) async throws -> Page {
        var url = url
        var form = form
        for _ in 0..<10 {
            let (target, sent) = (url, form)
            let page = try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try load(target, method: method, form: sent, host: host) })
                }
            }
            guard follows, let next = page.headers["location"], (300..<400).contains(page.status) else { return page }
            form = nil
            url = next.hasPrefix("/") ? (Origin(url)?.description ?? "") + next : next
        }
        throw Failure(.protocolError, "a test's browser was redirected too often, at last to \(url)")
    }

    private static func load(_ url: String, method: String, form: String?, host: String?) throws -> Page {
        guard let origin = Origin(url), let start = url.firstRange(of: "://")?.upperBound else {
            throw Failure(.invalid, "a test's browser can't open \(url)")
        }
        let path = url[start...].drop { $0 != "/" }
        let socket = try LoopbackSocket.connected(to: origin.port)
        defer { close(socket) }
        let head = """
            \(form == nil ? method : "POST") \(path.isEmpty ? "/" : path) HTTP/1.1\r
            Host: \(host ?? "\(origin.host):\(origin.port)")\r
            Accept: text/html\r
            Content-Type: application/x-www-form-urlencoded\r
            Content-Length: \(form?.utf8.count ?? 0)\r
            Connection: close\r
            \r\n
            """
        let request = Array((head + (form ?? "")).utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(.network, "a test's browser could not ask \(url)")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = read(socket, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(.protocolError, "\(url) gave a test's browser no answer")
        }
        let fields = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Page(
            status: status, headers: HTTPHeaders(fields), body: parts.count > 1 ? String(parts[1]) : "", url: url)
    }
}
