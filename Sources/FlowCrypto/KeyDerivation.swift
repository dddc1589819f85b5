import COpenSSL
package import FlowCore

/// What a guess of a passphrase costs (scrypt, RFC 7914): about 128 · n · r bytes of memory and time in proportion.
package struct ScryptCost: Sendable, Hashable {
    /// A power of two.
    package var n: UInt64
    package var r: UInt64
    package var p: UInt64

    package init(n: UInt64, r: UInt64 = 8, p: UInt64 = 1) {
        self.n = n
        self.r = r
        self.p = p
    }

    /// 128 MiB and about a quarter of a second.
    package static let standard = ScryptCost(n: 1 << 17)

    /// Whether the numbers are possible and ask for no more than a GiB, so that a file can't exhaust the machine.
    package var isReasonable: Bool {
        n >= 2 && n <= 1 << 20 && n & (n - 1) == 0 && (1...32).contains(r) && (1...16).contains(p)
            && 128 * n * r <= 1 << 30
    }
}

/// Keys from passphrases and from other keys.
package enum KeyDerivation {
    /// scrypt; takes as long as `cost` says and should run on a thread of its own.
    package static func scrypt(
        _ passphrase: SecretBytes, salt: [UInt8], cost: ScryptCost, size: Int = 32
    ) throws(Failure) -> SecretBytes {
        guard cost.isReasonable else {
            throw Failure(.invalid, "the cost of the key derivation is out of bounds", code: "scrypt_cost")
        }
        var key = [UInt8](repeating: 0, count: size)
        // OpenSSL refuses over 32 MiB unless told; the second part is its own working space.
        let memory = 128 * cost.n * cost.r + 128 * cost.r * cost.p + (1 << 20)
        let code = passphrase.withBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                EVP_PBE_scrypt(
                    text.baseAddress, text.count, salt, salt.count, cost.n, cost.r, cost.p, memory, &key, size)
            }
        }
        guard code == 1 else { throw Failure.crypto("scrypt with this cost") }
        defer { wipe(&key) }
        return SecretBytes(key)
    }

    /// HKDF with SHA-256 (RFC 5869): a key for one purpose from a key that is random already.
    ///
    /// Made of HMAC here, as OpenSSL's own HKDF is searched for in five of its tables on first use.
    ///
    /// - Parameter info: names the purpose; another one gives an unrelated key.
    package static func hkdf(
        _ secret: SecretBytes, salt: [UInt8] = [], info: [UInt8], size: Int = 32
    ) throws(Failure) -> SecretBytes {
        let blockSize = HashFunction.sha256.digestSize
        guard (1...255 * blockSize).contains(size) else { throw Failure(.internal, "HKDF gives 1 to 8160 bytes") }
        var plain = secret.copy()
        defer { wipe(&plain) }
        var extracted = try MessageCode.hmacSHA256(
            key: salt.isEmpty ? [UInt8](repeating: 0, count: blockSize) : salt, plain)
        defer { wipe(&extracted) }
        var key: [UInt8] = []
        defer { wipe(&key) }
        key.reserveCapacity(size + blockSize)
        var block: [UInt8] = []
        defer { wipe(&block) }
        for number in 1...UInt8((size + blockSize - 1) / blockSize) {
            block = try MessageCode.hmacSHA256(key: extracted, block + info + [number])
            key += block
        }
        return SecretBytes(key.prefix(size))
    }
}
