import FlowCore
import FlowSpec

/// Keeps content in memory, decoded.
final class MemorySink: ContentSink {
    private var decoder: TransferDecoder
    private let limit: Int
    private let what: String
    private var bytes: [UInt8] = []

    /// - Parameter what: the content, as words for a message.
    init(_ encoding: String, limit: Int, what: String) {
        decoder = TransferDecoder(encoding)
        self.limit = limit
        self.what = what
    }

    func take(_ portion: ArraySlice<UInt8>) throws {
        decoder.decode(portion, into: &bytes)
        guard bytes.count <= limit else {
            throw Failure(
                .invalid, "\(what) has more than \(limit) bytes",
                hint: "raise max_text, or save the message to a file with raw_to:")
        }
    }

    /// All of it, after the last portion.
    func finish() -> [UInt8] {
        decoder.finish(into: &bytes)
        return bytes
    }
}

/// Writes content to a file as it comes, decoded. It has a name of its own until it is whole.
final class FileSink: ContentSink {
    private static let pieceSize = 256 << 10

    private var decoder: TransferDecoder
    private let files: any FileSystem
    private let part: String
    private var piece: [UInt8] = []
    private(set) var size: Int64 = 0

    init(_ encoding: String, part: String, in files: any FileSystem) throws {
        decoder = TransferDecoder(encoding)
        self.part = part
        self.files = files
        // Not by writing it over, which would leave a file of yet another name where the process is killed.
        if try files.info(part) != nil { try files.delete(part, recursive: false) }
        try files.append([], to: part)
    }

    func take(_ portion: ArraySlice<UInt8>) throws {
        decoder.decode(portion, into: &piece)
        if piece.count >= Self.pieceSize { try flush() }
    }

    private func flush() throws {
        try files.append(piece, to: part)
        size += Int64(piece.count)
        piece.removeAll(keepingCapacity: true)
    }

    func finish() throws {
        decoder.finish(into: &piece)
        try flush()
    }
}
