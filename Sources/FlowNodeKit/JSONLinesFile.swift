package import FlowCore
import FlowSpec

/// A file of JSON lines that is written while its values come, and is there only when it is whole.
package struct JSONLinesFile {
    private static let pieceSize = 256 << 10

    private let output: OutputFile

    package init(_ output: OutputFile) { self.output = output }

    /// - Parameter produce: calls what it is given once for each value.
    package func write(_ produce: (_ each: (Value) throws -> Void) throws -> Void) throws -> Value {
        let files = output.files
        let part = output.path + ".part"
        try output.createFolder()
        try files.write([], to: part, mode: OutputFile.mode)
        do {
            var piece: [UInt8] = []
            var size: Int64 = 0
            try produce { value in
                piece += JSON.bytes(value)
                piece.append(UInt8(ascii: "\n"))
                if piece.count >= Self.pieceSize {
                    try files.append(piece, to: part)
                    size += Int64(piece.count)
                    piece.removeAll(keepingCapacity: true)
                }
            }
            try files.append(piece, to: part)
            try files.move(part, to: output.path)
            return .file(
                FileReference(
                    path: output.path, size: size + Int64(piece.count), mediaType: "application/jsonl"))
        } catch {
            try? files.delete(part, recursive: false)
            throw error
        }
    }

    /// What one line of such a file holds; nil where it is blank.
    ///
    /// - Parameter number: of the line, for the message.
    package static func value(of line: ArraySlice<UInt8>, number: Int) throws(Failure) -> Value? {
        let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == 0x0D || $0 == 0x09 }
        if isBlank { return nil }
        do {
            return try JSON.parse(Array(line), line: number)
        } catch {
            throw Failure(.invalid, "a line of the JSON Lines can't be read: \(error.message)")
        }
    }
}
