import Glibc

/// The folder that a file lies in.
package enum ParentFolder {
    /// `.` for a path without a folder.
    package static func of(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Brings to disk what the file at `path` is called: after that, no power cut undoes that it was made or renamed.
    ///
    /// - Returns: false where the disk fails, for which `errno` has the reason. A file system that can't do it, and a folder
    ///   that may not be read, are no failure.
    @discardableResult
    package static func sync(of path: String) -> Bool {
        let descriptor = open(of(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == EACCES || errno == EPERM }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS
    }
}
