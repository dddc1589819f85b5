package import FlowCore
import Glibc

/// Files that only their owner may read: made so, and refused where they are not.
package enum PrivateFile {
    package static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0
    }

    /// Whether there is certainly nothing at a path. Where its folder can't be looked into, there may be.
    static func isMissing(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR)
    }

    static func canMakeFiles(beside path: String) -> Bool { access(ParentFolder.of(path), W_OK) == 0 }

    /// Checks a private file and its folder, and makes both where they are missing.
    ///
    /// - Parameter create: whether a missing file is made, empty, with mode 0600; a missing file is left to the
    ///   caller otherwise.
    /// - Throws: `permission` where the file is wider than 0600 or its folder wider than 0700, with the chmod to run.
    package static func prepare(_ path: String, create: Bool) throws(Failure) {
        let folder = ParentFolder.of(path)
        if create { try createFolder(folder) }
        try requirePrivate(path)
        guard create, !exists(path) else { return }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            // Another process may have made it in between.
            if errno == EEXIST { return try requirePrivate(path) }
            throw systemFailure("the file \"\(path)\" can't be made", errno)
        }
        close(descriptor)
    }

    /// Writes a new file with mode 0600 and brings it to disk.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        unlink(path)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemFailure("the file \"\(path)\" can't be made", errno) }
        defer { close(descriptor) }
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw systemFailure("the file \"\(path)\" can't be written", errno) }
            start += count
        }
        guard fsync(descriptor) == 0 else { throw systemFailure("the file \"\(path)\" can't be written", errno) }
    }

    /// - Throws: `permission` where the file is wider than 0600 or its folder wider than 0700; nothing where they
    ///   don't exist.
    package static func requirePrivate(_ path: String) throws(Failure) {
        try require(ParentFolder.of(path), "folder", mode: 0o700)
        try require(path, "file", mode: 0o600)
    }

    /// - Throws: `permission` where the place has permissions beyond `allowed`, with the chmod to run; nothing where it
    ///   doesn't exist.
    package static func require(_ place: String, _ kind: String, mode allowed: UInt32) throws(Failure) {
        var info = stat()
        guard stat(place, &info) == 0 else { return }
        let mode = info.st_mode & 0o777
        guard mode & ~allowed == 0 else {
            let wanted = String(mode & allowed, radix: 8)
            throw Failure(
                .permission, "the \(kind) \"\(place)\" has mode 0\(String(mode, radix: 8)), which is open to others",
                hint: "run: chmod \(wanted) \(place.asShellWord)", code: "open_permissions")
        }
    }

    /// Makes a folder and those above it; the new ones get mode 0700.
    package static func createFolder(_ path: String) throws(Failure) {
        guard !exists(path) else { return }
        let parent = ParentFolder.of(path)
        if parent != path { try createFolder(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw systemFailure("the folder \"\(path)\" can't be made", errno)
        }
    }

    private static func systemFailure(_ what: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number)).lowercased()
        return Failure(
            number == EACCES || number == EPERM || number == EROFS ? .permission : .invalid, "\(what): \(reason)",
            hint: "check the folder it is in")
    }
}
