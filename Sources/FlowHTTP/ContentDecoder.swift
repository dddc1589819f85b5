import CCompression
import FlowCore
import FlowSpec

/// Undoes the compression of one answer, piece by piece.
///
/// libcurl could do it too, but takes an answer that ends half-way for a whole one.
final class ContentDecoder {
    private var decoder: OpaquePointer
    private let coding: String
    /// What undoes the coding that was applied before this one.
    private let inner: ContentDecoder?
    private var isAtEnd = false
    /// The beginning of what is called deflate, as long as it doesn't tell which of two things that is; else nil.
    private var beginning: [UInt8]?
    private var hasBegun = false
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    /// What servers are told that they may use: the codings whose libraries are on this machine.
    static let accepted: String = ["gzip", "br", "zstd"].filter { ContentDecoder(coding: $0) != nil }
        .joined(separator: ", ")

    /// nil where nothing is to be undone.
    ///
    /// - Throws: a `Failure` of kind `protocol` where the answer is compressed in a way that can't be undone here.
    static func of(_ headers: HTTPHeaders, from exchange: Exchange) throws(Failure) -> ContentDecoder? {
        let codings = headers.contentCodings
        var decoder: ContentDecoder?
        for (index, coding) in codings.enumerated() {
            guard index < ContentDecoder.most, let outer = ContentDecoder(coding: coding, inner: decoder) else {
                let all = JSON.quoted(terminalSafe(codings.joined(separator: ", ")))
                throw Failure(
                    .protocolError, "\(exchange.authority) compressed its answer as \(all)",
                    hint: "ask for another coding with the header Accept-Encoding, such as identity")
            }
            decoder = outer
        }
        return decoder
    }

    /// More than any server has a reason for.
    private static let most = 4

    private init?(coding: String, inner: ContentDecoder? = nil) {
        let made: OpaquePointer? =
            switch coding {
            case "gzip", "x-gzip", "deflate": flow_decoder_new(FLOW_GZIP)
            case "br": flow_decoder_new(FLOW_BROTLI)
            case "zstd": flow_decoder_new(FLOW_ZSTD)
            default: nil
            }
        guard let made else {
            room.deallocate()
            return nil
        }
        decoder = made
        self.coding = coding
        self.inner = inner
        beginning = coding == "deflate" ? [] : nil
    }

    deinit {
        flow_decoder_free(decoder)
        room.deallocate()
    }

    /// - Parameter take: gets what the bytes are worth, in pieces of at most 64 KiB, so that few bytes that are worth
    ///   many reach the limits of whoever takes them.
    func decode(
        _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard !bytes.isEmpty else { return }
        hasBegun = true
        guard let held = beginning else { return try undo(bytes, take) }
        let first = held + bytes
        beginning = first
        guard first.count > 1 else { return }
        beginning = nil
        // Some servers leave out the head that deflate has by RFC 9110, 8.4.1.2.
        if !ContentDecoder.hasHead(first[0], first[1]) { try begin(FLOW_BARE_DEFLATE) }
        try first.withUnsafeBufferPointer { first throws(Failure) in
            try undo(UnsafeRawBufferPointer(first), take)
        }
    }

    /// Whether deflated content that begins so has the head of zlib (RFC 1950, 2.2) or gzip.
    private static func hasHead(_ first: UInt8, _ second: UInt8) -> Bool {
        (first & 0x0F == 8 && (Int(first) << 8 | Int(second)) % 31 == 0) || (first == 0x1F && second == 0x8B)
    }

    /// Starts afresh.
    private func begin(_ compression: flow_compression) throws(Failure) {
        guard let made = flow_decoder_new(compression) else { throw damaged("can't be read for want of memory") }
        flow_decoder_free(decoder)
        decoder = made
    }

    private func undo(
        _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard let start = bytes.baseAddress else { return }
        var input: UnsafePointer<UInt8>? = start.assumingMemoryBound(to: UInt8.self)
        var left = bytes.count
        while left > 0 {
            if isAtEnd {
                // gzip may come in several members (RFC 1952, 2.2), and zstd in several frames.
                let isGzip = coding.hasSuffix("gzip") && input?.pointee == 0x1F
                guard isGzip || coding == "zstd" else { throw damaged("has something behind its compressed content") }
                if isGzip { try begin(FLOW_GZIP) }
            }
            var state = FLOW_DECODER_FULL
            while state == FLOW_DECODER_FULL {
                var output: UnsafeMutablePointer<UInt8>? = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var free = room.count
                state = flow_decoder_step(decoder, &input, &left, &output, &free)
                guard state != FLOW_DECODER_DAMAGED else { throw damaged("is damaged") }
                guard free < room.count else { continue }
                let piece = UnsafeRawBufferPointer(rebasing: room[..<(room.count - free)])
                if let inner { try inner.decode(piece, take) } else { try take(piece) }
            }
            isAtEnd = state == FLOW_DECODER_END
        }
    }

    /// - Throws: a `Failure` of kind `network` where the content has begun and not ended.
    func finish(from authority: String) throws(Failure) {
        guard isAtEnd || !hasBegun else {
            throw Failure(
                .network, "the answer of \(authority) broke off: its compressed content has no end",
                hint: "try again later")
        }
        try inner?.finish(from: authority)
    }

    private func damaged(_ what: String) -> Failure {
        Failure(
            .protocolError, "the answer, compressed as \(coding), \(what)",
            hint: "ask for it as it is with the header Accept-Encoding: identity", code: "bad_encoding")
    }
}
