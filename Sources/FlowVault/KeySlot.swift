import FlowCore
import FlowCrypto

/// A copy of the vault's data key that one secret opens.
package struct KeySlot: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case passphrase
        case keyFile = "key_file"
        /// A key handed in from outside, such as `FLOWCTL_VAULT_KEY`.
        case key
        /// A key that the system keyring keeps.
        case keyring
    }

    package let id: String
    package let kind: Kind
    /// What the person who made it calls it; the path for a key file.
    package let label: String
    let salt: [UInt8]
    /// Of the passphrase's derivation; keys that are random already need none.
    let cost: ScryptCost?
    package let createdAt: String
    var wrappedKey: [UInt8] = []

    /// A new slot for the data key.
    static func make(
        for secret: UnlockSecret, label: String?, dataKey: SecretBytes, vaultID: String, cost: ScryptCost,
        createdAt: String
    ) throws(Failure) -> KeySlot {
        let slot = KeySlot(
            id: Hexadecimal.encode(Random.bytes(16)), kind: secret.kind, label: label ?? secret.defaultLabel, salt: [],
            cost: nil, createdAt: createdAt)
        return try slot.rewrapped(dataKey, secret, vaultID: vaultID, cost: cost)
    }

    /// The slot with another data key.
    func rewrapped(
        _ dataKey: SecretBytes, _ secret: UnlockSecret, vaultID: String, cost: ScryptCost
    ) throws(Failure) -> KeySlot {
        var slot = KeySlot(
            id: id, kind: kind, label: label, salt: Random.bytes(16), cost: kind == .passphrase ? cost : nil,
            createdAt: createdAt)
        var plain = dataKey.copy()
        defer { wipe(&plain) }
        slot.wrappedKey = try AuthenticatedBox.seal(
            plain, key: try slot.wrappingKey(secret), context: slot.context(vaultID))
        return slot
    }

    /// Enough of the id to name the slot by.
    package var shortID: String { String(id.prefix(8)) }

    /// The data key, or nil where the secret is not the slot's or the slot was changed: the two look the same.
    func unwrap(_ secret: UnlockSecret, vaultID: String) throws(Failure) -> SecretBytes? {
        let key = try wrappingKey(secret)
        do throws(Failure) {
            var plain = try AuthenticatedBox.open(wrappedKey, key: key, context: context(vaultID))
            defer { wipe(&plain) }
            return SecretBytes(plain)
        } catch {
            guard error.code == "not_authentic" else { throw error }
            return nil
        }
    }

    private func wrappingKey(_ secret: UnlockSecret) throws(Failure) -> SecretBytes {
        switch secret {
        case .passphrase(let passphrase):
            return try KeyDerivation.scrypt(passphrase, salt: salt, cost: cost ?? .standard)
        case .keyFile(let path): return try derive(try KeyFile.read(path))
        case .key(let key), .keyring(let key): return try derive(key)
        }
    }

    private func derive(_ key: SecretBytes) throws(Failure) -> SecretBytes {
        try KeyDerivation.hkdf(key, salt: salt, info: Array("flowctl vault key slot".utf8))
    }

    private func context(_ vaultID: String) -> [UInt8] {
        JSON.bytes([
            "flowctl vault", "key_slots", .string(vaultID), .string(id), .string(kind.rawValue), .string(label),
            .bytes(salt), cost.map { [.uint($0.n), .uint($0.r), .uint($0.p)] } ?? .null, .string(createdAt),
        ])
    }
}

extension UnlockSecret {
    var kind: KeySlot.Kind {
        switch self {
        case .passphrase: .passphrase
        case .keyFile: .keyFile
        case .key: .key
        case .keyring: .keyring
        }
    }

    fileprivate var defaultLabel: String {
        switch self {
        case .passphrase: "passphrase"
        case .keyFile(let path): path
        case .key: "FLOWCTL_VAULT_KEY"
        case .keyring: "system keyring"
        }
    }
}
