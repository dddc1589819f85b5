import FlowCore
import Glibc

/// A file on its way to take the place of another: until it is whole it stands beside that one as `NAME.flowctl-new`, or
/// with a number behind it where others write the same file at the time.
///
/// Who writes it has it locked. What a killed process has left is locked by nobody, and goes with the next write of that
/// name.
enum DraftFile {
    /// How many writes of one name are told apart.
    private static let most = 16

    private static func name(_ number: Int, of path: String) -> String {
        ReplacedFile.beside(path, ".flowctl-new" + (number == 1 ? "" : "-\(number)"))
    }

    /// An empty file for what is to have the name `path`; its own is ``OpenFile/path``. Whoever gives it that name, or
    /// deletes it, does so before it is closed, as its own name is free for others after that.
    static func open(for path: String, mode: UInt32) throws(Failure) -> OpenFile {
        for number in 1...most {
            let name = name(number, of: path)
            guard let descriptor = try create(name, for: path, mode) else { continue }
            for other in 1...most where other != number { deleteIfDead(DraftFile.name(other, of: path)) }
            return OpenFile(descriptor, path: name)
        }
        // So many write it at once, or what has the names is no draft of this user.
        let name = ReplacedFile.beside(path, ".flowctl-" + Hexadecimal.encode(SystemRandom().bytes(6)))
        let descriptor = exclusive(name, mode)
        guard descriptor >= 0 else { throw FileFailure.failure("write", path, errno: errno) }
        return OpenFile(descriptor, path: name)
    }

    private static func exclusive(_ name: String, _ mode: UInt32) -> Int32 {
        Glibc.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(mode))
    }

    /// - Returns: nil where somebody else has the name.
    private static func create(_ name: String, for path: String, _ mode: UInt32) throws(Failure) -> Int32? {
        // Each turn more means that another write came in between.
        for _ in 0..<8 {
            let descriptor = exclusive(name, mode)
            guard descriptor >= 0 else {
                guard errno == EEXIST else { throw FileFailure.failure("write", path, errno: errno) }
                guard deleteIfDead(name) else { return nil }
                continue
            }
            let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
            // Where there are no locks, nobody takes it for dead. Where there are, somebody may have, before it had one.
            if isLocked ? isNamed(descriptor, name) : errno != EWOULDBLOCK { return descriptor }
            close(descriptor)
        }
        return nil
    }

    /// Deletes a draft that nobody writes any more.
    ///
    /// - Returns: whether the name is free.
    @discardableResult
    private static func deleteIfDead(_ name: String) -> Bool {
        let descriptor = Glibc.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(descriptor, name) else { return false }
        return unlink(name) == 0
    }

    /// Whether the name is that of the open file, which is a plain one of this user and has no other.
    private static func isNamed(_ descriptor: Int32, _ name: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && lstat(name, &named) == 0
            && (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
            && opened.st_mode & S_IFMT == S_IFREG && opened.st_uid == geteuid() && opened.st_nlink == 1
    }
}
