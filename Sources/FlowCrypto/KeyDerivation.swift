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
    /// - Parameter info: names the purpose; another one gives an unrelated key.
    package static func hkdf(
        _ secret: SecretBytes, salt: [UInt8] = [], info: [UInt8], size: Int = 32
    ) throws(Failure) -> SecretBytes {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else { throw Failure.crypto("HKDF") }
        defer { EVP_PKEY_CTX_free(context) }
        var key = [UInt8](repeating: 0, count: size)
        var length = size
        let isSet = secret.withBytes { bytes in
            EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1
                && (salt.isEmpty || EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(clamping: salt.count)) == 1)
                && EVP_PKEY_CTX_set1_hkdf_key(
                    context, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(clamping: bytes.count)) == 1
                && (info.isEmpty || EVP_PKEY_CTX_add1_hkdf_info(context, info, Int32(clamping: info.count)) == 1)
        }
        guard isSet, EVP_PKEY_derive(context, &key, &length) == 1, length == size else {
            throw Failure.crypto("HKDF")
        }
        defer { wipe(&key) }
        return SecretBytes(key)
    }
}
