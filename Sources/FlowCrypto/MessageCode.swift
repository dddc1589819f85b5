import COpenSSL
package import FlowCore

/// Codes that show that a message came from a holder of the key (HMAC, RFC 2104).
package enum MessageCode {
    package static func hmac(_ function: HashFunction, key: [UInt8], _ message: [UInt8]) throws(Failure) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: function.digestSize)
        var length: UInt32 = 0
        // A null key means "the key of before" to OpenSSL, so an empty one needs an address.
        let address = key.isEmpty ? [0] : key
        guard
            HMAC(function.algorithm, address, Int32(clamping: key.count), message, message.count, &code, &length) != nil
        else { throw Failure.crypto("HMAC with \(function.rawValue)") }
        return code
    }

    package static func hmacSHA256(key: [UInt8], _ message: [UInt8]) throws(Failure) -> [UInt8] {
        try hmac(.sha256, key: key, message)
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ. Lengths are no secret.
package func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
