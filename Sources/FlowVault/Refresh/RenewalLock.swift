import FlowCore
import FlowStore
import Glibc

/// Lets one process at a time, and one task in it, renew a credential of a vault.
///
/// A byte of one file beside the vault stands for each credential; the file stays, empty. The lock belongs to the open
/// file (F_OFD_SETLK), so that the kernel gives it back however the process ends, and two tasks of one process exclude
/// each other as well.
final class RenewalLock: Sendable {
    enum Attempt {
        case held(RenewalLock)
        case taken
        /// Nothing can be made beside the vault, as on a disk that is mounted to be read.
        case readOnly
    }

    private let descriptor: Int32
    /// F_OFD_SETLK of fcntl(2), which Swift's Glibc leaves out; one number on every machine.
    private static let setLock: Int32 = 37

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // A child that is just being started has the open file, too; closing alone would leave the lock to it.
        var range = RenewalLock.range(F_UNLCK, credential: nil)
        _ = fcntl(descriptor, RenewalLock.setLock, &range)
        close(descriptor)
    }

    /// Takes the lock of a credential where nobody has it.
    ///
    /// - Parameter id: the bytes of the credential's id.
    /// - Throws: `permission` or `invalid` where the file can't be used.
    static func attempt(_ vault: String, credential id: [UInt8]) throws(Failure) -> Attempt {
        let path = vault + "-lock"
        let descriptor = file(path, beside: vault)
        guard descriptor >= 0 else {
            let number = errno
            if number == EACCES, let failure = foreignFile(path) { throw failure }
            if [EROFS, EACCES, EPERM].contains(number) { return .readOnly }
            if [ELOOP, EISDIR, ENXIO].contains(number) { throw noFile(path) }
            throw failure(path, number)
        }
        let lock = RenewalLock(descriptor)
        guard PrivateFile.isPlain(descriptor) else { throw noFile(path) }
        try PrivateFile.require(path, "file", mode: 0o600)
        var range = range(F_WRLCK, credential: id)
        guard fcntl(descriptor, RenewalLock.setLock, &range) == 0 else {
            if errno == EAGAIN || errno == EACCES { return .taken }
            throw failure(path, errno)
        }
        return .held(lock)
    }

    /// Opens the lock's file, made where it is missing; -1 where it can't be had.
    ///
    /// The folder may be another user's, and this process root: a link there would have it open, and give away, a file
    /// of its own. So no link is followed, and only a new file gets the vault's owner.
    private static func file(_ path: String, beside vault: String) -> Int32 {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let new = open(path, flags | O_CREAT | O_EXCL, 0o600)
        guard new < 0 else {
            PrivateFile.giveOwner(of: vault, to: new)
            return new
        }
        return errno == EEXIST ? open(path, flags) : -1
    }

    /// The byte of a credential, whose id is random, so that no two share one; without an id all bytes there are.
    private static func range(_ type: Int32, credential id: [UInt8]?) -> flock {
        var range = flock()
        range.l_type = Int16(type)
        range.l_whence = Int16(SEEK_SET)
        guard let id else { return range }
        range.l_start = off_t(id.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 2)
        range.l_len = 1
        return range
    }

    /// What is to be said where another user has made the file, as an older flowctl did under `sudo`; nil where the
    /// folder can't be written either.
    private static func foreignFile(_ path: String) -> Failure? {
        var info = stat()
        guard stat(path, &info) == 0, info.st_uid != geteuid(), access(ParentFolder.of(path), W_OK) == 0 else {
            return nil
        }
        let owner = info.st_uid == 0 ? "root" : "user \(info.st_uid)"
        return Failure(
            .permission, "the file \"\(path)\" belongs to \(owner), and without it no token is renewed",
            hint: "end what that user runs, then delete the file, which is empty: rm -f \(path.asShellWord)",
            code: "vault_lock", nothingSent: true)
    }

    private static func noFile(_ path: String) -> Failure {
        Failure(
            .invalid, "\"\(path)\" is no file of its own, and without one no token is renewed",
            hint: "look what it is, then delete it: rm \(path.asShellWord)", code: "vault_lock", nothingSent: true)
    }

    private static func failure(_ path: String, _ number: Int32) -> Failure {
        Failure(
            .invalid, "the file \"\(path)\" can't be locked: \(String(cString: strerror(number)).lowercased())",
            hint: "keep the vault on a disk of this machine", code: "vault_lock")
    }
}
