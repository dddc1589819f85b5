package import FlowCore
import FlowCrypto

/// Seals what is kept outside the vault but must stay secret, such as a secret output in the journal.
///
///     let box = try vault.sealer().seal(bytes, context: "run-1/step/output")
package struct Sealer: Sendable {
    private let key: SecretBytes

    init(vault: VaultFile) throws(Failure) {
        key = try KeyDerivation.hkdf(
            vault.dataKey, salt: Array(vault.vaultID.utf8), info: Array("flowctl vault sealer".utf8))
    }

    /// - Parameter context: where it is kept; opening needs the same, so that a box can't be moved elsewhere.
    package func seal(_ plain: [UInt8], context: String) throws(Failure) -> [UInt8] {
        try AuthenticatedBox.seal(plain, key: key, context: Array(context.utf8))
    }

    /// - Throws: `auth` with the code `sealed_elsewhere` where another vault sealed it, or it was changed.
    package func open(_ box: [UInt8], context: String) throws(Failure) -> [UInt8] {
        do throws(Failure) {
            return try AuthenticatedBox.open(box, key: key, context: Array(context.utf8))
        } catch {
            guard error.code == "not_authentic" else { throw error }
            throw Failure(
                .auth, "a stored secret was sealed with another vault, or was changed",
                hint: "use the vault it was stored with", code: "sealed_elsewhere")
        }
    }
}

extension VaultFile {
    /// Seals with a key of its own that comes from the vault's.
    package func sealer() throws(Failure) -> Sealer { try Sealer(vault: self) }
}
