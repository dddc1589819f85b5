import FlowCore
import Glibc
import Synchronization

/// A proxy on a loopback port that opens tunnels (`CONNECT`, RFC 9110, 9.3.6) to other loopback ports.
///
///     let proxy = try TunnelProxy(password: "user:pencil")
///     … a request through "http://user:pencil@\(proxy.authority)" …
///     #expect(proxy.tunnels == ["127.0.0.1:\(server.port)"])
///
/// It stops when it is released: a test must use it after its last request.
package final class TunnelProxy: Sendable {
    package let port: Int
    private let stopPipe: StopPipe
    private let record = Record()

    private final class Record: Sendable {
        let targets = Mutex<[String]>([])
    }

    /// - Parameters:
    ///   - password: the user name and password it wants, with a colon between them; nil wants none.
    ///   - refusal: the status it answers every request with.
    package init(password: String? = nil, refusal: Int? = nil) throws {
        let (listener, port) = try LoopbackSocket.bound(listening: true)
        self.port = port
        stopPipe = try StopPipe()
        let wanted = password.map { "Basic " + Base64.encode(Array($0.utf8)) }
        try OwnThread.start { [stopPipe, record] in
            defer { close(listener) }
            while stopPipe.waits(for: listener, POLLIN) {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { continue }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                try? OwnThread.start {
                    defer { close(client) }
                    var reader = RequestReader(socket: client, stopPipe: stopPipe, connection: 0)
                    guard let request = reader.next() else { return }
                    let isKnown = wanted == nil || request.headers["proxy-authorization"] == wanted
                    if let status = refusal ?? (isKnown ? nil : 407) {
                        TunnelProxy.send(
                            Array("HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n".utf8)[...], to: client)
                        return
                    }
                    record.targets.withLock { $0.append(request.target) }
                    TunnelProxy.tunnel(client, to: request.target, until: stopPipe)
                }
            }
        }
    }

    deinit { stopPipe.fire() }

    /// `127.0.0.1:PORT`
    package var authority: String { "127.0.0.1:\(port)" }
    package var url: String { "http://\(authority)" }
    /// Where tunnels were opened to, as `host:port`.
    package var tunnels: [String] { record.targets.withLock { $0 } }

    private static func tunnel(_ client: Int32, to target: String, until stopPipe: StopPipe) {
        guard let port = target.split(separator: ":").last.flatMap({ UInt16($0) }) else { return }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(server) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return }
        send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)[...], to: client)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var ends = [client, server, stopPipe.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ends, 3, -1) >= 0 || errno == EINTR, ends[2].revents == 0 else { return }
            for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
                let count = recv(ends[from].fd, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                send(buffer[..<count], to: ends[to].fd)
            }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
