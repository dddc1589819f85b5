import FlowCore
import FlowCrypto
import FlowStore
import Synchronization

extension VaultFile {
    /// Runs a change of the vault: all of it is on disk when this returns, or nothing.
    func change<T>(_ body: (inout VaultManifest) throws -> T) throws(Failure) -> T {
        try database.transaction(synchronous: .full) {
            guard !database.hasMoved else { throw replacedFile }
            var manifest = try readManifest()
            let result = try body(&manifest)
            manifest.advance()
            try store(manifest)
            return result
        }
    }

    /// A change of a file that nobody finds any more would be lost.
    var replacedFile: Failure {
        Failure(
            .conflict, "the vault \"\(path)\" was replaced by another file after this process had opened it",
            hint: "run the command again", code: "vault_replaced")
    }

    /// The table `meta`. Read whole, because a search for one name goes through the manifest of thousands of rows to
    /// compare it with the names beside it.
    static func readMeta(_ database: Database) throws(Failure) -> [String: Value] {
        var meta: [String: Value] = [:]
        for row in try database.query("SELECT name, value FROM meta") { meta[row[0].stringValue ?? ""] = row[1] }
        return meta
    }

    func storeMeta(_ name: String, _ value: Value) throws(Failure) {
        try database.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", [.string(name), value])
    }

    private var manifestContext: [UInt8] { JSON.bytes(["flowctl vault", "manifest", .string(vaultID)]) }

    func readManifest() throws(Failure) -> VaultManifest {
        let version = try database.dataVersion
        if let latest = latest.withLock({ $0 }), latest.version == version { return latest.manifest }
        let meta = try VaultFile.readMeta(database)
        guard VaultFile.keyID(meta) == keys.id else {
            throw Failure(
                .auth, "the vault \"\(path)\" got a new data key after this process had opened it",
                hint: "run the command again", code: "vault_rekeyed")
        }
        return try unseal(manifest: meta["manifest"], version)
    }

    /// - Parameter version: of the file that holds it.
    func unseal(manifest sealed: Value?, _ version: Int64) throws(Failure) -> VaultManifest {
        guard case .bytes(let box)? = sealed else { throw damage("it has no manifest") }
        let bytes = try unseal(box, keys.manifest, manifestContext, "its manifest")
        guard let manifest = VaultManifest(bytes) else { throw damage("its manifest can't be read") }
        latest.withLock { $0 = (version, manifest) }
        return manifest
    }

    func store(_ manifest: VaultManifest) throws(Failure) {
        latest.withLock { $0 = nil }
        let box = try AuthenticatedBox.seal(manifest.bytes, key: keys.manifest, context: manifestContext)
        try storeMeta("manifest", .bytes(box))
    }

    func unseal(
        _ box: [UInt8], _ key: SecretBytes, _ context: [UInt8], _ what: @autoclosure () -> String
    ) throws(Failure) -> [UInt8] {
        do throws(Failure) {
            return try AuthenticatedBox.open(box, key: key, context: context)
        } catch {
            guard error.code == "not_authentic" else { throw error }
            throw damage("\(what()) is not what was stored")
        }
    }

    /// Seals fields into rows. Tokens go to a row of their own, so that a refresh rewrites nothing else.
    func seal(_ fields: ValueMap, into row: inout CredentialRow) throws(Failure) -> TokenRow? {
        var own = ValueMap()
        for (key, value) in fields where fields["access_token"] == nil || !VaultFile.tokenFields.contains(key.text) {
            own[key] = value
        }
        let secretNames = own.filter { $0.value.containsSecret }.map { Value.string($0.key.text) }
        var plain = JSON.bytes([
            "fields": .map(own.mapValues { $0.deeplyRevealed }), "secret": .list(secretNames),
        ])
        defer { wipe(&plain) }
        row.data = try AuthenticatedBox.seal(plain, key: keys.fields, context: row.context(vaultID))
        return try sealTokens(fields, of: row.id, version: row.version)
    }

    /// The row of the tokens among a credential's fields; nil where there are none.
    func sealTokens(_ fields: ValueMap, of id: String, version: UInt64) throws(Failure) -> TokenRow? {
        guard let access = fields["access_token"]?.stringValue else { return nil }
        var tokens = TokenRow(
            credentialID: id, expiresAt: fields["expires_at"]?.stringValue,
            scopes: fields["scopes"].flatMap(VaultFile.scopesText), version: version)
        let refresh = fields["refresh_token"]?.stringValue
        tokens.access = try sealToken(access, tokens.context(vaultID, .access, hasRefresh: refresh != nil))
        if let refresh {
            tokens.refresh = try sealToken(refresh, tokens.context(vaultID, .refresh, hasRefresh: true))
        }
        return tokens
    }

    private func sealToken(_ token: String, _ context: [UInt8]) throws(Failure) -> [UInt8] {
        var plain = Array(token.utf8)
        defer { wipe(&plain) }
        return try AuthenticatedBox.seal(plain, key: keys.fields, context: context)
    }

    /// What a row holds, after its version was found to be the manifest's. The caller wipes it.
    func unseal(_ row: CredentialRow, _ manifest: VaultManifest) throws(Failure) -> [UInt8] {
        guard manifest.version(of: .credentials, id: try rowID(row.id)) == row.version else {
            throw damage("\(row.title) is not in the version of the manifest")
        }
        return try unseal(row.data, keys.fields, row.context(vaultID), row.title)
    }

    /// A row with its fields in clear.
    func open(_ row: CredentialRow, _ manifest: VaultManifest) throws(Failure) -> StoredCredential {
        var plain = try unseal(row, manifest)
        defer { wipe(&plain) }
        var limits = CredentialLimits()
        guard let content = try? JSON.parse(plain), let stored = content["fields"]?.mapValue,
            let secretNames = content["secret"]?.listValue?.compactMap(\.stringValue), var info = row.info(&limits)
        else { throw damage("\(row.title) can't be read") }
        var fields = stored
        for name in secretNames { fields[name] = fields[name]?.markedSecret }
        if let version = manifest.version(of: .tokens, id: try rowID(row.id)) {
            try readTokens(of: row, version: version, into: &fields)
        }
        info.expiresAt = fields[VaultFile.expiryField].flatMap(VaultFile.time)
        return StoredCredential(info: info, fields: fields)
    }

    private func readTokens(
        of row: CredentialRow, version: UInt64, into fields: inout ValueMap
    ) throws(Failure) {
        let tokens = try readTokens(of: row, version: version)
        let parts: [(TokenRow.Part, String, [UInt8]?)] = [
            (.access, "access_token", tokens.access), (.refresh, "refresh_token", tokens.refresh),
        ]
        for (part, name, box) in parts {
            guard let box else { continue }
            var token = try unseal(
                box, keys.fields, tokens.context(vaultID, part), "a token of \(row.title)")
            fields[name] = .secret(.string(String(decoding: token, as: UTF8.self)))
            wipe(&token)
        }
        if let expiresAt = tokens.expiresAt { fields["expires_at"] = .string(expiresAt) }
        if let scopes = tokens.scopes { fields["scopes"] = .string(scopes) }
    }

    /// The sealed tokens of a row, in the version of the manifest.
    func readTokens(of row: CredentialRow, version: UInt64) throws(Failure) -> TokenRow {
        let found = try database.query(
            "SELECT \(TokenRow.columns) FROM oauth_tokens WHERE credential_id = ?", [.string(row.id)]
        ).first
        guard let tokens = found.flatMap(TokenRow.init), tokens.version == version, tokens.credentialID == row.id else {
            throw damage("the tokens of \(row.title) are not in the version of the manifest")
        }
        return tokens
    }

    static let tokenFields: Set<String> = ["access_token", "refresh_token", "expires_at", "scopes"]

    private static func scopesText(_ value: Value) -> String? {
        value.stringValue ?? value.listValue?.compactMap(\.stringValue).joined(separator: " ")
    }
}
