package import FlowCore
import FlowCrypto
import FlowStore

extension VaultFile {
    /// All credentials by name, each proven to be what was stored.
    package func list() throws(Failure) -> [CredentialInfo] {
        var infos = try database.snapshot { try proveAll(try readManifest()) }
        infos.sort { $0.name < $1.name }
        return infos
    }

    /// The names of all credentials, for suggestions: not proven.
    package func names() throws(Failure) -> [String] {
        try database.query("SELECT name FROM credentials ORDER BY name").compactMap { $0[0].stringValue }
    }

    /// All rows there are, and none missing.
    func proveAll(_ manifest: VaultManifest) throws(Failure) -> [CredentialInfo] {
        var proof = try RowProof(of: self, manifest)
        var infos: [CredentialInfo] = []
        infos.reserveCapacity(manifest.count(of: .credentials))
        try database.forEachRawRow("SELECT \(CredentialRow.columns) FROM credentials NOT INDEXED") { found in
            guard let row = RawCredentialRow(found) else { throw damage("a credential can't be read") }
            infos.append(try proof.info(of: row))
        }
        guard proof.isComplete else { throw damage("its credentials are not those of its manifest") }
        return infos
    }
}

/// Proves rows to be what was stored, one after another: what one needs is set up once for all.
private struct RowProof: ~Copyable {
    private let vault: VaultFile
    private let opener: BoxOpener
    private var roll: VaultManifest.RollCall
    private var context: BoxContext
    private var limits = CredentialLimits()

    init(of vault: VaultFile, _ manifest: VaultManifest) throws(Failure) {
        self.vault = vault
        opener = try BoxOpener(key: vault.keys.fields)
        roll = VaultManifest.RollCall(of: .credentials, in: manifest)
        context = BoxContext("credentials", vault.vaultID)
    }

    /// Whether all rows of the manifest have come.
    var isComplete: Bool { roll.isComplete }

    /// What may be shown of a row.
    mutating func info(of row: RawCredentialRow) throws(Failure) -> CredentialInfo {
        guard roll.version(ofNext: row.id) == row.version else {
            throw vault.damage("\(row.title) is not in the version of the manifest")
        }
        context.restart()
        row.write(to: &context)
        var expiresAt: Timestamp?
        do throws(Failure) {
            try opener.open(row.data, context: context.bytes) { expiresAt = VaultFile.expiry(in: $0) }
        } catch {
            throw error.code == "not_authentic" ? vault.damage("\(row.title) is not what was stored") : error
        }
        guard var info = row.info(&limits) else { throw vault.damage("\(row.title) can't be read") }
        info.expiresAt = expiresAt
        return info
    }
}
