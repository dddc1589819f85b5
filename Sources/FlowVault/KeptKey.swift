package import FlowCore
import FlowCrypto
import FlowSpec
import FlowStore

/// The data key of an unlocked vault, as a ``KeyKeeper`` has it: 16 bytes of the key's id, 8 of the second it is kept
/// until, 32 of the key.
///
/// After a `rekey` the id is no longer the vault's, and what is kept is as good as nothing.
struct KeptKey {
    var id: String
    var until: Timestamp
    var root: SecretBytes

    static func name(_ vaultID: String) -> String { "flowctl vault \(vaultID)" }

    /// nil where none is kept, or that of another data key.
    init?(_ header: VaultHeader, in keeper: any KeyKeeper) {
        guard var bytes = keeper.read(KeptKey.name(header.vaultID)) else { return nil }
        defer { wipe(&bytes) }
        guard bytes.count == 56 else { return nil }
        id = Hexadecimal.encode(bytes[..<16])
        guard id == header.keyID else { return nil }
        until = Timestamp(seconds: bytes[16..<24].reduce(0) { $0 << 8 | Int64($1) })
        root = SecretBytes(bytes[24...])
    }
}

extension VaultFile {
    /// The longest that a vault stays unlocked.
    package static let longestUnlock = Duration.seconds(30 * 86400)

    /// - Throws: `invalid` where the time is under a second or over 30 days.
    package static func requireUnlockable(for time: Duration) throws(Failure) {
        guard time >= .seconds(1), time <= longestUnlock else {
            throw Failure(
                .invalid, "a vault can be unlocked for a second up to 30 days", hint: "write it as 30m, 8h or 2d")
        }
    }

    /// Keeps the data key, so that every process of this user opens the vault without asking.
    ///
    /// - Returns: when that ends.
    /// - Throws: `invalid` where the time is under a second or over 30 days, `permission` where nothing keeps keys.
    @discardableResult
    package func unlock(for time: Duration, in keeper: any KeyKeeper) throws(Failure) -> Timestamp {
        try VaultFile.requireUnlockable(for: time)
        let seconds = UInt32(time.components.seconds)
        let until = Timestamp(seconds: clock.now().seconds + Int64(seconds))
        var bytes = try rowID(keys.id)
        defer { wipe(&bytes) }
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: until.seconds >> shift))
        }
        keys.root.withBytes { bytes += $0 }
        try keeper.keep(bytes, named: KeptKey.name(vaultID), seconds: seconds)
        return until
    }

    /// Forgets the kept data key; needs none.
    ///
    /// - Returns: whether one was kept.
    package static func lock(_ path: String, in keeper: any KeyKeeper) throws(Failure) -> Bool {
        try keeper.forget(KeptKey.name(try VaultHeader(try openExisting(path)).vaultID))
    }

    /// How long the vault stays unlocked; nil where it is not.
    package static func unlockedUntil(_ path: String, in keeper: any KeyKeeper) throws(Failure) -> Timestamp? {
        KeptKey(try VaultHeader(try openExisting(path)), in: keeper)?.until
    }
}
