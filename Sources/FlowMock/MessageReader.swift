import FlowCore
import Glibc

/// Reads HTTP/1.1 requests from a connection (RFC 9112), bodies with a length or in chunks.
final class MessageReader {
    struct Message {
        var method: String
        /// Path and query as they were sent.
        var target: String
        var headers: HTTPHeaders
        /// The first ``MessageReader/keptBody`` bytes.
        var body: [UInt8]
    }

    /// Enough for what is looked into, such as a long list as JSON; the rest of a large body is read and dropped.
    static let keptBody = 32 << 20
    private static let maximumHead = 256 << 10

    private let socket: Int32
    private var buffer: [UInt8] = []
    private var start = 0

    init(socket: Int32) { self.socket = socket }

    /// nil where the client has hung up or sends no HTTP.
    func next() -> Message? {
        guard let line = line(), !line.isEmpty else { return nil }
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else { return nil }
        var headers = HTTPHeaders()
        var size = line.utf8.count
        while let field = self.line() {
            if field.isEmpty { return message(String(parts[0]), String(parts[1]), headers) }
            size += field.utf8.count
            guard size < MessageReader.maximumHead, let colon = field.firstIndex(of: ":") else { return nil }
            let value = field[field.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers[String(field[..<colon])] = String(value)
        }
        return nil
    }

    private func message(_ method: String, _ target: String, _ headers: HTTPHeaders) -> Message? {
        if headers["Expect"]?.lowercased() == "100-continue" {
            let text = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            guard send(socket, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else { return nil }
        }
        var body: [UInt8] = []
        if headers["Transfer-Encoding"]?.lowercased().hasSuffix("chunked") == true {
            guard readChunks(into: &body) else { return nil }
        } else if let text = headers["Content-Length"] {
            guard let length = Int(text), length >= 0, read(length, into: &body) else { return nil }
        }
        return Message(method: method, target: target, headers: headers, body: body)
    }

    private func readChunks(into body: inout [UInt8]) -> Bool {
        while true {
            guard let line = line(), let size = Int(line.prefix { $0 != ";" && $0 != " " }, radix: 16), size >= 0 else {
                return false
            }
            if size == 0 {
                // What trails is of no interest.
                while let line = self.line() { if line.isEmpty { return true } }
                return false
            }
            guard read(size, into: &body), self.line() == "" else { return false }
        }
    }

    // MARK: Bytes

    /// The next line without its end; nil where the connection ends before.
    private func line() -> String? {
        var scanned = start
        while true {
            if let end = buffer[scanned...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                let bytes = buffer[start..<end]
                return String(decoding: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self)
            }
            guard buffer.count - start < MessageReader.maximumHead else { return nil }
            let waiting = buffer.count - start
            guard fill() else { return nil }
            scanned = start + waiting
        }
    }

    private func read(_ count: Int, into body: inout [UInt8]) -> Bool {
        var left = count
        while left > 0 {
            if start == buffer.count, !fill() { return false }
            let taken = min(left, buffer.count - start)
            let kept = min(taken, max(0, MessageReader.keptBody - body.count))
            body += buffer[start..<start + kept]
            start += taken
            left -= taken
        }
        return true
    }

    private func fill() -> Bool {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count > 0 {
                buffer += chunk[..<count]
                return true
            }
            guard count < 0, errno == EINTR else { return false }
        }
    }
}
