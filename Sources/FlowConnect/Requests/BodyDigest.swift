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

/// Digests of a request's body, of files read piece by piece.
enum BodyDigest {
    private static let pieceSize = 1 << 20

    /// - Returns: lower-case hexadecimal.
    static func sha256(_ body: HTTPBody, _ files: any FileSystem) throws(Failure) -> String {
        Hexadecimal.encode(try digest(.sha256, body, files))
    }

    /// - Returns: base64, as `Content-MD5` has it (RFC 1864); nil where there is no body.
    static func md5(_ body: HTTPBody, _ files: any FileSystem) throws(Failure) -> String? {
        if case .none = body { return nil }
        return Base64.encode(try digest(.md5, body, files))
    }

    private static func digest(
        _ function: HashFunction, _ body: HTTPBody, _ files: any FileSystem
    ) throws(Failure) -> [UInt8] {
        var digest = try StreamingDigest(function)
        try add(body, to: &digest, files)
        return try digest.finish()
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
