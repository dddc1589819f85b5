package import FlowCore
package import FlowSpec
import FlowStore
import Glibc

/// What became of a vault in whose place a copy was put.
package struct VaultRestoration: Sendable, Hashable {
    /// What the copy holds.
    package var contents: VaultContents
    /// Where the replaced vault is now; nil where there was none.
    package var replaced: String?
    /// How many changes the copy lacks; negative where it has more. nil where the replaced one could not be opened.
    package var changesLost: Int?
}

extension VaultFile {
    /// Writes a copy of the vault, as it is at one moment, to a file of mode 0600; needs no key.
    ///
    /// - Returns: how many credentials may have renewed tokens that the copy lacks: they lie beside the vault since a
    ///   process died, and whoever opens it next takes them up.
    @discardableResult
    package static func backUp(_ path: String, to target: String, replacing: Bool) throws(Failure) -> Int {
        try openExisting(path).copy(to: target, replacing: replacing)
        return TokenSpill.credentialIDs(beside: path).count
    }

    /// Puts a copy in place of the vault, after it has been opened and verified. The replaced one is kept beside it.
    ///
    /// At any instant there is a whole vault under the name. Who has the replaced one open can read on, and is told at
    /// the next change.
    ///
    /// - Parameters:
    ///   - copy: a descriptor to read the copy from, to its end.
    ///   - name: what messages call the copy.
    ///   - replacesOther: whether a vault that the copy is not one of may be replaced.
    /// - Throws: `invalid` where the copy is damaged, `auth` where it can't be opened, `conflict` where it is of another
    ///   vault.
    package static func restore(
        _ copy: Int32, named name: String, to path: String, keys: VaultKeys, replacesOther: Bool, clock: any WallClock
    ) throws(Failure) -> VaultRestoration {
        // Where the path is a link, the vault that it leads to is the one to be replaced.
        let path = RealPath.of(path)
        try PrivateFile.createFolder(ParentFolder.of(path))
        try PrivateFile.requirePrivate(path)
        let part = "\(path).part-\(getpid())"
        for suffix in sideFiles { unlink(part + suffix) }
        // What is no database is not read to its end, which `/dev/zero` has none of.
        try PrivateFile.write(from: copy, named: name, to: part) { $0.starts(with: Array("SQLite format 3\0".utf8)) }
        do {
            let keys = keys.askingOnce
            let restored = try open(try openExisting(part, keepsOldFormat: false), keys: keys, clock: clock)
            let problems = try restored.verify()
            guard problems.isEmpty else {
                throw Failure(
                    .invalid, "the copy can't be used: \(problems[0])", hint: "take another copy",
                    code: "vault_damaged")
            }
            var restoration = VaultRestoration(contents: try restored.contents())
            guard PrivateFile.exists(path) else {
                try moveSideFiles(of: path, to: newName(of: path, at: clock.now()))
                try move(part, to: path)
                return restoration
            }
            if let current = try replaceable(path) {
                let header = try? VaultHeader(current)
                guard replacesOther || header == nil || header?.vaultID == restored.vaultID else {
                    throw Failure(
                        .conflict, "the copy is not of the vault \"\(path)\", but of another one",
                        hint: "add --force to replace it all the same", code: "other_vault")
                }
                if let lost = try? open(current, keys: keys, clock: clock).contents().changes {
                    restoration.changesLost = Int(lost) - Int(restoration.contents.changes)
                }
                // Nobody is in the middle of a change meanwhile.
                restoration.replaced = try current.transaction {
                    let kept = newName(of: path, at: clock.now())
                    try keep(path, as: kept)
                    try move(part, to: path)
                    return kept
                }
            } else {
                let kept = newName(of: path, at: clock.now())
                try keep(path, as: kept)
                try moveSideFiles(of: path, to: kept)
                try move(part, to: path)
                restoration.replaced = kept
            }
            return restoration
        } catch {
            unlink(part)
            // Its name for the moment says nothing to anybody.
            var failure = Failure(error)
            failure.message.replace(part, with: name)
            failure.hint?.replace(part, with: name)
            throw failure
        }
    }

    /// A name for what is replaced.
    private static func newName(of path: String, at time: Timestamp) -> String {
        let stamp = time.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
        var name = "\(path).replaced-\(stamp)Z"
        while ([""] + sideFiles).contains(where: { PrivateFile.exists(name + $0) }) { name += "+" }
        return name
    }

    private static func keep(_ path: String, as kept: String) throws(Failure) {
        guard link(path, kept) == 0 else {
            throw Failure(
                .invalid,
                "the replaced vault can't be kept as \"\(kept)\": \(String(cString: strerror(errno)).lowercased())",
                hint: "run the command again, or move the vault away by hand")
        }
    }

    /// What SQLite keeps beside a database that a process was killed in the middle of changing, and puts into whatever
    /// has the database's name when that is opened next.
    private static let sideFiles = ["-journal", "-wal", "-shm"]

    private static func moveSideFiles(of path: String, to kept: String) throws(Failure) {
        for suffix in sideFiles where Glibc.rename(path + suffix, kept + suffix) != 0 && errno != ENOENT {
            let reason = String(cString: strerror(errno)).lowercased()
            throw Failure(
                .invalid, "the file \"\(path + suffix)\" of an earlier vault can't be moved away: \(reason)",
                hint: "move it away by hand")
        }
    }

    /// The vault that is there; nil where it is too damaged to be one.
    private static func replaceable(_ path: String) throws(Failure) -> Database? {
        do throws(Failure) {
            return try openExisting(path)
        } catch {
            // In the middle of a change it is not damaged, but locked.
            guard error.kind != .transient else { throw error }
            return nil
        }
    }

    private static func move(_ part: String, to path: String) throws(Failure) {
        guard Glibc.rename(part, path) == 0 else {
            throw Failure(
                .invalid, "the vault \"\(path)\" can't be replaced: \(String(cString: strerror(errno)).lowercased())",
                hint: "check the folder it is in")
        }
        ParentFolder.sync(of: path)
    }

}
