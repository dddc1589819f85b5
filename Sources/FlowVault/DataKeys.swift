import FlowCore
import FlowCrypto

/// The data key of a vault, and the keys for single purposes that come from it.
struct DataKeys: Sendable {
    /// What key slots wrap.
    let root: SecretBytes
    /// Seals fields and tokens.
    let fields: SecretBytes
    let manifest: SecretBytes
    /// Seals what is kept outside of the vault.
    let sealer: SecretBytes
    /// Tells one data key of the vault from the next: 32 hexadecimal digits, no secret.
    let id: String

    init(root: SecretBytes, id: String, vaultID: String) throws(Failure) {
        self.root = root
        self.id = id
        func derived(_ purpose: String) throws(Failure) -> SecretBytes {
            try KeyDerivation.hkdf(root, salt: Array(vaultID.utf8), info: Array("flowctl vault \(purpose)".utf8))
        }
        fields = try derived("fields")
        manifest = try derived("manifest")
        sealer = try derived("sealer")
    }

    static func random(vaultID: String) throws(Failure) -> DataKeys {
        var key = Random.bytes(AuthenticatedBox.keySize)
        defer { wipe(&key) }
        return try DataKeys(root: SecretBytes(key), id: Hexadecimal.encode(Random.bytes(16)), vaultID: vaultID)
    }
}
