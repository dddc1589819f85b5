import FlowCore
import FlowSpec

/// Takes the header lines and body bytes of one response as they come, within their limits.
struct ResponseReader {
    private enum Target {
        case memory([UInt8], limit: Int)
        case sink(any BodySink)
    }

    /// The body of an answer that is no success is text for a person or a program, not what was asked for: it stays in
    /// memory also where the call wants a file, and never has to be longer.
    static let errorBodyLimit = 4 << 20

    private let exchange: Exchange
    private let maximumHeaderBytes: Int
    private var headerBytes = 0
    /// The lines of the head that have come, but for the status line. They are taken apart by the task that waits for the
    /// answer; the loop's thread looks only at what decides how the body is taken.
    private var head: [UInt8] = []
    private var announcedLength: Int64?
    private var isCoded = false
    private var isInBody = false
    private var target: Target
    private var decoder: ContentDecoder?
    private(set) var status = 0
    private var version = "1.1"
    var isHTTP2: Bool { version == "2" }

    init(_ exchange: Exchange, maximumHeaderBytes: Int) {
        self.exchange = exchange
        self.maximumHeaderBytes = maximumHeaderBytes
        head.reserveCapacity(ResponseReader.usualSize)
        var body: [UInt8] = []
        body.reserveCapacity(ResponseReader.usualSize)
        target = .memory(body, limit: ResponseReader.errorBodyLimit)
    }

    /// Bytes that hold the head of most answers, or the body of a small one. The task makes room for them: what one thread
    /// has allocated and another one frees costs both.
    private static let usualSize = 512

    /// One line with its line break; the empty one ends the header.
    mutating func addHeader(_ line: UnsafeRawBufferPointer) throws(Failure) {
        headerBytes += line.count
        guard headerBytes <= maximumHeaderBytes else {
            throw Failure(
                .protocolError,
                "\(exchange.authority) answered with more than \(maximumHeaderBytes >> 10) KiB of headers",
                hint: "check the address; no service needs that many, and nothing raises this limit",
                code: "headers_too_large")
        }
        // What comes after the body are trailers, which nothing here needs.
        guard !isInBody, let first = line.first else { return }
        if first == 0x0D || first == 0x0A {
            try endHeader()
        } else if first == UInt8(ascii: "H"), line.starts(with: "HTTP/".utf8) {
            startHeader(line)
        } else {
            head.append(contentsOf: line)
            if first | 0x20 == UInt8(ascii: "c") { note(line) }
        }
    }

    private mutating func note(_ line: UnsafeRawBufferPointer) {
        if announcedLength == nil, let value = ResponseReader.value(of: "content-length:", in: line) {
            announcedLength = Int64(String(decoding: value, as: UTF8.self))
        } else if ResponseReader.value(of: "content-encoding:", in: line) != nil {
            isCoded = true
        }
    }

    /// What stands behind a name in lower case, with its colon; nil where the line has another.
    private static func value(of name: StaticString, in line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>?
    {
        let count = name.utf8CodeUnitCount
        guard line.count > count else { return nil }
        for index in 0..<count {
            let byte = line[index]
            let letter = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
            guard letter == name.utf8Start[index] else { return nil }
        }
        return trimmed(line[count...])
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var text = text.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 { text = text.dropLast() }
        return text
    }

    /// A status line; an interim response (100, 103) comes before the one that counts.
    private mutating func startHeader(_ line: UnsafeRawBufferPointer) {
        let afterVersion = line.firstIndex { $0 <= 0x20 } ?? line.endIndex
        version = String(decoding: line[..<afterVersion].dropFirst(5), as: UTF8.self)
        let digits = line[afterVersion...].dropFirst().prefix { $0 > 0x20 }
        status = Int(String(decoding: digits, as: UTF8.self)) ?? 0
        head.removeAll(keepingCapacity: true)
        announcedLength = nil
        isCoded = false
    }

    private static func fields(_ head: [UInt8]) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.fields.reserveCapacity(16)
        head.withUnsafeBytes { bytes in
            for line in bytes.split(separator: 0x0A) {
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
                let name = String(decoding: line[..<colon], as: UTF8.self)
                let value = trimmed(line[(colon + 1)...])
                let text = String(validating: value, as: UTF8.self)
                // Any byte but that which the server wrote would lead elsewhere.
                let address = text == nil && name.lowercased() == "location" ? URLReference.text(value) : nil
                headers.append(name, text ?? address ?? String(decoding: value, as: UTF8.self))
            }
        }
        return headers
    }

    private mutating func endHeader() throws(Failure) {
        guard status >= 200 else { return }
        isInBody = true
        // Who asks for a coding wants it.
        if isCoded, exchange.call.request.headers["accept-encoding"] == nil, exchange.request.method != "HEAD" {
            decoder = try ContentDecoder.of(ResponseReader.fields(head), from: exchange)
        }
        guard (200..<300).contains(status) else { return }
        let announced = announcedLength
        switch exchange.call.destination {
        case .memory(let limit):
            // A HEAD request announces what it doesn't send.
            if let announced, announced > Int64(limit), exchange.request.method != "HEAD" {
                throw tooLong(Int64(limit))
            }
            guard case .memory(var bytes, _) = target else { return }
            target = .memory([], limit: limit)
            if let announced { bytes.reserveCapacity(Int(min(announced, 1 << 20))) }
            target = .memory(bytes, limit: limit)
        case .sink(let sink):
            try sink.begin(status, ResponseReader.fields(head))
            target = .sink(sink)
        case .file: throw Failure(.internal, "a download reached the transport without its file")
        }
    }

    mutating func addBody(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard let decoder else { return try keep(bytes) }
        try decoder.decode(bytes) { piece throws(Failure) in try keep(piece) }
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        switch target {
        case .memory(var held, let limit):
            guard held.count + bytes.count <= limit else { throw tooLong(Int64(limit)) }
            // Empties the case first, so that appending doesn't copy what is there.
            target = .memory([], limit: limit)
            held.append(contentsOf: bytes)
            target = .memory(held, limit: limit)
        case .sink(let sink): try sink.write(bytes)
        }
    }

    /// The whole response.
    ///
    /// - Throws: a `Failure` of kind `network` where its head or its compressed content has no end.
    func finished() throws(Failure) -> HTTPResponse {
        // libcurl takes the end of the connection for that of the answer, also in the middle of the head.
        guard isInBody else {
            throw Failure(.network, "the answer of \(exchange.authority) broke off", hint: "try again later")
        }
        try decoder?.finish(from: exchange.authority)
        let body: HTTPResponse.Body =
            switch target {
            case .memory(let bytes, _): .bytes(bytes)
            case .sink(let sink): .file(sink.reference())
            }
        return HTTPResponse(
            status: status, headers: ResponseReader.fields(head), body: body, version: version,
            url: exchange.request.url)
    }

    /// Lets go of the body.
    mutating func discard() { target = .memory([], limit: 0) }

    private func tooLong(_ limit: Int64) -> Failure {
        Failure(
            .protocolError, "the answer of \(exchange.authority) is longer than \(ByteCount.text(limit))",
            hint: "ask for less, or raise the limit", code: ByteCount.tooLarge)
    }
}

/// A number of bytes as a person reads it.
enum ByteCount {
    /// The code of failures of what is longer than its limit.
    static let tooLarge = "too_large"

    static func text(_ count: Int64) -> String {
        for (unit, size) in [("GiB", Int64(1) << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where count >= size {
            if count % size == 0 { return "\(count / size) \(unit)" }
        }
        return "\(count) bytes"
    }
}
