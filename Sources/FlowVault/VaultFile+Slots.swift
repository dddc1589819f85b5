package import FlowCore
package import FlowCrypto
import FlowStore

/// What can be said of a vault without its key.
package struct VaultStatus: Sendable, Hashable {
    package var path: String
    /// The number of the last migration.
    package var format: Int
    package var slots: [KeySlot]
    package var credentials: Int
}

extension VaultFile {
    /// Looks at a vault without unlocking it; what it says is not verified.
    package static func status(_ path: String) throws(Failure) -> VaultStatus {
        guard PrivateFile.exists(path) else {
            throw Failure(
                .notFound, "there is no vault at \"\(path)\"", hint: "make one with: flowctl vault init",
                code: "no_vault")
        }
        let database = try Database.open(path, mode: .readWrite, privateFile: true, wal: false)
        let format = try database.formatVersion
        guard format == VaultSchema.migrations.count else {
            guard format == 0 else {
                return VaultStatus(path: path, format: format, slots: [], credentials: 0)
            }
            throw Failure(.invalid, "\"\(path)\" is not a vault", hint: "check the path", code: "not_a_vault")
        }
        let count = try database.query("SELECT count(*) FROM credentials").first?[0].intValue ?? 0
        return VaultStatus(
            path: path, format: format, slots: try readSlots(database), credentials: Int(count))
    }

    /// Adds a further way to unlock the vault.
    ///
    /// - Returns: the new slot's id.
    @discardableResult
    package func addSlot(
        _ secret: UnlockSecret, label: String? = nil, cost: ScryptCost = .standard
    ) throws(Failure) -> String {
        try VaultFile.check(secret, forVaultAt: path)
        let slot = try KeySlot.make(
            for: secret, label: label, dataKey: dataKey, vaultID: vaultID, cost: cost, createdAt: now)
        try change { manifest in
            try insert(slot)
            manifest.set(.slots, id: try rowID(slot.id), version: 1)
        }
        return slot.id
    }

    /// - Throws: `not_found` where there is no such slot, `conflict` where it is the only one.
    package func removeSlot(_ id: String) throws(Failure) {
        try change { manifest in
            let slots = try VaultFile.readSlots(database)
            guard slots.contains(where: { $0.id == id }) else {
                throw Failure(.notFound, "the vault has no key slot \"\(terminalSafe(id))\"", code: "no_slot")
            }
            guard slots.count > 1 else {
                throw Failure(
                    .conflict, "the vault has only this key slot, and could never be opened without it",
                    hint: "add another slot first", code: "last_slot")
            }
            try database.execute("DELETE FROM key_slots WHERE id = ?", [.string(id)])
            manifest.remove(.slots, id: try rowID(id))
        }
    }

    func insert(_ slot: KeySlot) throws(Failure) {
        try database.execute(
            """
            INSERT INTO key_slots (id, kind, label, salt, scrypt_n, scrypt_r, scrypt_p, wrapped_key, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .string(slot.id), .string(slot.kind.rawValue), .string(slot.label), .bytes(slot.salt),
                slot.cost.map { .uint($0.n) } ?? .null, slot.cost.map { .uint($0.r) } ?? .null,
                slot.cost.map { .uint($0.p) } ?? .null, .bytes(slot.wrappedKey), .string(slot.createdAt),
            ])
    }

    static func readVaultID(_ database: Database) throws(Failure) -> String {
        let row = try database.query("SELECT value FROM meta WHERE name = 'vault_id'").first
        guard let id = row?[0].stringValue else { throw damage("it has no id", vault: database.path) }
        return id
    }

    static func readSlots(_ database: Database) throws(Failure) -> [KeySlot] {
        let rows = try database.query("SELECT * FROM key_slots ORDER BY created_at, id")
        var slots: [KeySlot] = []
        for row in rows {
            guard let kind = row["kind"].stringValue.flatMap(KeySlot.Kind.init(rawValue:)),
                let id = row["id"].stringValue, let label = row["label"].stringValue,
                case .bytes(let salt) = row["salt"], case .bytes(let wrapped) = row["wrapped_key"],
                let createdAt = row["created_at"].stringValue
            else { throw damage("a key slot can't be read", vault: database.path) }
            var cost: ScryptCost?
            if kind == .passphrase {
                guard let n = row["scrypt_n"].intValue, let r = row["scrypt_r"].intValue,
                    let p = row["scrypt_p"].intValue, n > 0, r > 0, p > 0
                else { throw damage("a key slot can't be read", vault: database.path) }
                let found = ScryptCost(n: UInt64(n), r: UInt64(r), p: UInt64(p))
                guard found.isReasonable else { throw damage("a key slot can't be read", vault: database.path) }
                cost = found
            }
            slots.append(
                KeySlot(
                    id: id, kind: kind, label: label, salt: salt, cost: cost, createdAt: createdAt,
                    wrappedKey: wrapped))
        }
        guard !slots.isEmpty else { throw damage("it has no key slots", vault: database.path) }
        return slots
    }

    /// A slot that was removed must not come back from an old copy, nor one vanish.
    func checkSlots(_ slots: [KeySlot]) throws(Failure) {
        let known = Set(try readManifest().ids(of: .slots).map { Hexadecimal.encode($0) })
        guard known == Set(slots.map(\.id)) else { throw damage("its key slots are not those of its manifest") }
    }
}
