import COpenSSL
package import FlowCore

/// AES-256-GCM: bytes that can neither be read nor changed without the key (NIST SP 800-38D).
///
/// A sealed box is a random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. One key is good for 2^32 boxes.
package enum AuthenticatedBox {
    package static let keySize = 32
    /// How much longer a sealed box is than what is in it.
    package static let overhead = nonceSize + tagSize
    fileprivate static let nonceSize = 12
    fileprivate static let tagSize = 16

    /// - Parameter context: what the box belongs to; it is not in the box, but opening needs the same.
    package static func seal(
        _ plain: [UInt8], key: SecretBytes, context: [UInt8], nonce: [UInt8] = Random.bytes(12)
    ) throws(Failure) -> [UInt8] {
        let cipher = try Cipher(key: key, nonce: nonce, sealing: true)
        var box = nonce + [UInt8](repeating: 0, count: plain.count + tagSize)
        let isDone = box.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            let text = start + nonceSize
            return cipher.absorb(context) && plain.withUnsafeBytes { cipher.update($0, into: text) }
                && cipher.finish(into: text) && cipher.readTag(into: text + plain.count, size: tagSize)
        }
        guard isDone else { throw Failure.crypto("AES-256-GCM") }
        return box
    }

    /// - Throws: `invalid` with the code `not_authentic` where key, context or box is not that of the sealing.
    package static func open(_ box: [UInt8], key: SecretBytes, context: [UInt8]) throws(Failure) -> [UInt8] {
        guard box.count >= overhead else { throw notAuthentic }
        let opener = try BoxOpener(key: key)
        var isAuthentic = false
        let plain = [UInt8](unsafeUninitializedCapacity: box.count - overhead) { room, count in
            isAuthentic = box.withUnsafeBytes {
                opener.open($0, context, into: UnsafeMutableRawBufferPointer(room))
            }
            count = isAuthentic ? box.count - overhead : 0
        }
        guard isAuthentic else { throw notAuthentic }
        return plain
    }

    fileprivate static var notAuthentic: Failure {
        Failure(.invalid, "the sealed data was changed, or the key is another one", code: "not_authentic")
    }
}

/// Opens boxes of one key, one after another: what all need is set up once.
package struct BoxOpener: ~Copyable {
    private let cipher: Cipher

    package init(key: SecretBytes) throws(Failure) { cipher = try Cipher(key: key, nonce: nil, sealing: false) }

    /// Gives `body` what is in a box, and wipes it.
    ///
    /// - Throws: as ``AuthenticatedBox/open(_:key:context:)``.
    package func open(
        _ box: UnsafeRawBufferPointer, context: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(Failure) {
        guard box.count >= AuthenticatedBox.overhead else { throw AuthenticatedBox.notAuthentic }
        let size = box.count - AuthenticatedBox.overhead
        let isAuthentic = withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { room in
            defer { OPENSSL_cleanse(room.baseAddress, room.count) }
            guard open(box, context, into: room) else { return false }
            body(UnsafeRawBufferPointer(room))
            return true
        }
        guard isAuthentic else { throw AuthenticatedBox.notAuthentic }
    }

    /// - Parameters:
    ///   - box: not too short to be one.
    ///   - room: as large as what is in the box.
    /// - Returns: false where it is not authentic, and nothing is left in the room.
    fileprivate func open(
        _ box: UnsafeRawBufferPointer, _ context: [UInt8], into room: UnsafeMutableRawBufferPointer
    ) -> Bool {
        let end = box.count - AuthenticatedBox.tagSize
        let nonce = UnsafeRawBufferPointer(rebasing: box[..<AuthenticatedBox.nonceSize])
        let sealed = UnsafeRawBufferPointer(rebasing: box[AuthenticatedBox.nonceSize..<end])
        let tag = UnsafeRawBufferPointer(rebasing: box[end...])
        // An empty room may have no address; OpenSSL only needs one that is not null.
        var none: UInt8 = 0
        let isAuthentic = withUnsafeMutablePointer(to: &none) { spare in
            let text = room.baseAddress ?? UnsafeMutableRawPointer(spare)
            return cipher.start(nonce: nonce) && cipher.absorb(context) && cipher.update(sealed, into: text)
                && cipher.expectTag(tag) && cipher.finish(into: text)
        }
        if !isAuthentic {
            OPENSSL_cleanse(room.baseAddress, room.count)
            ERR_clear_error()
        }
        return isAuthentic
    }
}

/// AES-256-GCM with one key.
private struct Cipher: ~Copyable {
    private let context: OpaquePointer

    /// Fetched once, on first use: OpenSSL looks it up anew for each use otherwise, which costs more than the sealing.
    nonisolated(unsafe) private static let algorithm = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// - Parameter nonce: nil where ``start(nonce:)`` gives one for each use.
    init(key: SecretBytes, nonce: [UInt8]?, sealing: Bool) throws(Failure) {
        guard key.count == AuthenticatedBox.keySize, nonce.map({ $0.count == AuthenticatedBox.nonceSize }) ?? true
        else {
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
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Begins the next use; key and direction stay.
    func start(nonce: UnsafeRawBufferPointer) -> Bool {
        EVP_CipherInit_ex(context, nil, nil, nil, nonce.baseAddress?.assumingMemoryBound(to: UInt8.self), -1) == 1
    }

    func absorb(_ bytes: [UInt8]) -> Bool {
        var length: Int32 = 0
        return bytes.isEmpty || EVP_CipherUpdate(context, nil, &length, bytes, Int32(clamping: bytes.count)) == 1
    }

    func update(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> Bool {
        // A box over 2 GiB would be cut by the 32-bit length.
        guard let count = Int32(exactly: bytes.count) else { return false }
        var length: Int32 = 0
        return count == 0
            || EVP_CipherUpdate(
                context, target.assumingMemoryBound(to: UInt8.self), &length,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count) == 1
    }

    func finish(into target: UnsafeMutableRawPointer) -> Bool {
        // GCM writes nothing here: all text went out before.
        var length: Int32 = 0
        return EVP_CipherFinal_ex(context, target.assumingMemoryBound(to: UInt8.self), &length) == 1
    }

    func readTag(into target: UnsafeMutableRawPointer, size: Int) -> Bool {
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(size), target) == 1
    }

    func expectTag(_ tag: UnsafeRawBufferPointer) -> Bool {
        // OpenSSL takes it as something that could change, and only reads it.
        EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), UnsafeMutableRawPointer(mutating: tag.baseAddress)) == 1
    }
}
