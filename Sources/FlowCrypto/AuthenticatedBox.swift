import COpenSSL
package import FlowCore

/// AES-256-GCM: bytes that can neither be read nor changed without the key (NIST SP 800-38D).
///
/// A sealed box is a random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. One key is good for 2^32 boxes.
package enum AuthenticatedBox {
    package static let keySize = 32
    /// How much longer a sealed box is than what is in it.
    package static let overhead = nonceSize + tagSize
    private static let nonceSize = 12
    private static let tagSize = 16

    /// - Parameter context: what the box belongs to; it is not in the box, but opening needs the same.
    package static func seal(
        _ plain: [UInt8], key: SecretBytes, context: [UInt8], nonce: [UInt8] = Random.bytes(12)
    ) throws(Failure) -> [UInt8] {
        let cipher = try Cipher(key: key, nonce: nonce, sealing: true)
        var box = nonce + [UInt8](repeating: 0, count: plain.count + tagSize)
        let isDone = box.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            let text = start + nonceSize
            return cipher.absorb(context) && cipher.update(plain, into: text)
                && cipher.finish(into: text) && cipher.readTag(into: text + plain.count, size: tagSize)
        }
        guard isDone else { throw Failure.crypto("AES-256-GCM") }
        return box
    }

    /// - Throws: `invalid` with the code `not_authentic` where key, context or box is not that of the sealing.
    package static func open(_ box: [UInt8], key: SecretBytes, context: [UInt8]) throws(Failure) -> [UInt8] {
        guard box.count >= overhead else { throw notAuthentic }
        let cipher = try Cipher(key: key, nonce: Array(box.prefix(nonceSize)), sealing: false)
        let tag = Array(box.suffix(tagSize))
        let sealed = box[nonceSize..<box.count - tagSize]
        var plain = [UInt8](repeating: 0, count: sealed.count)
        let isAuthentic = plain.withUnsafeMutableBytes { bytes in
            // An empty array has an address nowhere; OpenSSL only needs one that is not null.
            var none: UInt8 = 0
            return withUnsafeMutablePointer(to: &none) { spare in
                let text = bytes.baseAddress ?? UnsafeMutableRawPointer(spare)
                return cipher.absorb(context) && cipher.update(sealed, into: text) && cipher.expectTag(tag)
                    && cipher.finish(into: text)
            }
        }
        guard isAuthentic else {
            wipe(&plain)
            ERR_clear_error()
            throw notAuthentic
        }
        return plain
    }

    private static var notAuthentic: Failure {
        Failure(.invalid, "the sealed data was changed, or the key is another one", code: "not_authentic")
    }
}

/// One use of AES-256-GCM.
private struct Cipher: ~Copyable {
    private let context: OpaquePointer
    private let sealing: Bool

    /// Fetched once, on first use: OpenSSL looks it up anew for each use otherwise, which costs more than the sealing.
    nonisolated(unsafe) private static let algorithm = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    init(key: SecretBytes, nonce: [UInt8], sealing: Bool) throws(Failure) {
        guard key.count == AuthenticatedBox.keySize, nonce.count == 12 else {
            throw Failure(.internal, "AES-256-GCM needs a key of 32 and a nonce of 12 bytes")
        }
        guard let context = EVP_CIPHER_CTX_new() else { throw Failure.crypto("AES-256-GCM") }
        let code = key.withBytes { bytes in
            EVP_CipherInit_ex(
                context, Cipher.algorithm, nil, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, nonce,
                sealing ? 1 : 0)
        }
        guard code == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw Failure.crypto("AES-256-GCM")
        }
        self.context = context
        self.sealing = sealing
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    func absorb(_ bytes: [UInt8]) -> Bool {
        var length: Int32 = 0
        return bytes.isEmpty || EVP_CipherUpdate(context, nil, &length, bytes, Int32(clamping: bytes.count)) == 1
    }

    func update(_ bytes: some Collection<UInt8>, into target: UnsafeMutableRawPointer) -> Bool {
        // A box over 2 GiB would be cut by the 32-bit length.
        guard let count = Int32(exactly: bytes.count) else { return false }
        var length: Int32 = 0
        return count == 0
            || bytes.withContiguousStorageIfAvailable {
                EVP_CipherUpdate(
                    context, target.assumingMemoryBound(to: UInt8.self), &length, $0.baseAddress, count) == 1
            } ?? false
    }

    func finish(into target: UnsafeMutableRawPointer) -> Bool {
        // GCM writes nothing here: all text went out before.
        var length: Int32 = 0
        return EVP_CipherFinal_ex(context, target.assumingMemoryBound(to: UInt8.self), &length) == 1
    }

    func readTag(into target: UnsafeMutableRawPointer, size: Int) -> Bool {
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(size), target) == 1
    }

    func expectTag(_ tag: [UInt8]) -> Bool {
        var tag = tag
        return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
    }
}
