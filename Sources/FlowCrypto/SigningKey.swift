import COpenSSL
package import FlowCore

/// A private key that signs: RSA (RSASSA-PKCS1-v1_5) or an elliptic curve P-256 (ECDSA), both with SHA-256.
///
/// Safe to use from any thread; the key is freed when the last reference to it goes.
package final class SigningKey: Sendable {
    package enum Algorithm: Sendable, Hashable { case rsa, ellipticCurve }

    package let algorithm: Algorithm
    nonisolated(unsafe) private let key: OpaquePointer

    /// - Parameter pem: PKCS#8 or the older form of its algorithm, not encrypted.
    /// - Throws: `invalid` with the code `private_key` where the text is no such key; nothing of it is named.
    package init(pem: String) throws(Failure) {
        guard let key = SigningKey.read(pem) else {
            ERR_clear_error()
            throw SigningKey.unusable("the private key can't be read")
        }
        if EVP_PKEY_is_a(key, "RSA") == 1, EVP_PKEY_get_bits(key) >= 2048 {
            algorithm = .rsa
        } else if EVP_PKEY_is_a(key, "EC") == 1, SigningKey.curve(of: key) == "prime256v1" {
            algorithm = .ellipticCurve
        } else {
            EVP_PKEY_free(key)
            throw SigningKey.unusable("the private key is neither RSA of 2048 bits or more nor of the curve P-256")
        }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    private static func read(_ pem: String) -> OpaquePointer? {
        var pem = pem
        // OpenSSL reads from the text itself, which has to stay where it is until the key is read.
        return pem.withUTF8 { text in
            guard let buffer = BIO_new_mem_buf(text.baseAddress, Int32(clamping: text.count)) else { return nil }
            defer { BIO_free(buffer) }
            // An empty passphrase: without one OpenSSL would ask for it on the terminal.
            var passphrase: CChar = 0
            return PEM_read_bio_PrivateKey(buffer, nil, nil, &passphrase)
        }
    }

    /// The signature as JSON Web Signatures have it (RFC 7518): for a curve the two numbers in 64 bytes, not DER.
    package func sign(_ message: [UInt8]) throws(Failure) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw Failure.crypto("a signature") }
        defer { EVP_MD_CTX_free(context) }
        var size = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: size)
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &signature, &size, message, message.count) == 1
        else { throw Failure.crypto("a signature with this key") }
        signature.removeLast(signature.count - size)
        return algorithm == .rsa ? signature : try SigningKey.numbers(ofDER: signature)
    }

    private static func numbers(ofDER signature: [UInt8]) throws(Failure) -> [UInt8] {
        var numbers = [UInt8](repeating: 0, count: 64)
        let isDone = signature.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            guard let parts = d2i_ECDSA_SIG(nil, &start, bytes.count) else { return false }
            defer { ECDSA_SIG_free(parts) }
            return numbers.withUnsafeMutableBufferPointer { target in
                guard let first = target.baseAddress else { return false }
                return BN_bn2binpad(ECDSA_SIG_get0_r(parts), first, 32) == 32
                    && BN_bn2binpad(ECDSA_SIG_get0_s(parts), first + 32, 32) == 32
            }
        }
        guard isDone else { throw Failure.crypto("a signature with this key") }
        return numbers
    }

    private static func curve(of key: OpaquePointer) -> String {
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return "" }
        return String(decoding: name.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func unusable(_ what: String) -> Failure {
        Failure(
            .invalid, what, hint: "give it as PEM: \"-----BEGIN PRIVATE KEY-----\" and so on, without a passphrase",
            code: "private_key")
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "a private key" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
