package import FlowCore
import FlowCrypto
import FlowStore

/// Seals what is kept outside the vault but must stay secret, such as a secret output in the journal.
///
///     let box = try vault.sealer().seal(bytes, context: "run-1/step/output")
package struct Sealer: Sendable {
    private let vault: VaultFile

    fileprivate init(_ vault: VaultFile) { self.vault = vault }

    /// - Parameter context: where it is kept; opening needs the same, so that a box can't be moved elsewhere.
    package func seal(_ plain: [UInt8], context: String) throws(Failure) -> [UInt8] {
        try AuthenticatedBox.seal(plain, key: vault.keys.sealer, context: Array(context.utf8))
    }

    /// Opens what was sealed with the vault's data key, or one that it had earlier.
    ///
    /// - Throws: `auth` with the code `sealed_elsewhere` where another vault sealed it, or it was changed.
    package func open(_ box: [UInt8], context: String) throws(Failure) -> [UInt8] {
        if let plain = try open(box, vault.keys.sealer, context) { return plain }
        for key in try vault.formerSealerKeys() {
            if let plain = try open(box, key, context) { return plain }
        }
        throw Failure(
            .auth, "a stored secret was sealed with another vault, or was changed",
            hint: "use the vault it was stored with", code: "sealed_elsewhere")
    }

    private func open(_ box: [UInt8], _ key: SecretBytes, _ context: String) throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            return try AuthenticatedBox.open(box, key: key, context: Array(context.utf8))
        } catch {
            guard error.code == "not_authentic" else { throw error }
            return nil
        }
    }
}

extension VaultFile {
    /// Seals with a key of its own that comes from the vault's.
    package func sealer() -> Sealer { Sealer(self) }

    /// The sealers' keys of earlier data keys, so that what was sealed outside before ``rekey(unlock:cost:)`` opens.
    func formerSealerKeys() throws(Failure) -> [SecretBytes] {
        try database.snapshot { try formerSealerKeys(try readManifest()) }
    }

    func formerSealerKeys(_ manifest: VaultManifest) throws(Failure) -> [SecretBytes] {
        guard let count = manifest.version(of: .formerKeys, id: VaultManifest.noID) else { return [] }
        guard case .bytes(let box)? = try VaultFile.readMeta(database)["former_sealer_keys"] else {
            throw damage("its earlier keys are missing")
        }
        var plain = try unseal(box, keys.fields, formerKeysContext(count), "the list of its earlier keys")
        defer { wipe(&plain) }
        return stride(from: 0, to: plain.count, by: AuthenticatedBox.keySize).map {
            SecretBytes(plain[$0..<min($0 + AuthenticatedBox.keySize, plain.count)])
        }
    }

    func store(formerSealerKeys former: [SecretBytes], _ manifest: inout VaultManifest) throws(Failure) {
        var plain: [UInt8] = []
        defer { wipe(&plain) }
        for key in former { key.withBytes { plain += $0 } }
        let count = UInt64(former.count)
        let box = try AuthenticatedBox.seal(plain, key: keys.fields, context: formerKeysContext(count))
        try storeMeta("former_sealer_keys", .bytes(box))
        manifest.set(.formerKeys, id: VaultManifest.noID, version: count)
    }

    private func formerKeysContext(_ count: UInt64) -> [UInt8] {
        JSON.bytes(["flowctl vault", "former_sealer_keys", .string(vaultID), .uint(count)])
    }
}
