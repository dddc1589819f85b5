package import FlowCore
import FlowCrypto
import FlowStore

extension VaultFile {
    /// Adds a credential.
    ///
    /// - Throws: `invalid` for a name that can't be one, `conflict` where the name, or another that stands for the same
    ///   environment variable, is taken.
    package func add(_ record: CredentialRecord) throws(Failure) { try add([record]) }

    /// Adds credentials, all of them or none.
    package func add(_ records: [CredentialRecord]) throws(Failure) {
        for record in records { try CredentialName.check(record.name) }
        try change { manifest in
            for record in records { try addRow(record, &manifest) }
        }
    }

    private func addRow(_ record: CredentialRecord, _ manifest: inout VaultManifest) throws(Failure) {
        try requireFree(record.name)
        let time = now
        let row = CredentialRow(
            id: Hexadecimal.encode(Random.bytes(16)), record: record, createdAt: time, updatedAt: time, isValid: true,
            version: 1)
        try write(row, record.fields, &manifest)
    }

    /// Adds credentials, and replaces those that have their names; all of them or none. One that says nothing of hosts or
    /// workflows keeps those of the one that it replaces.
    package func store(_ records: [CredentialRecord]) throws(Failure) {
        for record in records { try CredentialName.check(record.name) }
        try change { manifest in
            // Once for all: that a name is not there is proven by all rows.
            let known = Set(try proveAll(manifest).map(\.name))
            for record in records {
                if known.contains(record.name), let old = try findRow(record.name, manifest) {
                    let record = record.limited(as: try open(old, manifest).record)
                    let version = try nextVersion(of: old.id, manifest)
                    try write(
                        old.replaced(by: record, at: now, isValid: true, version: version), record.fields, &manifest)
                } else {
                    try addRow(record, &manifest)
                }
            }
        }
    }

    /// Replaces all that is stored under a name but the name itself.
    ///
    /// - Parameter isValid: false where the service has refused the credential for good.
    /// - Throws: `not_found` where there is no such credential.
    package func update(_ name: String, to record: CredentialRecord, isValid: Bool = true) throws(Failure) {
        try change { manifest in
            let old = try requireRow(name, manifest)
            var record = record
            record.name = name
            let version = try nextVersion(of: old.id, manifest)
            try write(old.replaced(by: record, at: now, isValid: isValid, version: version), record.fields, &manifest)
        }
    }

    /// - Throws: `not_found` where there is no such credential, `conflict` where the new name is taken.
    package func rename(_ name: String, to newName: String) throws(Failure) {
        try CredentialName.check(newName)
        try change { manifest in
            let old = try requireRow(name, manifest)
            try requireFree(newName, except: old.id)
            let stored = try open(old, manifest)
            var record = stored.record
            record.name = newName
            let version = try nextVersion(of: old.id, manifest)
            try write(
                old.replaced(by: record, at: now, isValid: old.isValid, version: version), stored.fields, &manifest)
        }
    }

    /// - Throws: `not_found` where there is no such credential.
    package func delete(_ name: String) throws(Failure) {
        try change { manifest in
            let row = try requireRow(name, manifest)
            try database.execute("DELETE FROM oauth_tokens WHERE credential_id = ?", [.string(row.id)])
            try database.execute("DELETE FROM credentials WHERE id = ?", [.string(row.id)])
            let id = try rowID(row.id)
            manifest.remove(.credentials, id: id)
            manifest.remove(.tokens, id: id)
        }
    }

    /// The credential of this name with its fields in clear; nil where there is none.
    package func resolve(_ name: String) throws(Failure) -> StoredCredential? {
        try database.snapshot {
            let manifest = try readManifest()
            guard let row = try findRow(name, manifest) else { return nil }
            return try open(row, manifest)
        }
    }

    /// As ``resolve(_:)``, for a name that must be there.
    ///
    /// - Throws: `not_found` where there is no such credential.
    package func show(_ name: String) throws(Failure) -> StoredCredential {
        try database.snapshot {
            let manifest = try readManifest()
            return try open(try requireRow(name, manifest), manifest)
        }
    }

    private func requireFree(_ name: String, except id: String? = nil) throws(Failure) {
        let variable = CredentialName.environmentVariable(name)
        let found = try database.query(
            "SELECT name FROM credentials WHERE environment_variable = ? AND id IS NOT ?",
            [.string(variable), id.map(Value.string) ?? .null]
        ).first
        guard let taken = found?[0].stringValue else { return }
        guard taken != name else {
            throw Failure(
                .conflict, "there is already a credential \"\(name)\"", hint: "choose another name, or edit that one",
                code: "credential_exists")
        }
        throw Failure(
            .conflict, "the name \"\(name)\" is too close to the credential \"\(taken)\": both stand for \(variable)",
            hint: "choose another name", code: "credential_exists")
    }

    func requireRow(_ name: String, _ manifest: VaultManifest) throws(Failure) -> CredentialRow {
        if let row = try findRow(name, manifest) { return row }
        throw Failure(
            .notFound, "there is no credential \"\(terminalSafe(name))\" in the vault",
            hint: Suggestion.didYouMean(name, among: try names()) ?? "list them with: flowctl credentials list",
            code: "no_credential")
    }

    /// nil only where the vault as a whole proves that there is none of that name.
    private func findRow(_ name: String, _ manifest: VaultManifest) throws(Failure) -> CredentialRow? {
        if let found = try readRows("WHERE name = ?", [.string(name)]).first {
            // A damaged index may lead to the row of another name.
            guard let row = found, row.name == name else { throw damage("its index of names is broken") }
            guard manifest.version(of: .credentials, id: try rowID(row.id)) == row.version else {
                throw damage("credential \"\(name)\" is not in the version of the manifest")
            }
            return row
        }
        guard try proveAll(manifest).allSatisfy({ $0.name != name }) else {
            throw damage("its index of names is broken")
        }
        return nil
    }

    /// Rows as they are on disk; nil stands for one that can't be read.
    func readRows(_ condition: String = "", _ parameters: [Value] = []) throws(Failure) -> [CredentialRow?] {
        var rows: [CredentialRow?] = []
        try database.forEachRawRow("SELECT \(CredentialRow.columns) FROM credentials \(condition)", parameters) {
            rows.append(CredentialRow($0))
        }
        return rows
    }

    func write(_ row: CredentialRow, _ fields: ValueMap, _ manifest: inout VaultManifest) throws(Failure) {
        var row = row
        let id = try rowID(row.id)
        let tokens = try seal(fields, into: &row)
        try database.execute(
            """
            INSERT INTO credentials (\(CredentialRow.columns), environment_variable)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type, service = excluded.service,
                encrypted_data = excluded.encrypted_data, updated_at = excluded.updated_at,
                is_valid = excluded.is_valid, origins = excluded.origins, workflows = excluded.workflows,
                version = excluded.version, environment_variable = excluded.environment_variable
            """,
            [
                .string(row.id), .string(row.name), .string(row.type), text(row.service), .bytes(row.data),
                .string(row.createdAt), .string(row.updatedAt), .bool(row.isValid), text(row.origins),
                text(row.workflows), .uint(row.version), .string(CredentialName.environmentVariable(row.name)),
            ])
        manifest.set(.credentials, id: id, version: row.version)
        guard let tokens else {
            try database.execute("DELETE FROM oauth_tokens WHERE credential_id = ?", [.string(row.id)])
            return manifest.remove(.tokens, id: id)
        }
        try write(tokens, &manifest)
    }

    func write(_ tokens: TokenRow, _ manifest: inout VaultManifest) throws(Failure) {
        try database.execute(
            "INSERT OR REPLACE INTO oauth_tokens (\(TokenRow.columns)) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .string(tokens.credentialID), .bytes(tokens.access), tokens.refresh.map(Value.bytes) ?? .null,
                text(tokens.expiresAt), text(tokens.scopes), .uint(tokens.version),
            ])
        manifest.set(.tokens, id: try rowID(tokens.credentialID), version: tokens.version)
    }

    /// Higher than any version that the rows of a credential have had, as tokens change without the rest.
    func nextVersion(of id: String, _ manifest: VaultManifest) throws(Failure) -> UInt64 {
        let id = try rowID(id)
        return 1 + max(manifest.version(of: .credentials, id: id) ?? 0, manifest.version(of: .tokens, id: id) ?? 0)
    }

    private func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
}
