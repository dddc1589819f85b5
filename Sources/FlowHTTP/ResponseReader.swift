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
    /// More than that would have every look at a field take long.
    private static let maximumFields = 1000
    private var fieldCount = 0
    /// The lines of the head that have come, but for the status line. They are taken apart by the task that waits for the
    /// answer; the loop's thread looks only at what decides how the body is taken.
    private var head: [UInt8] = []
    private var announcedLength: Int64?
    private var hasSeveralLengths = false
    private var hasUnreadableLength = false
    /// Whether a field that says where the body ends has a space before its colon, so that libcurl passes it over.
    private var hasMalformedLength = false
    /// Whether the body has a transfer coding, so that lengths mean nothing (RFC 9112, 6.3).
    private var isTransferCoded = false
    /// Whether that coding tells where the body ends.
    private var isChunked = false
    /// Whether "identity" is named, which is no coding and has been in no HTTP since RFC 7230. libcurl takes it for one,
    /// passes the length over, and reads until the connection ends.
    private var isIdentity = false
    /// How many bytes of the body are still to come where libcurl passes the length over.
    private var left: Int64?
    private var isCoded = false
    private var isInBody = false
    private var target: Target
    private var decoder: ContentDecoder?
    /// Whether the rest of an answer that is no success was left, as it is over its limit.
    private var isCut = false
    /// Whether the rest of what libcurl would read is not wanted.
    var hasEnough: Bool { isCut || left == 0 }
    /// Whether a file comes that ends where its connection does.
    private(set) var isToEndInOrder = false
    private(set) var status = 0
    private var isSuccess: Bool { (200..<300).contains(status) }
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
        } else if first == 0x20 || first == 0x09 {
            // The value of the field before goes on (RFC 9112, 5.2).
            guard !head.isEmpty else { return }
            while let last = head.last, last == 0x0A || last == 0x0D { head.removeLast() }
            head.append(0x20)
            head.append(contentsOf: ResponseReader.trimmed(line[...]))
            head.append(0x0A)
        } else {
            try countField()
            head.append(contentsOf: line)
            if first | 0x20 == UInt8(ascii: "c") || first | 0x20 == UInt8(ascii: "t") { note(line) }
        }
    }

    private mutating func countField() throws(Failure) {
        fieldCount += 1
        guard fieldCount <= ResponseReader.maximumFields else {
            throw Failure(
                .protocolError,
                "\(exchange.authority) answered with more than \(ResponseReader.maximumFields) header fields",
                hint: "check the address; no service needs that many, and nothing raises this limit",
                code: "headers_too_large")
        }
    }

    private mutating func note(_ line: UnsafeRawBufferPointer) {
        if let value = ResponseReader.value(of: "content-length:", in: line) {
            let text = String(decoding: value, as: UTF8.self)
            if let length = Int64(text) {
                noteLength(length)
            } else {
                for length in ResponseReader.lengths(text) { noteLength(length) }
            }
        } else if let value = ResponseReader.value(of: "transfer-encoding:", in: line) {
            noteTransferCoding(String(decoding: value, as: UTF8.self).lowercased())
        } else if ResponseReader.value(of: "content-encoding:", in: line) != nil {
            isCoded = true
        } else if ResponseReader.hasSpaceBeforeColon("content-length", line)
            || ResponseReader.hasSpaceBeforeColon("transfer-encoding", line)
        {
            hasMalformedLength = true
        }
    }

    private mutating func noteTransferCoding(_ coding: String) {
        guard coding != "identity" else { return isIdentity = true }
        isTransferCoded = true
        isChunked = isChunked || coding.hasSuffix("chunked")
    }

    private mutating func noteLength(_ length: Int64?) {
        hasSeveralLengths = hasSeveralLengths || announcedLength != nil && announcedLength != length
        hasUnreadableLength = hasUnreadableLength || length.map { $0 < 0 } ?? true
        announcedLength = length
    }

    /// Several lengths in one line, which is one where they are the same (RFC 9112, 6.3); nil for what is none.
    private static func lengths(_ text: String) -> [Int64?] {
        text.split(separator: ",").map { Int64($0.filter { $0 != " " && $0 != "\t" }) }
    }

    /// What stands behind a name in lower case, with its colon; nil where the line has another.
    private static func value(of name: StaticString, in line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>?
    {
        rest(of: line, after: name).map(trimmed)
    }

    private static func hasSpaceBeforeColon(_ name: StaticString, _ line: UnsafeRawBufferPointer) -> Bool {
        guard let rest = rest(of: line, after: name) else { return false }
        let afterSpace = rest.drop { $0 == 0x20 || $0 == 0x09 }
        return afterSpace.count < rest.count && afterSpace.first == UInt8(ascii: ":")
    }

    private static func rest(
        of line: UnsafeRawBufferPointer, after name: StaticString
    ) -> Slice<UnsafeRawBufferPointer>? {
        let count = name.utf8CodeUnitCount
        guard line.count > count else { return nil }
        for index in 0..<count {
            let byte = line[index]
            let letter = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
            guard letter == name.utf8Start[index] else { return nil }
        }
        return line[count...]
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var text = text.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 || last == 0x09 {
            text = text.dropLast()
        }
        return text
    }

    /// A status line; an interim response (100, 103) comes before the one that counts.
    private mutating func startHeader(_ line: UnsafeRawBufferPointer) {
        let afterVersion = line.firstIndex { $0 <= 0x20 } ?? line.endIndex
        version = String(decoding: line[..<afterVersion].dropFirst(5), as: UTF8.self)
        let digits = line[afterVersion...].dropFirst().prefix { $0 > 0x20 }
        status = Int(String(decoding: digits, as: UTF8.self)) ?? 0
        head.removeAll(keepingCapacity: true)
        fieldCount = 0
        announcedLength = nil
        hasSeveralLengths = false
        hasUnreadableLength = false
        hasMalformedLength = false
        isTransferCoded = false
        isChunked = false
        isIdentity = false
        isCoded = false
    }

    private static func fields(_ head: [UInt8]) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.fields.reserveCapacity(16)
        head.withUnsafeBytes { bytes in
            // Not split: that is an array of slices, grown four times.
            var rest = bytes[...]
            while !rest.isEmpty {
                let line = rest.prefix { $0 != 0x0A }
                rest = rest[line.endIndex...].dropFirst()
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
                let name = String(decoding: trimmed(line[..<colon]), as: UTF8.self)
                let value = trimmed(line[(colon + 1)...])
                // Any byte but that which the server wrote would lead elsewhere.
                let isAddress =
                    name.utf8.count == 8 && name.lowercased() == "location"
                    && String(validating: value, as: UTF8.self) == nil
                headers.append(name, isAddress ? URLReference.text(value) : text(value))
            }
        }
        return headers
    }

    /// A value; a line break in it, which could only be half of one, is a space (RFC 9110, 5.5).
    private static func text(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        let text = String(decoding: value, as: UTF8.self)
        return value.contains(0x0D) ? String(text.map { $0 == "\r" ? " " : $0 }) : text
    }

    private mutating func endHeader() throws(Failure) {
        guard status >= 200 else { return }
        isInBody = true
        // Where the body ends is anybody's guess (RFC 9112, 6.3).
        guard !hasSeveralLengths || isTransferCoded || exchange.request.method == "HEAD" else {
            throw Failure(
                .protocolError, "\(exchange.authority) announced several lengths of one answer",
                hint: "tell who runs the service, or the proxy before it", code: "several_lengths")
        }
        guard !hasUnreadableLength || isTransferCoded else {
            throw Failure(
                .protocolError, "\(exchange.authority) announced a length of its answer that is no number of bytes",
                hint: "tell who runs the service, or the proxy before it", code: "unreadable_length")
        }
        guard !hasMalformedLength else {
            throw Failure(
                .protocolError,
                "\(exchange.authority) put a space before the colon of a header that tells where its answer ends",
                hint: "tell who runs the service, or the proxy before it", code: "malformed_length")
        }
        if isIdentity, !isTransferCoded, hasBody { left = announcedLength }
        guard isSuccess else { return }
        let announced = isTransferCoded ? nil : announcedLength
        switch exchange.call.destination {
        // There is no file in an answer without content.
        case .sink where status == 204 || status == 205: break
        case .memory(let limit):
            if status == 206 { try requireAskedPart() }
            // A HEAD request announces what it doesn't send.
            if let announced, announced > Int64(limit), exchange.request.method != "HEAD" {
                throw tooLong(Int64(limit))
            }
            guard case .memory(var bytes, _) = target else { return }
            target = .memory([], limit: limit)
            if let announced { bytes.reserveCapacity(Int(max(0, min(announced, 1 << 20)))) }
            target = .memory(bytes, limit: limit)
        case .sink(let sink):
            isToEndInOrder = !isHTTP2 && !isChunked && (isTransferCoded || announcedLength == nil)
            try sink.begin(status, ResponseReader.fields(head))
            target = .sink(sink)
        case .file: throw Failure(.internal, "a download reached the transport without its file")
        }
    }

    /// Whether content may come (RFC 9112, 6.3).
    private var hasBody: Bool { exchange.request.method != "HEAD" && status != 204 && status != 304 }

    /// A part that nobody asked for would be taken for the whole.
    private func requireAskedPart() throws(Failure) {
        guard exchange.request.headers["range"] == nil, ContentRange(ResponseReader.fields(head))?.isWhole != true
        else { return }
        throw Failure(
            .protocolError, "\(exchange.authority) answered with a part of what was asked for",
            hint: "tell who runs the service: nobody asked it for a part", code: "unasked_part")
    }

    mutating func addBody(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var bytes = bytes
        if let left {
            // What is behind the end is no part of it.
            bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(clamping: left)))
            self.left = left - Int64(bytes.count)
        }
        // Of an answer without content a coding means nothing.
        if isCoded, decoder == nil, isSuccess, isToDecode, !bytes.isEmpty {
            do throws(Failure) {
                decoder = try ContentDecoder.of(ResponseReader.fields(head), from: exchange)
            } catch {
                throw undecodable(error)
            }
            isCoded = decoder != nil
        }
        guard let decoder else { return try keep(bytes) }
        do throws(Failure) {
            try decoder.decode(bytes) { piece throws(Failure) in try keep(piece) }
        } catch {
            throw undecodable(error)
        }
    }

    /// Whether codings are undone here: who asks for one wants it, and a file is kept as it is stored.
    private var isToDecode: Bool {
        if isSuccess, case .sink = exchange.call.destination { return false }
        return exchange.call.request.headers["accept-encoding"] == nil
    }

    /// A write that was taken is told from one that wasn't by the status.
    private func undecodable(_ failure: Failure) -> Failure {
        guard exchange.isUnrepeatable else { return failure }
        var failure = failure
        failure.message = "\(exchange.authority) answered \(HTTPStatusTable.describe(status)), but \(failure.message)"
        return failure
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        switch target {
        case .memory(var held, var limit):
            var bytes = bytes
            if bytes.count > limit - held.count, !isSuccess {
                if isWanted {
                    limit = max(limit, wantedLimit)
                } else {
                    isCut = true
                    bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(limit - held.count)])
                }
            }
            guard bytes.count <= limit - held.count else { throw tooLong(Int64(limit)) }
            // Empties the case first, so that appending doesn't copy what is there.
            target = .memory([], limit: limit)
            held.append(contentsOf: bytes)
            target = .memory(held, limit: limit)
        case .sink(let sink): try sink.write(bytes)
        }
    }

    /// Whether the caller takes a status for a success that usually is none: then the body is what it asked for.
    private var isWanted: Bool {
        guard !isSuccess, let classify = exchange.call.classify else { return false }
        return classify(response(.bytes([]))) == nil
    }

    private var wantedLimit: Int {
        if case .memory(let limit) = exchange.call.destination { limit } else { ResponseReader.errorBodyLimit }
    }

    /// The body of an answer that is no success: as it came where it isn't compressed as it says, since the status counts.
    private func undone(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        guard isCoded, isToDecode, !bytes.isEmpty else { return bytes }
        let limit = isWanted ? max(ResponseReader.errorBodyLimit, wantedLimit) : ResponseReader.errorBodyLimit
        var plain: [UInt8] = []
        do throws(Failure) {
            guard let decoder = try ContentDecoder.of(ResponseReader.fields(head), from: exchange) else { return bytes }
            try bytes.withUnsafeBufferPointer { bytes throws(Failure) in
                try decoder.decode(UnsafeRawBufferPointer(bytes)) { piece throws(Failure) in
                    let room = limit - plain.count
                    plain.append(contentsOf: piece.prefix(room))
                    guard piece.count <= room else { throw tooLong(Int64(limit)) }
                }
            }
            if !isCut { try decoder.finish(from: exchange.authority) }
            return plain
        } catch {
            // Text was never compressed.
            guard !isWanted || String(validating: bytes, as: UTF8.self) != nil else { throw error }
            return plain.count < limit ? bytes : plain
        }
    }

    /// The whole response.
    ///
    /// - Throws: a `Failure` of kind `network` where its head, its body or its compressed content has no end.
    func finished() throws(Failure) -> HTTPResponse {
        // libcurl takes the end of the connection for that of the answer, also in the middle of the head, or of a body
        // whose length it has passed over.
        guard isInBody, left ?? 0 == 0 || isCut else {
            throw Failure(.network, "the answer of \(exchange.authority) broke off", hint: "try again later")
        }
        try decoder?.finish(from: exchange.authority)
        switch target {
        case .memory(let bytes, _): return response(.bytes(isSuccess ? bytes : try undone(bytes)))
        case .sink(let sink):
            try sink.end()
            return response(.file(sink.reference()))
        }
    }

    private func response(_ body: HTTPResponse.Body) -> HTTPResponse {
        HTTPResponse(
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
