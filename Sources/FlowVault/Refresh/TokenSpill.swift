import FlowCore
import FlowCrypto
import FlowStore
import Glibc

/// A file beside the vault that holds renewed tokens, sealed, until they are in the vault.
///
/// A provider that rotates refresh tokens has dropped the old one when its answer comes: from then on only this process
/// knows the new one. So the file is made before the request is sent, with its space taken and its name on disk, and is
/// mapped: what is copied there outlives the process from the next instruction on, without a call that could fail or at
/// which it could be killed.
///
/// Whoever has the credential's ``RenewalLock`` may use the file, nobody else.
struct TokenSpill {
    private let vault: VaultFile
    let credentialID: String

    /// More than any tokens that a header can carry, in whole pages.
    static let capacity = 64 << 10
    /// Before the sealed bytes stands how many there are.
    static let headSize = 4

    init(_ vault: VaultFile, credentialID: String) {
        self.vault = vault
        self.credentialID = credentialID
    }

    var path: String { "\(vault.path)\(TokenSpill.infix)\(credentialID)" }

    private static let infix = "-renewed-"

    /// The ids of the credentials for which there is a file.
    static func credentialIDs(beside vault: String) -> [String] {
        let prefix = String(vault.split(separator: "/").last ?? "") + infix
        let names = FolderNames.list(ParentFolder.of(vault)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Makes the file with room for an answer, its name on disk.
    ///
    /// - Throws: `permission` or `invalid` where that can't be done.
    func makeRoom() throws(Failure) -> Room {
        try Room(path, beside: vault.path, sealer: vault.sealer(), context: context)
    }

    /// nil where there is no file, or none of this vault that was written to its end.
    ///
    /// - Throws: where there is one that can't be looked into: it may hold the only copy of something.
    func read() throws(Failure) -> RenewedFields? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw TokenSpill.failure(path, "read", errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: TokenSpill.capacity)
        let count = SystemCall.read(descriptor, into: &bytes)
        guard count >= 0 else { throw TokenSpill.failure(path, "read", errno) }
        let length = Int(bytes.prefix(TokenSpill.headSize).reduce(0) { $0 << 8 | UInt32($1) })
        let box = bytes.prefix(count).dropFirst(TokenSpill.headSize).prefix(length)
        guard length > 0, box.count == length else { return nil }
        do throws(Failure) {
            var plain = try vault.sealer().open(Array(box), context: context)
            defer { wipe(&plain) }
            return RenewedFields(plain)
        } catch {
            // Cut off, changed, or another vault's.
            guard error.code == "sealed_elsewhere" else { throw error }
            return nil
        }
    }

    func remove() { unlink(path) }

    /// Binds the sealed bytes to the credential; that they are the vault's own is in the key.
    private var context: String { "renewed tokens of \(credentialID)" }
}

extension TokenSpill {
    /// The file while an answer is waited for.
    final class Room: @unchecked Sendable {
        private let path: String
        private let sealer: Sealer
        private let context: String
        private let descriptor: Int32
        private let memory: UnsafeMutableRawPointer
        // Changed by the one task that renews, and read when it has let go.
        private var isUsed = false

        fileprivate init(_ path: String, beside vault: String, sealer: Sealer, context: String) throws(Failure) {
            self.path = path
            self.sealer = sealer
            self.context = context
            // Whatever was there has been taken up or was of no use.
            unlink(path)
            var isReady = false
            defer { if !isReady { unlink(path) } }
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw TokenSpill.failure(path, "written", errno) }
            PrivateFile.giveOwner(of: vault, to: descriptor)
            let size = TokenSpill.capacity
            let hasRoom = posix_fallocate(descriptor, 0, off_t(size))
            guard hasRoom == 0 else {
                close(descriptor)
                throw TokenSpill.failure(path, "written", hasRoom)
            }
            let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
            guard let memory = mapped, memory != MAP_FAILED else {
                let number = errno
                close(descriptor)
                throw TokenSpill.failure(path, "written", number)
            }
            self.descriptor = descriptor
            self.memory = memory
            guard fsync(descriptor) == 0, ParentFolder.sync(of: path) else {
                throw TokenSpill.failure(path, "written", errno)
            }
            // The pages are there and may be written from here on, even where a disk copies on writing.
            memset(memory, 0, size)
            isReady = true
        }

        deinit {
            munmap(memory, TokenSpill.capacity)
            close(descriptor)
        }

        /// Deletes the file where no answer was kept. The caller still has the lock.
        func discardIfUnused() { if !isUsed { unlink(path) } }

        /// Keeps an answer: safe from the end of this process when it returns.
        ///
        /// - Returns: false where it is too large.
        func keep(_ answer: RenewedFields) -> Bool {
            var plain = answer.bytes
            defer { wipe(&plain) }
            guard let box = try? sealer.seal(plain, context: context),
                box.count <= TokenSpill.capacity - TokenSpill.headSize
            else { return false }
            isUsed = true
            let head = (0..<TokenSpill.headSize).map { UInt8(truncatingIfNeeded: box.count >> (24 - 8 * $0)) }
            memory.copyMemory(from: head + box, byteCount: head.count + box.count)
            return true
        }

        /// Makes it safe from the end of the machine, too.
        func sync() throws(Failure) {
            guard fsync(descriptor) == 0 else { throw TokenSpill.failure(path, "written", errno) }
        }
    }

    private static func failure(_ path: String, _ verb: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number)).lowercased()
        return Failure(
            [EACCES, EPERM, EROFS].contains(number) ? .permission : .invalid,
            "the file \"\(path)\", which keeps renewed tokens, can't be \(verb): \(reason)",
            hint: number == ENOSPC || number == EDQUOT
                ? "free space on the disk that holds it" : "check the folder it is in",
            code: "token_spill", nothingSent: true)
    }
}
