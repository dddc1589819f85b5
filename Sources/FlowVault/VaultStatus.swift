package import FlowCore
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
        let path = RealPath.of(path)
        guard VaultFile.exists(path) else { throw missing(path) }
        let database = try Database.open(path, mode: .readWrite, privateFile: true, wal: false)
        let format = try database.formatVersion
        guard format == VaultSchema.migrations.count else {
            guard format == 0 else {
                return VaultStatus(path: path, format: format, slots: [], credentials: 0)
            }
            throw try database.isEmpty ? missing(path) : notAVault(path)
        }
        let count = try database.query("SELECT count(*) FROM credentials").first?[0].intValue ?? 0
        return VaultStatus(
            path: path, format: format, slots: try readSlots(database), credentials: Int(count))
    }

    static func missing(_ path: String) -> Failure {
        Failure(
            .notFound, "there is no vault at \"\(path)\"", hint: "make one with: flowctl vault init", code: "no_vault")
    }

    static func notAVault(_ path: String) -> Failure {
        Failure(.invalid, "\"\(path)\" is not a vault", hint: "check the path", code: "not_a_vault")
    }
}

extension Database {
    /// Whether nothing was ever stored: a vault whose making was cut off.
    var isEmpty: Bool {
        get throws(Failure) {
            guard try formatVersion == 0 else { return false }
            return try query("SELECT count(*) FROM sqlite_master").first?[0].intValue == 0
        }
    }
}

/// What a vault says of itself before it is open, as it is at one moment.
struct VaultHeader {
    let vaultID: String
    /// See ``DataKeys/id``.
    let keyID: String
    let slots: [KeySlot]
    /// Sealed; nil where there is none.
    let manifest: Value?
    /// See ``Database/dataVersion``.
    let version: Int64

    init(_ database: Database) throws(Failure) {
        (vaultID, keyID, slots, manifest, version) = try database.snapshot {
            let meta = try VaultFile.readMeta(database)
            guard let vaultID = meta["vault_id"]?.stringValue else {
                throw VaultFile.damage("it has no id", vault: database.path)
            }
            return (
                vaultID, VaultFile.keyID(meta), try VaultFile.readSlots(database), meta["manifest"],
                try database.dataVersion
            )
        }
    }
}

extension VaultFile {
    static func keyID(_ meta: [String: Value]) -> String {
        // Vaults of the first flowctl have none.
        meta["key_id"]?.stringValue ?? String(repeating: "0", count: 32)
    }
}
