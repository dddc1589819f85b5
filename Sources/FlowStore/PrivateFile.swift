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
        // Behind a link SQLite would make it, for all to read, in a folder nobody has looked at.
        let path = RealPath.of(path)
        if create { try createFolder(ParentFolder.of(path)) }
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
    ///
    /// - Throws: `invalid` or `permission` where it can't be written; what was begun is deleted.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        try make(path) { descriptor throws(Failure) in try put(bytes, into: descriptor, path) }
    }

    /// As ``write(_:to:)``, with what is read from a descriptor to its end.
    ///
    /// - Parameters:
    ///   - name: what messages call the source.
    ///   - accepts: asked with the first bytes, 16 at least; where it says no, nothing more is read.
    package static func write(
        from source: Int32, named name: String, to path: String, if accepts: ([UInt8]) -> Bool
    ) throws(Failure) {
        try make(path) { descriptor throws(Failure) in
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            // Of a pipe each reading may give as little as a byte.
            var head: [UInt8]? = []
            while true {
                let count = SystemCall.read(source, into: &chunk)
                guard count >= 0 else { throw systemFailure("\"\(name)\" can't be read", errno) }
                guard count > 0 else { return }
                let piece = Array(chunk.prefix(count))
                try put(piece, into: descriptor, path)
                guard let begun = head.map({ $0 + piece }) else { continue }
                head = begun.count < 16 ? begun : nil
                if head == nil, !accepts(begun) { return }
            }
        }
    }

    /// Writes a file with mode 0600 that gets its name once it is whole and on disk: what has the name stays till then.
    ///
    /// - Throws: `invalid` where a folder, device or pipe has the name.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        if let objection = ReplacedFile.objection(to: path) {
            throw Failure(.invalid, "the file \"\(path)\" can't be written: \(objection.rawValue)", hint: "name a file")
        }
        guard let target = ReplacedFile.target(of: path) else {
            throw Failure(
                .invalid, "the file \"\(path)\" can't be written: it is a link that leads nowhere", hint: "name a file")
        }
        let part = ReplacedFile.beside(target, ".part-\(getpid())")
        do throws(Failure) {
            try write(bytes, to: part)
        } catch {
            var failure = error
            failure.message.replace(part, with: path)
            throw failure
        }
        guard rename(part, target) == 0 else {
            let number = errno
            unlink(part)
            throw systemFailure("the file \"\(path)\" can't be written", number)
        }
        ParentFolder.sync(of: target)
    }

    /// Makes a file of its own, in place of what a process of the same number has left.
    private static func make(_ path: String, _ fill: (Int32) throws(Failure) -> Void) throws(Failure) {
        unlink(path)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemFailure("the file \"\(path)\" can't be made", errno) }
        defer { close(descriptor) }
        do throws(Failure) {
            try fill(descriptor)
            guard fsync(descriptor) == 0 else { throw systemFailure("the file \"\(path)\" can't be written", errno) }
        } catch {
            unlink(path)
            throw error
        }
    }

    private static func put(_ bytes: [UInt8], into descriptor: Int32, _ path: String) throws(Failure) {
        guard SystemCall.writeAll(bytes, to: descriptor) else {
            throw systemFailure("the file \"\(path)\" can't be written", errno)
        }
    }

    /// Gives a file that root has made to the owner of the file that it stands beside, as SQLite does with its own:
    /// that user could not open it otherwise.
    package static func giveOwner(of path: String, to descriptor: Int32) {
        var owner = stat()
        var own = stat()
        guard geteuid() == 0, stat(path, &owner) == 0, fstat(descriptor, &own) == 0, own.st_uid != owner.st_uid else {
            return
        }
        _ = fchown(descriptor, owner.st_uid, owner.st_gid)
    }

    /// Whether an open file is one that has no other name: no folder, pipe or device, and not somebody else's file that
    /// was linked into the folder.
    package static func isPlain(_ descriptor: Int32) -> Bool {
        var info = stat()
        return fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && info.st_nlink <= 1
    }

    /// - Throws: `permission` where the file is wider than 0600 or its folder wider than 0700, `invalid` where it is a
    ///   folder itself; nothing where they don't exist.
    package static func requirePrivate(_ path: String) throws(Failure) {
        var info = stat()
        // With the mode of a file nobody could enter it.
        guard stat(path, &info) != 0 || info.st_mode & S_IFMT != S_IFDIR else {
            throw Failure(.invalid, "\"\(path)\" is a folder", hint: "name a file")
        }
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
                hint: isShared(place, info)
                    ? "keep it in a folder of its own: others need this one as it is"
                    : "run: chmod \(wanted) \(place.asShellWord)",
                code: "open_permissions")
        }
    }

    /// Whether a place is a folder that isn't this user's to close: `/tmp`, another user's, the system's, or a home.
    private static func isShared(_ place: String, _ info: stat) -> Bool {
        guard info.st_mode & S_IFMT == S_IFDIR else { return false }
        let parent = ParentFolder.of(RealPath.of(place))
        return info.st_mode & S_ISVTX != 0 || info.st_uid != geteuid() || systemFolders.contains(parent)
    }

    /// What lies in them is everybody's, or somebody's home.
    private static let systemFolders: Set = ["/", "/home", "/usr", "/usr/local", "/var"]

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
            hint: number == EISDIR ? "name a file" : "check the folder it is in")
    }
}
