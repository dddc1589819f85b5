import FlowCore
import Glibc

/// The folder beside the state database where large values and files of runs lie, each under the SHA-256 of its
/// content: what several runs have in common is there once.
///
/// The table `files` says which run names which file. A file gets its name, and loses it, only while the database's
/// write lock is held. So one that has a row is there, whatever other processes do, and one without may go.
package struct RunFiles: Sendable, Hashable {
    private let database: String

    /// - Parameter database: the path of the state database.
    package init(beside database: String) { self.database = database }

    package var folder: String { database + "-files" }

    /// Where a run's nodes leave files until the journal takes them.
    package func folder(of run: RunID) -> String { "\(folder)/\(run.text)" }

    func path(of name: String) -> String { "\(folder)/\(name)" }

    /// The name of the file at a path, where that is one of this folder.
    func name(at path: String) -> String? {
        guard path.hasPrefix(folder + "/") else { return nil }
        let name = String(path.dropFirst(folder.count + 1))
        return RunFiles.isName(name) ? name : nil
    }

    /// 64 hexadecimal digits, and where the file had an ending, that: programs go by it.
    static func name(digest: String, like path: String = "") -> String {
        let last = path.split(separator: "/").last ?? ""
        guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return digest }
        let ending = last[last.index(after: dot)...]
        return isEnding(ending) ? "\(digest).\(ending)" : digest
    }

    /// Whether a file of this folder can be called so: never a path, never a hidden file.
    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let digest = parts.first, digest.utf8.count == digestLength,
            digest.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return false }
        return parts.count == 1 || isEnding(parts[1])
    }

    /// The part of a name that says what the content is.
    static func digest(in name: String) -> Substring { name.prefix(digestLength) }

    private static let digestLength = 64

    private static func isEnding(_ text: Substring) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
    }

    /// Makes the folder, for its owner alone.
    func prepare() throws(Failure) {
        guard PrivateFile.exists(folder) else {
            try PrivateFile.createFolder(folder)
            return try syncName(of: folder)
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        // What a link leads to is not this program's to close.
        guard descriptor >= 0 else { return try PrivateFile.require(folder, "folder", mode: 0o700) }
        defer { close(descriptor) }
        var info = stat()
        // A node may have made it, with the rights of any folder.
        guard fstat(descriptor, &info) == 0, info.st_mode & 0o077 == 0 || fchmod(descriptor, 0o700) == 0 else {
            throw failure("make private", folder, errno)
        }
    }

    /// Gives a draft its name. Called with the write lock held, before the row that names it is committed.
    func place(_ draft: FileDraft) throws(Failure) {
        let path = path(of: draft.name)
        try draft.move(to: path)
        try syncName(of: path)
    }

    private func syncName(of path: String) throws(Failure) {
        guard ParentFolder.sync(of: path) else { throw failure("write", ParentFolder.of(path), errno) }
    }

    func failure(_ doing: String, _ path: String, _ error: Int32) -> Failure {
        switch error {
        case ENOSPC, EDQUOT:
            return Failure(
                .invalid, "no space left to write to the folder \"\(folder)\"",
                hint: "free space on the disk that holds it, then repeat")
        default:
            let reason = String(cString: strerror(error)).lowercased()
            return Failure(
                error == EACCES || error == EPERM || error == EROFS ? .permission : .invalid,
                "could not \(doing) \"\(path)\" (\(reason))", hint: "check the folder \"\(folder)\"")
        }
    }
}
