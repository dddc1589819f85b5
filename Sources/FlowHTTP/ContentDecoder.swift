import CCompression
import FlowCore

/// Undoes the compression of one answer, piece by piece.
///
/// libcurl could do it too, but takes an answer that ends half-way for a whole one.
final class ContentDecoder {
    private let decoder: OpaquePointer
    private let coding: String
    private var isAtEnd = false
    private var hasBegun = false
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    /// What servers are told that they may use: the codings whose libraries are on this machine.
    static let accepted: String = ["gzip", "br", "zstd"].filter { ContentDecoder(coding: $0) != nil }
        .joined(separator: ", ")

    /// nil where nothing is to be undone.
    ///
    /// - Throws: a `Failure` of kind `protocol` where the answer is compressed in a way that can't be undone here.
    static func of(_ headers: HTTPHeaders, from exchange: Exchange) throws(Failure) -> ContentDecoder? {
        guard let coding = headers["content-encoding"]?.lowercased().filter({ $0 != " " }), !coding.isEmpty,
            coding != "identity"
        else { return nil }
        guard let decoder = ContentDecoder(coding: coding) else {
            throw Failure(
                .protocolError, "\(exchange.authority) compressed its answer as \(JSON.quoted(terminalSafe(coding)))",
                hint: "ask for another coding with the header Accept-Encoding, such as identity")
        }
        return decoder
    }

    private init?(coding: String) {
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
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        hasBegun = true
        var input: UnsafePointer<UInt8>? = start.assumingMemoryBound(to: UInt8.self)
        var left = bytes.count
        while left > 0 {
            // zstd may come in several frames.
            guard !isAtEnd || coding == "zstd" else { throw damaged("has something behind its compressed content") }
            var state = FLOW_DECODER_FULL
            while state == FLOW_DECODER_FULL {
                var output: UnsafeMutablePointer<UInt8>? = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var free = room.count
                state = flow_decoder_step(decoder, &input, &left, &output, &free)
                guard state != FLOW_DECODER_DAMAGED else { throw damaged("is damaged") }
                if free < room.count { try take(UnsafeRawBufferPointer(rebasing: room[..<(room.count - free)])) }
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
    }

    private func damaged(_ what: String) -> Failure {
        Failure(
            .protocolError, "the answer, compressed as \(coding), \(what)",
            hint: "ask for it as it is with the header Accept-Encoding: identity", code: "bad_encoding")
    }
}
