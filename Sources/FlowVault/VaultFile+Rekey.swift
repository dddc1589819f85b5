package import FlowCore
package import FlowCrypto
import FlowStore
import Synchronization

extension VaultFile {
    /// Gives the vault a new data key: seals every row anew, and wraps the key for each slot that is kept.
    ///
    /// It is one transaction of SQLite and not a new file in place of the old one, because other processes have the
    /// file open: they would go on writing to one that has no name any more. A kill at any instant leaves the vault as
    /// it was or as it is to be. A process that has it open finds another key id and says so.
    ///
    /// - Parameter secrets: for each slot that is kept, by its id, what opens it; the others are dropped.
    /// - Returns: the vault with its new key; this one can't be used any more.
    /// - Throws: `auth` where a secret is not its slot's, `conflict` where no slot would be kept or the slots have
    ///   changed since they were read.
    package func rekey(
        unlock secrets: [String: UnlockSecret], cost: ScryptCost = .standard
    ) throws(Failure) -> VaultFile {
        let slots = try VaultFile.readSlots(database)
        guard secrets.keys.allSatisfy({ id in slots.contains { $0.id == id } }) else { throw slotsChanged }
        let renewed = VaultFile(
            database: database, vaultID: vaultID, keys: try .random(vaultID: vaultID), openedBy: openedBy, clock: clock)
        // Passphrases are slow: all of them before the others have to wait.
        var kept: [KeySlot] = []
        for slot in slots {
            guard let secret = secrets[slot.id] else { continue }
            guard try unwraps(slot, secret) else { throw VaultFile.wrongSecret(secret, vault: path) }
            kept.append(try slot.rewrapped(renewed.keys.root, secret, vaultID: vaultID, cost: cost))
        }
        guard !kept.isEmpty else {
            throw Failure(
                .conflict, "no key slot would be left, and the vault could never be opened again",
                hint: "keep one of its slots", code: "last_slot")
        }
        try database.transaction(synchronous: .full) {
            guard !database.hasMoved else { throw replacedFile }
            let problems = try verify()
            guard problems.isEmpty else {
                throw Failure(
                    .invalid, "the vault can't be sealed anew: \(problems[0])", hint: "restore a backup of it",
                    code: "vault_damaged")
            }
            guard try VaultFile.readSlots(database) == slots else { throw slotsChanged }
            var manifest = try readManifest()
            try resealRows(with: renewed, manifest)
            for slot in slots {
                try database.execute("DELETE FROM key_slots WHERE id = ?", [.string(slot.id)])
                manifest.remove(.slots, id: try rowID(slot.id))
            }
            for slot in kept {
                try insert(slot)
                manifest.set(.slots, id: try rowID(slot.id), version: 1)
            }
            let former = try formerSealerKeys(manifest)
            try renewed.store(formerSealerKeys: [keys.sealer] + former, &manifest)
            try storeMeta("key_id", .string(renewed.keys.id))
            manifest.advance()
            try renewed.store(manifest)
            latest.withLock { $0 = nil }
        }
        return renewed
    }

    /// Whether a secret is the one of a slot.
    package func unwraps(_ slot: KeySlot, _ secret: UnlockSecret) throws(Failure) -> Bool {
        guard slot.kind == secret.kind, let found = try slot.unwrap(secret, vaultID: vaultID) else { return false }
        return found.equals(keys.root)
    }

    private func resealRows(with renewed: VaultFile, _ manifest: VaultManifest) throws(Failure) {
        for found in try readRows() {
            guard let row = found else { throw damage("a credential can't be read") }
            var plain = try unseal(row, manifest)
            defer { wipe(&plain) }
            let box = try AuthenticatedBox.seal(plain, key: renewed.keys.fields, context: row.context(vaultID))
            try database.execute(
                "UPDATE credentials SET encrypted_data = ? WHERE id = ?", [.bytes(box), .string(row.id)])
            guard let version = manifest.version(of: .tokens, id: try rowID(row.id)) else { continue }
            var tokens = try readTokens(of: row, version: version)
            tokens.access = try reseal(tokens, .access, tokens.access, of: row, with: renewed)
            if let refresh = tokens.refresh {
                tokens.refresh = try reseal(tokens, .refresh, refresh, of: row, with: renewed)
            }
            try database.execute(
                """
                UPDATE oauth_tokens SET encrypted_access_token = ?, encrypted_refresh_token = ? WHERE credential_id = ?
                """, [.bytes(tokens.access), tokens.refresh.map(Value.bytes) ?? .null, .string(row.id)])
        }
    }

    private func reseal(
        _ tokens: TokenRow, _ part: TokenRow.Part, _ box: [UInt8], of row: CredentialRow, with renewed: VaultFile
    ) throws(Failure) -> [UInt8] {
        let context = tokens.context(vaultID, part)
        var plain = try unseal(box, keys.fields, context, "a token of \(row.title)")
        defer { wipe(&plain) }
        return try AuthenticatedBox.seal(plain, key: renewed.keys.fields, context: context)
    }

    private var slotsChanged: Failure {
        Failure(
            .conflict, "the key slots of the vault \"\(path)\" have changed meanwhile", hint: "run the command again",
            code: "slots_changed")
    }
}
