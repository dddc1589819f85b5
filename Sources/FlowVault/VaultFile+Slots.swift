package import FlowCore
package import FlowCrypto
import FlowStore

extension VaultFile {
    /// Adds a further way to unlock the vault.
    ///
    /// - Returns: the new slot's id.
    @discardableResult
    package func addSlot(
        _ secret: UnlockSecret, label: String? = nil, cost: ScryptCost = .standard
    ) throws(Failure) -> String {
        try VaultFile.check(secret, forVaultAt: path)
        // A second look at a passphrase would take as long as the first.
        for slot in try VaultFile.readSlots(database) where slot.kind != .passphrase {
            guard try !unwraps(slot, secret) else { throw slotExists(slot) }
        }
        let slot = try KeySlot.make(
            for: secret, label: label, dataKey: keys.root, vaultID: vaultID, cost: cost, createdAt: now)
        try change { manifest in
            try insert(slot)
            manifest.set(.slots, id: try rowID(slot.id), version: 1)
        }
        return slot.id
    }

    /// Adds a slot whose key is new, and kept by the system keyring.
    package func addSlot(in keyring: any SecretService, label: String? = nil) throws(Failure) -> String {
        if let key = try keyring.key(of: vaultID, asks: true) {
            for slot in try VaultFile.readSlots(database) where try unwraps(slot, .keyring(key)) {
                throw slotExists(slot)
            }
        }
        var bytes = Random.bytes(AuthenticatedBox.keySize)
        defer { wipe(&bytes) }
        let key = SecretBytes(bytes)
        try keyring.store(key, of: vaultID, label: "flowctl: the vault \(path)")
        return try addSlot(.keyring(key), label: label)
    }

    /// Removes a slot, and its key where the keyring of this session has it.
    package func removeSlot(_ slot: KeySlot, in keyring: any SecretService) throws(Failure) {
        let key = slot.kind == .keyring ? try? keyring.key(of: vaultID, asks: false) : nil
        let isHere = try key.map { key throws(Failure) in try unwraps(slot, .keyring(key)) } ?? false
        try removeSlot(slot.id)
        if isHere { try keyring.delete(of: vaultID) }
    }

    private func slotExists(_ slot: KeySlot) -> Failure {
        Failure(
            .conflict, "that key opens the vault already, by the slot \(slot.shortID)",
            hint: "take another key, or remove that slot first", code: "slot_exists")
    }

    /// The slot of an id, of its beginning, or of a label.
    ///
    /// - Throws: `not_found` where there is none, `conflict` where it could be several.
    package func slot(named text: String) throws(Failure) -> KeySlot {
        let slots = try VaultFile.readSlots(database)
        let found = slots.filter { $0.label == text || (text.count >= 4 && $0.id.hasPrefix(text)) }
        guard found.count <= 1 else {
            throw Failure(
                .conflict, "several key slots are called \"\(terminalSafe(text))\"",
                hint: "name it by the beginning of its id: \(found.map(\.shortID).joined(separator: ", "))",
                code: "several_slots")
        }
        guard let slot = found.first else {
            throw Failure(
                .notFound, "the vault has no key slot \"\(terminalSafe(text))\"",
                hint: "list them with: flowctl vault slots list", code: "no_slot")
        }
        return slot
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
    func checkSlots(_ header: VaultHeader) throws(Failure) {
        let known = Set(
            try unseal(manifest: header.manifest, header.version).ids(of: .slots).map { Hexadecimal.encode($0) })
        guard known == Set(header.slots.map(\.id)) else {
            throw damage("its key slots are not those of its manifest")
        }
    }
}
