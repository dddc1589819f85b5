import COpenSSL
package import FlowCore

/// A hash function. MD5 and SHA-1 are for protocols and checksums that ask for them, never for security of our own.
package enum HashFunction: String, Sendable, Hashable, CaseIterable {
    case md5, sha1, sha256, sha384, sha512

    /// Bytes of a digest.
    package var digestSize: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var algorithm: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}

/// Digests of bytes that are in memory.
///
///     Hexadecimal.encode(try Digest.sha256(Array("abc".utf8)))
package enum Digest {
    /// - Throws: `internal` where OpenSSL is set up to refuse the function, as some machines do with MD5.
    package static func compute(_ function: HashFunction, _ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: function.digestSize)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, function.algorithm, nil) == 1 else {
            throw Failure.crypto("the hash function \(function.rawValue)")
        }
        return digest
    }

    package static func md5(_ bytes: [UInt8]) throws(Failure) -> [UInt8] { try compute(.md5, bytes) }
    package static func sha1(_ bytes: [UInt8]) throws(Failure) -> [UInt8] { try compute(.sha1, bytes) }
    package static func sha256(_ bytes: [UInt8]) throws(Failure) -> [UInt8] { try compute(.sha256, bytes) }
    package static func sha512(_ bytes: [UInt8]) throws(Failure) -> [UInt8] { try compute(.sha512, bytes) }
}

/// A digest of bytes that come in pieces, such as a file's. Used from one thread at a time.
package struct StreamingDigest: ~Copyable {
    private let function: HashFunction
    private let context: OpaquePointer

    package init(_ function: HashFunction) throws(Failure) {
        guard let context = EVP_MD_CTX_new() else { throw Failure.crypto("a digest") }
        guard EVP_DigestInit_ex(context, function.algorithm, nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw Failure.crypto("the hash function \(function.rawValue)")
        }
        self.function = function
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: [UInt8]) throws(Failure) {
        guard EVP_DigestUpdate(context, bytes, bytes.count) == 1 else { throw Failure.crypto("a digest") }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw Failure.crypto("a digest") }
    }

    package consuming func finish() throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: function.digestSize)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw Failure.crypto("a digest") }
        return digest
    }
}

extension Failure {
    /// OpenSSL refuses what it can do everywhere but on machines that are set up otherwise, or has no memory.
    static func crypto(_ what: String) -> Failure {
        let code = ERR_get_error()
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Failure(.internal, "OpenSSL does not provide \(what)", underlying: code == 0 ? nil : reason)
    }
}
