import FlowCore
import FlowCrypto
import FlowSpec

extension HTTPBody {
    /// Whether some of it is streamed from disk.
    var isInFile: Bool {
        switch self {
        case .none, .bytes: false
        case .file: true
        case .parts(let parts): parts.contains(where: \.isInFile)
        }
    }
}

/// The SHA-256 of a request's body, of files read piece by piece.
enum BodyDigest {
    private static let pieceSize = 1 << 20

    /// - Returns: lower-case hexadecimal.
    static func sha256(_ body: HTTPBody, _ files: any FileSystem) throws(Failure) -> String {
        var digest = try StreamingDigest(.sha256)
        try add(body, to: &digest, files)
        return Hexadecimal.encode(try digest.finish())
    }

    private static func add(
        _ body: HTTPBody, to digest: inout StreamingDigest, _ files: any FileSystem
    ) throws(Failure) {
        switch body {
        case .none: break
        case .bytes(let bytes): try digest.update(bytes)
        case .parts(let parts): for part in parts { try add(part, to: &digest, files) }
        case .file(let path, let start, let length):
            var offset = start
            let end = length.map { start + $0 } ?? .max
            while offset < end {
                let piece: [UInt8]
                do {
                    piece = try files.read(path, from: offset, count: Int(min(Int64(pieceSize), end - offset))).bytes
                } catch {
                    throw Failure(error)
                }
                if piece.isEmpty { break }
                try digest.update(piece)
                offset += Int64(piece.count)
            }
        }
    }
}
