import FlowCore
import FlowNodeKit
import FlowSpec

/// A message that is to be put into a folder, with lines that end as in mail.
///
/// Its size has to be told before it is sent, so it is read twice; a file is never in memory as a whole.
struct AppendedMessage {
    private enum Source {
        case bytes([UInt8])
        case file(String, any FileSystem)
    }

    private static let step = 256 << 10

    private let source: Source
    /// Goes before all else where the message has no Message-ID.
    private let addition: [UInt8]
    let id: String
    let size: Int64

    init(_ arguments: Arguments, _ context: NodeContext) throws {
        if let text = arguments.string("message") {
            source = .bytes(Array(text.utf8))
        } else {
            source = .file(arguments.path("file", in: context) ?? "", context.world.files)
        }
        var start: [UInt8] = []
        if case .bytes(let bytes) = source { start = bytes }
        if case .file(let path, let files) = source {
            start = try files.read(path, from: 0, count: MessageHeader.limit).bytes
        }
        let header = MessageHeader(start)
        guard !header.fields.isEmpty else {
            throw Failure(
                .invalid, "what is to be put into the folder is no message: it begins with no header",
                hint: "begin it with fields such as From: and Subject:, then an empty line", nothingSent: true)
        }
        // The same for each attempt of the step.
        let own = "<\(context.idempotencyKey).flowctl@localhost>"
        let given = header.text("message-id").flatMap { $0.isEmpty ? nil : $0 }
        id = given ?? own
        addition = given == nil ? Array("Message-ID: \(own)\r\n".utf8) : []
        var size = Int64(0)
        try AppendedMessage.forEachPortion(addition, source) { size += Int64($0.count) }
        self.size = size
    }

    /// Gives all of it to `body`.
    func forEachPortion(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        try AppendedMessage.forEachPortion(addition, source, body)
    }

    private static func forEachPortion(
        _ addition: [UInt8], _ source: Source, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        if !addition.isEmpty { try body(addition[...]) }
        var last: UInt8 = 0
        switch source {
        case .bytes(let bytes): try body(withMailLines(bytes[...], after: &last)[...])
        case .file(let path, let files):
            var offset: Int64 = 0
            while true {
                let piece = try files.read(path, from: offset, count: step).bytes
                if piece.isEmpty { break }
                try body(withMailLines(piece[...], after: &last)[...])
                offset += Int64(piece.count)
            }
        }
    }

    /// - Parameter last: the byte before them, then the last of them.
    private static func withMailLines(_ bytes: ArraySlice<UInt8>, after last: inout UInt8) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count + bytes.count / 32)
        for byte in bytes {
            if byte == .lineFeed, last != .carriageReturn { lines.append(.carriageReturn) }
            lines.append(byte)
            last = byte
        }
        return lines
    }
}
