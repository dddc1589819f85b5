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

    deinit { close(descriptor) }

    /// Takes the lock of a credential where nobody has it.
    ///
    /// - Parameter id: the bytes of the credential's id; nil stands for all credentials at once.
    /// - Throws: `permission` or `invalid` where the file can't be used.
    static func attempt(_ vault: String, credential id: [UInt8]?) throws(Failure) -> Attempt {
        let path = vault + "-lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if [EROFS, EACCES, EPERM].contains(errno) { return .readOnly }
            throw failure(path, errno)
        }
        let lock = RenewalLock(descriptor)
        try PrivateFile.require(path, "file", mode: 0o600)
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = id.map(position) ?? 0
        // No length reaches to the end of all files.
        range.l_len = id == nil ? 0 : 1
        guard fcntl(descriptor, RenewalLock.setLock, &range) == 0 else {
            if errno == EAGAIN || errno == EACCES { return .taken }
            throw failure(path, errno)
        }
        return .held(lock)
    }

    /// Which byte stands for a credential: its id is random, so that no two share one.
    private static func position(_ id: [UInt8]) -> off_t {
        off_t(id.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 2)
    }

    private static func failure(_ path: String, _ number: Int32) -> Failure {
        Failure(
            .invalid, "the file \"\(path)\" can't be locked: \(String(cString: strerror(number)).lowercased())",
            hint: "keep the vault on a disk of this machine", code: "vault_lock")
    }
}
