import FlowCore
import FlowStore

extension VaultFile {
    /// The credential with this id, whatever it is called by now; nil where there is none.
    func credential(id: String) throws(Failure) -> StoredCredential? {
        try database.snapshot {
            let manifest = try readManifest()
            return try findRow(id: id, manifest).map { try open($0, manifest) }
        }
    }

    /// Gives a credential the fields that a provider's answer changes. All of it is on disk when this returns.
    ///
    /// The row of the tokens is written alone where nothing else has changed.
    ///
    /// - Returns: false where the credential is gone or has other tokens by now: the answer means nothing then.
    func renew(_ id: String, with answer: RenewedFields) throws(Failure) -> Bool {
        try change { manifest in
            guard let old = try findRow(id: id, manifest) else { return false }
            let stored = try open(old, manifest)
            guard try answer.follow(stored) else { return false }
            let fields = stored.with(answer).fields
            let version = try nextVersion(of: id, manifest)
            let isOnlyTokens = answer.changes.names.allSatisfy(VaultFile.tokenFields.contains)
            if isOnlyTokens, stored.fields["access_token"] != nil,
                let tokens = try sealTokens(fields, of: id, version: version)
            {
                try write(tokens, &manifest)
                return true
            }
            let row = old.replaced(by: stored.record, at: now, isValid: old.isValid, version: version)
            try write(row, fields, &manifest)
            return true
        }
    }

    /// Keeps a credential from being used any more, as the service has ended its grant.
    ///
    /// - Returns: false where it has other tokens than the refused ones by now.
    func invalidate(_ id: String, with refused: TokenDigest) throws(Failure) -> Bool {
        try change { manifest in
            guard let old = try findRow(id: id, manifest) else { return false }
            let stored = try open(old, manifest)
            guard try TokenDigest(stored.fields) == refused else { return false }
            let row = old.replaced(
                by: stored.record, at: now, isValid: false, version: try nextVersion(of: id, manifest))
            try write(row, stored.fields, &manifest)
            return true
        }
    }

    /// What a credential holds once tokens are taken up that were kept beside the vault.
    struct Settled {
        var credential: StoredCredential
        /// Why the vault itself doesn't have them yet.
        var problem: Failure?
    }

    /// Takes up tokens that are kept beside the vault, by this process or one that died, and forgets those that have
    /// come too late. The caller has the credential's lock.
    ///
    /// - Returns: nil where there is no such credential.
    func settle(_ id: String) throws(Failure) -> Settled? {
        let spill = TokenSpill(self, credentialID: id)
        guard let answer = try spill.read() else {
            spill.remove()
            return try credential(id: id).map { Settled(credential: $0) }
        }
        var problem: Failure?
        do throws(Failure) {
            _ = try renew(id, with: answer)
            spill.remove()
        } catch {
            problem = error
        }
        guard let stored = try credential(id: id) else { return nil }
        let isBehind = try answer.follow(stored)
        return Settled(credential: isBehind ? stored.with(answer) : stored, problem: problem)
    }

    /// Takes up what processes that died have left, so that no copy is made and nothing is changed without it.
    func settleAll() {
        for id in TokenSpill.credentialIDs(beside: path) {
            // Whoever has the lock is alive and does it itself.
            guard let bytes = try? rowID(id), case .held(let lock)? = try? RenewalLock.attempt(path, credential: bytes)
            else { continue }
            withExtendedLifetime(lock) { _ = try? settle(id) }
        }
    }

    private func findRow(id: String, _ manifest: VaultManifest) throws(Failure) -> CredentialRow? {
        guard let version = manifest.version(of: .credentials, id: try rowID(id)) else { return nil }
        guard let row = try readRows("WHERE id = ?", [.string(id)]).first.flatMap(\.self), row.id == id,
            row.version == version
        else {
            throw damage("a credential is not in the version of the manifest")
        }
        return row
    }
}
