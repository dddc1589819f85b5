import FlowCore
import Glibc

extension RunFiles {
    /// What lies in the folder, without `.` and `..`; nothing where there is no folder.
    var entries: [String] { RunFiles.entries(of: folder) }

    /// Deletes a file. Called with the write lock held, and only where no run names it.
    ///
    /// - Returns: how many bytes it had; nil where it was not there.
    func delete(_ name: String) -> Int64? {
        let path = path(of: name)
        var info = stat()
        guard lstat(path, &info) == 0, unlink(path) == 0 else { return nil }
        return Int64(info.st_size)
    }

    /// Deletes what nodes of a run left there that nobody took.
    func deleteFolder(of run: RunID) { RunFiles.deleteTree(folder(of: run)) }

    /// Deletes a folder with all that is in it. Never follows a link.
    static func deleteTree(_ path: String) {
        guard rmdir(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
        for name in entries(of: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) != 0, errno == EISDIR || errno == EPERM { deleteTree(inner) }
        }
        rmdir(path)
    }

    private static func entries(of folder: String) -> [String] { FolderNames.list(folder) ?? [] }
}
