import FlowCore
import Glibc

/// Reads the requests of one connection, one after the other.
struct RequestReader {
    private let socket: Int32
    private let stopPipe: StopPipe
    private let connection: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var arrived = [UInt8](repeating: 0, count: 1 << 16)

    init(socket: Int32, stopPipe: StopPipe, connection: Int) {
        self.socket = socket
        self.stopPipe = stopPipe
        self.connection = connection
    }

    /// nil where the connection ended, or sent what is no request.
    mutating func next() -> FaultServer.Request? {
        guard let line = self.line() else { return nil }
        let words = line.split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
        var request = FaultServer.Request(
            method: String(words[0]), target: String(words[1]), headers: HTTPHeaders(), body: [], bodySize: 0,
            connection: connection)
        while let line = self.line() {
            if line.isEmpty { return readBody(of: &request) ? request : nil }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            request.headers.append(String(line[..<colon]), String(value))
        }
        return nil
    }

    private mutating func readBody(of request: inout FaultServer.Request) -> Bool {
        if request.headers["expect"]?.lowercased() == "100-continue" {
            let text = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            guard send(socket, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else { return false }
        }
        if request.headers["transfer-encoding"]?.lowercased() == "chunked" {
            while let line = self.line(), let size = Int64(line, radix: 16) {
                guard size > 0 else { return self.line() != nil }
                guard take(size, into: &request), self.line() != nil else { return false }
            }
            return false
        }
        return take(request.headers["content-length"].flatMap(Int64.init) ?? 0, into: &request)
    }

    private mutating func take(_ count: Int64, into request: inout FaultServer.Request) -> Bool {
        var left = count
        while left > 0 {
            guard start < buffer.count || fill() else { return false }
            let size = Int(min(left, Int64(buffer.count - start)))
            let kept = min(size, FaultServer.keptBodyBytes - request.body.count)
            request.body.append(contentsOf: buffer[start..<start + kept])
            start += size
            left -= Int64(size)
        }
        request.bodySize += count
        return true
    }

    /// The next line without its end.
    private mutating func line() -> String? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                start = end + 1
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            let pending = buffer.count - start
            guard fill() else { return nil }
            searched = start + pending
        }
    }

    /// Puts what has come after what is still unread; false at the end of the connection.
    private mutating func fill() -> Bool {
        buffer.removeSubrange(..<start)
        start = 0
        guard stopPipe.waits(for: socket, POLLIN) else { return false }
        let count = arrived.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        buffer.append(contentsOf: arrived[..<count])
        return true
    }
}
