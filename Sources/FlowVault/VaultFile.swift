package import FlowCore
package import FlowCrypto
package import FlowSpec
import FlowStore
import Glibc
import Synchronization

/// The file that holds the credentials, unlocked.
///
/// Each credential is sealed with all that is written beside it, and a sealed manifest knows the version of every row,
/// so that no row can be read, changed, swapped, put back or taken away without the key. A copy of the whole file from
/// an earlier day is a valid vault. Usable from any thread; other processes may use the same file.
///
///     let vault = try VaultFile.create(at: path, unlock: .keyFile(path: keyPath), clock: clock)
///     try vault.add(CredentialRecord(name: "team", type: "slack_bot", fields: fields))
///     let credential = try vault.resolve("team")
package final class VaultFile: Sendable {
    package let path: String
    let database: Database
    /// 32 hexadecimal digits, no secret.
    package let vaultID: String
    let keys: DataKeys
    /// The id of the key slot that opened it; nil where it was unlocked for a time.
    package let openedBy: String?
    let clock: any WallClock
    /// The manifest that was read last, and of which state of the file: it is long, and opening the vault has read it.
    let latest: Mutex<(version: Int64, manifest: VaultManifest)?>

    init(database: Database, vaultID: String, keys: DataKeys, openedBy: String?, clock: any WallClock) {
        latest = Mutex(nil)
        path = database.path
        self.database = database
        self.vaultID = vaultID
        self.keys = keys
        self.openedBy = openedBy
        self.clock = clock
    }

    /// Makes a new vault with one key slot.
    ///
    /// - Parameter cost: what a guess of the passphrase costs; only tests ask for less.
    /// - Throws: `conflict` where there is a vault already, `invalid` where the passphrase is too short or the key file
    ///   would lie beside the vault.
    package static func create(
        at path: String, unlock secret: UnlockSecret, label: String? = nil, cost: ScryptCost = .standard,
        clock: any WallClock
    ) throws(Failure) -> VaultFile {
        let path = RealPath.of(path)
        let exists = Failure(
            .conflict, "there is already a vault at \"\(path)\"", hint: "use it, or move it away first",
            code: "vault_exists")
        guard try isUnmade(path) else { throw exists }
        try check(secret, forVaultAt: path)
        let vaultID = Hexadecimal.encode(Random.bytes(16))
        let keys = try DataKeys.random(vaultID: vaultID)
        // Takes a while with a passphrase. The file comes last, so that whoever is stopped before leaves none.
        let slot = try KeySlot.make(
            for: secret, label: label, dataKey: keys.root, vaultID: vaultID, cost: cost,
            createdAt: clock.now().rfc3339)
        let database = try open(path, mode: .readWriteCreate)
        let vault = VaultFile(database: database, vaultID: vaultID, keys: keys, openedBy: slot.id, clock: clock)
        try database.transaction {
            // Another process may have been faster.
            guard try database.isEmpty else { throw exists }
            try database.migrate(VaultSchema.migrations)
            try database.execute(
                "INSERT INTO meta (name, value) VALUES ('vault_id', ?), ('key_id', ?), ('created_at', ?)",
                [.string(vaultID), .string(keys.id), .string(vault.now)])
            try vault.insert(slot)
            var manifest = VaultManifest()
            manifest.set(.slots, id: try vault.rowID(slot.id), version: 1)
            try vault.store(manifest)
        }
        return vault
    }

    /// Whether there is a file that may be a vault. One without content is what is left where the making of a vault was
    /// cut off.
    package static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_size > 0
    }

    /// Whether there is nothing yet, or only what is left where the making of a vault was cut off.
    private static func isUnmade(_ path: String) throws(Failure) -> Bool {
        guard exists(path) else { return !PrivateFile.exists(path) || ReplacedFile.objection(to: path) == nil }
        // Cut off amid its one transaction, which opening it takes back.
        guard let database = try? open(path, mode: .readWrite) else { return false }
        return (try? database.isEmpty) ?? false
    }

    /// Opens a vault with the first of the ways that `keys` offers.
    ///
    /// A passphrase takes a quarter of a second; call it from a thread that may block.
    /// - Throws: `not_found` where there is no vault, `auth` where the secret is not one of the vault's, `permission`
    ///   where file or folder is open to others, `invalid` where the file is damaged or of a newer flowctl.
    package static func open(_ path: String, keys: VaultKeys, clock: any WallClock) throws(Failure) -> VaultFile {
        try open(try openExisting(path), keys: keys, clock: clock)
    }

    static func open(
        _ database: Database, keys: VaultKeys, clock: any WallClock
    ) throws(Failure) -> VaultFile {
        let header = try VaultHeader(database)
        switch try keys.way(into: header, at: database.path) {
        case .secret(let secret): return try open(database, header, secret: secret, clock: clock)
        case .kept(let key): return try open(database, header, root: key.root, openedBy: nil, clock: clock)
        }
    }

    package static func open(
        _ path: String, unlock secret: UnlockSecret, clock: any WallClock
    ) throws(Failure) -> VaultFile {
        let database = try openExisting(path)
        return try open(database, try VaultHeader(database), secret: secret, clock: clock)
    }

    static func open(
        _ database: Database, _ header: VaultHeader, secret: UnlockSecret, clock: any WallClock
    ) throws(Failure) -> VaultFile {
        for slot in header.slots where slot.kind == secret.kind {
            guard let root = try slot.unwrap(secret, vaultID: header.vaultID) else { continue }
            return try open(database, header, root: root, openedBy: slot.id, clock: clock)
        }
        throw wrongSecret(secret, vault: database.path)
    }

    private static func open(
        _ database: Database, _ header: VaultHeader, root: SecretBytes, openedBy slot: String?, clock: any WallClock
    ) throws(Failure) -> VaultFile {
        let keys = try DataKeys(root: root, id: header.keyID, vaultID: header.vaultID)
        let vault = VaultFile(database: database, vaultID: header.vaultID, keys: keys, openedBy: slot, clock: clock)
        try vault.checkSlots(header)
        vault.settleAll()
        return vault
    }

    static func wrongSecret(_ secret: UnlockSecret, vault path: String) -> Failure {
        let (what, hint) =
            switch secret {
            case .passphrase: ("the passphrase", "check the passphrase and the layout of the keyboard")
            case .keyFile(let file): ("the key file \"\(file)\"", "give the key file that was made for this vault")
            case .key: ("FLOWCTL_VAULT_KEY", "set it to the key that was made for this vault")
            case .keyring: ("the system keyring", "add it again: flowctl vault slots add --keyring")
            }
        return Failure(.auth, "\(what) does not open the vault \"\(path)\"", hint: hint, code: "wrong_key")
    }

    /// - Parameter keepsOldFormat: whether a vault of an older format is kept beside the new one.
    static func openExisting(_ path: String, keepsOldFormat: Bool = true) throws(Failure) -> Database {
        // Under any name of the file the others beside it are the same.
        let path = RealPath.of(path)
        guard exists(path) else { throw missing(path) }
        let database = try open(path, mode: .readWrite)
        guard try database.formatVersion > 0 else {
            throw try database.isEmpty ? missing(path) : notAVault(path)
        }
        try VaultSchema.update(database, keepsOldFormat: keepsOldFormat)
        return database
    }

    /// One file, without write-ahead log: it can be copied whole, and read from a folder that can't be written.
    private static func open(_ path: String, mode: Database.Mode) throws(Failure) -> Database {
        try Database.open(
            path, mode: mode, synchronous: .full, privateFile: true, wal: false, secureDelete: true)
    }

    static func check(_ secret: UnlockSecret, forVaultAt path: String) throws(Failure) {
        switch secret {
        case .passphrase(let passphrase):
            guard passphrase.count >= 8 else {
                throw Failure(
                    .invalid, "the passphrase is shorter than 8 bytes", hint: "take a longer one", code: "passphrase")
            }
        case .keyFile(let file):
            // Under whatever names they are given.
            guard !RealPath.of(file).hasPrefix(ParentFolder.of(RealPath.of(path)) + "/") else {
                throw Failure(
                    .invalid, "the key file \"\(file)\" would lie in the folder of the vault",
                    hint: "keep it elsewhere, so that a copy of the one is not a copy of both", code: "key_file")
            }
        case .key, .keyring: break
        }
    }

    /// The time as the vault's tables have it.
    var now: String { clock.now().rfc3339 }

    /// The bytes of a row's id.
    func rowID(_ text: String) throws(Failure) -> [UInt8] {
        guard let id = Hexadecimal.decode(text), id.count == 16 else { throw damage("a row has no valid id") }
        return id
    }

    /// What is said where the file is not as flowctl left it.
    func damage(_ what: String) -> Failure { VaultFile.damage(what, vault: path) }

    static func damage(_ what: String, vault path: String) -> Failure {
        Failure(
            .invalid, "the vault \"\(path)\" was damaged or changed from outside: \(what)",
            hint: "restore a backup of it", code: "vault_damaged")
    }
}
