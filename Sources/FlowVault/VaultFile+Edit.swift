package import FlowCore

extension VaultFile {
    /// Changes what is stored under a name, from what is there at that moment: what another process has stored since the
    /// caller looked, such as a token that was renewed, stays.
    ///
    /// - Parameters:
    ///   - isValid: true where what the service has refused is replaced; nil leaves that as it is.
    ///   - body: the name can't be changed.
    /// - Throws: `not_found` where there is no such credential; what `body` throws, and nothing is changed then.
    package func edit(
        _ name: String, isValid: Bool? = nil, _ body: (inout CredentialRecord) throws -> Void
    ) throws(Failure) {
        try change { manifest in
            let old = try requireRow(name, manifest)
            let stored = try open(old, manifest)
            var record = stored.record
            try body(&record)
            record.name = name
            let row = CredentialRow(
                id: old.id, record: record, createdAt: old.createdAt, updatedAt: now, isValid: isValid ?? old.isValid,
                version: try nextVersion(of: old.id, manifest))
            try write(row, record.fields, &manifest)
        }
    }
}
