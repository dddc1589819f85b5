import FlowCore
import Glibc

/// Deletes a folder with all it holds.
///
/// It goes by the names as they are stored, which need not be UTF-8, and from one open folder to the next: where
/// somebody puts a link in a folder's place meanwhile, the link goes, and not what it leads to. One folder is open at a
/// time, however deep they lie.
struct FolderDeletion: ~Copyable {
    /// A folder on the way from the first one to that at hand.
    private struct Level {
        /// In the folder above; empty for the first.
        let name: [UInt8]
        let device: dev_t
        let inode: ino_t
        /// What is still to be deleted.
        var names: [[UInt8]]

        /// nil where it can't be read, for which `errno` has the reason.
        init?(_ name: [UInt8], _ folder: Int32) {
            var information = stat()
            guard fstat(folder, &information) == 0, let names = FolderNames.bytes(ofFolder: folder) else { return nil }
            self.name = name
            self.names = names
            device = information.st_dev
            inode = information.st_ino
        }

        func isOf(_ folder: Int32) -> Bool {
            var information = stat()
            return fstat(folder, &information) == 0 && information.st_dev == device && information.st_ino == inode
        }
    }

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    private let path: String
    private var folder: OpenFile
    private var levels: [Level]

    /// - Throws: a `Failure` that names what can't be deleted; what came before is gone by then.
    static func delete(_ path: String) throws(Failure) {
        let folder = try OpenFile(path, flags: flags, action: "delete")
        guard let level = Level([], folder.descriptor) else {
            throw FileFailure.failure("delete", path, errno: errno)
        }
        var deletion = FolderDeletion(path, folder, level)
        try deletion.deleteContent()
        guard rmdir(path) == 0 else { throw FileFailure.failure("delete", path, errno: errno) }
    }

    private init(_ path: String, _ folder: consuming OpenFile, _ level: Level) {
        self.path = path
        self.folder = folder
        levels = [level]
    }

    private mutating func deleteContent() throws(Failure) {
        while !levels.isEmpty {
            if let name = levels[levels.count - 1].names.popLast() { try delete(name) } else { try leave() }
        }
    }

    private mutating func delete(_ name: [UInt8]) throws(Failure) {
        guard let reason = remove(name) else { return }
        // Linux says EISDIR of a folder, POSIX EPERM.
        guard reason == EISDIR || reason == EPERM else { throw failure(name, reason) }
        let inner = openat(folder.descriptor, name.asPath, Self.flags)
        guard inner >= 0 else { throw failure(name, reason == EISDIR ? errno : reason) }
        folder = OpenFile(inner, path: path)
        guard let level = Level(name, inner) else { throw failure(name, errno) }
        levels.append(level)
    }

    /// Goes to the folder above, and deletes the one that is empty now.
    private mutating func leave() throws(Failure) {
        let done = levels.removeLast()
        guard let above = levels.last else { return }
        let outer = openat(folder.descriptor, "..", Self.flags)
        guard outer >= 0 else { throw failure(done.name, errno) }
        folder = OpenFile(outer, path: path)
        guard above.isOf(outer) else {
            throw Failure(
                .conflict, "can't delete \"\(path)\": somebody moves what is in it meanwhile",
                hint: "delete it when nobody uses it")
        }
        if let reason = remove(done.name, flags: AT_REMOVEDIR) { throw failure(done.name, reason) }
    }

    /// - Returns: why it is still there; nil where it is gone, by whomever.
    private func remove(_ name: [UInt8], flags: Int32 = 0) -> Int32? {
        unlinkat(folder.descriptor, name.asPath, flags) == 0 || errno == ENOENT ? nil : errno
    }

    private func failure(_ name: [UInt8], _ reason: Int32) -> Failure {
        let names = levels.dropFirst().map(\.name) + [name]
        let inner = names.filter { !$0.isEmpty }.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
        return FileFailure.failure("delete", path + inner, errno: reason)
    }
}

extension [UInt8] {
    /// With the byte that ends it for the system.
    fileprivate var asPath: [CChar] { map(CChar.init(bitPattern:)) + [0] }
}
