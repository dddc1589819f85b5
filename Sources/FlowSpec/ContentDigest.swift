package import FlowCore

/// What a file's bytes hash to, as people write it and as servers announce it (RFC 9530).
///
///     ContentDigest("sha256:ba7816bf…")
package struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// The hash functions that RFC 9530 calls active.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256, sha512

        /// Bytes of a digest.
        package var size: Int { self == .sha256 ? 32 : 64 }
        /// The name in header fields.
        var fieldName: String { self == .sha256 ? "sha-256" : "sha-512" }
    }

    package let algorithm: Algorithm
    package let bytes: [UInt8]

    package init(_ algorithm: Algorithm, _ bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// `sha256:` or `sha512:` and the digest in hexadecimal; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()),
            let bytes = Hexadecimal.decode(String(parts[1])), bytes.count == algorithm.size
        else { return nil }
        self.init(algorithm, bytes)
    }

    /// The digest of the whole file that the head of an answer announces: `Repr-Digest`, else `Content-Digest`, which
    /// is the same where the answer is all of it. nil where there is none that can be compared.
    package init?(announcedBy headers: HTTPHeaders) {
        for name in ["Repr-Digest", "Content-Digest"] {
            let members = headers.all(name).flatMap { $0.split(separator: ",") }
            for algorithm in [Algorithm.sha512, .sha256] {
                for member in members {
                    let text = member.filter { $0 != " " && $0 != "\t" }
                    guard text.lowercased().hasPrefix(algorithm.fieldName + "=:"), text.hasSuffix(":"),
                        let bytes = Base64.decode(
                            String(text.dropFirst(algorithm.fieldName.count + 2).dropLast())),
                        bytes.count == algorithm.size
                    else { continue }
                    self.init(algorithm, bytes)
                    return
                }
            }
        }
        return nil
    }

    package var description: String { "\(algorithm.rawValue):\(Hexadecimal.encode(bytes))" }
}
