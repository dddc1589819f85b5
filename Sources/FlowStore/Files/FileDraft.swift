import FlowCore
import FlowCrypto
import Glibc
import Synchronization

/// A file on its way into the folder of ``RunFiles``: whole and on disk, without its name yet.
///
/// Locked until it has its name or is given up, which tells it from those that a dead process left.
final class FileDraft: Sendable {
    let name: String
    /// Bytes.
    let size: Int64
    private let path: String
    private let descriptor: Int32
    /// A draft of our own is deleted when nobody wants it; a file that a node made stays the run's.
    private let isOwn: Bool
    private let isPlaced = Atomic<Bool>(false)

    fileprivate init(name: String, size: Int64, path: String, descriptor: Int32, isOwn: Bool) {
        self.name = name
        self.size = size
        self.path = path
        self.descriptor = descriptor
        self.isOwn = isOwn
    }

    deinit {
        if isOwn, !isPlaced.load(ordering: .relaxed) { unlink(path) }
        close(descriptor)
    }

    /// Gives it its name, in place of a file that has it: the content is the same.
    func move(to target: String) throws(Failure) {
        guard rename(path, target) == 0 else {
            throw Failure(
                .invalid, "could not name the file \"\(target)\" (\(String(cString: strerror(errno)).lowercased()))",
                hint: "check its folder")
        }
        isPlaced.store(true, ordering: .relaxed)
    }
}

/// A digest that closures can share, which a value that can't be copied does not allow.
private final class RunningDigest {
    private var digest: StreamingDigest?

    init() throws(Failure) { digest = try StreamingDigest(.sha256) }

    func update(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try digest?.update(bytes) }

    /// Lower-case hexadecimal.
    func finish() throws(Failure) -> String {
        guard let digest = digest.take() else { return "" }
        return Hexadecimal.encode(try digest.finish())
    }
}

extension FileDraft: Hashable {
    static func == (left: FileDraft, right: FileDraft) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension RunFiles {
    /// The beginning of a draft's name, until it has its own.
    static let draftPrefix = "draft-"

    private static let counter = Atomic<Int>(0)

    /// Brings bytes to disk.
    func draft(_ bytes: [UInt8]) throws(Failure) -> FileDraft {
        try draft { write throws(Failure) in
            try bytes.withUnsafeBytes { bytes in Result { () throws(Failure) in try write(bytes) } }.get()
        }
    }

    /// Makes a file of what `body` writes, and brings it to disk.
    ///
    /// - Parameter path: the file whose ending it gets.
    func draft(
        like path: String = "", _ body: ((UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) -> FileDraft {
        try prepare()
        let (draftPath, descriptor) = try newDraft()
        do throws(Failure) {
            let digest = try RunningDigest()
            var size: Int64 = 0
            try body { bytes throws(Failure) in
                guard SystemCall.writeAll(bytes, to: descriptor) else { throw failure("write", draftPath, errno) }
                try digest.update(bytes)
                size += Int64(bytes.count)
            }
            guard fsync(descriptor) == 0 else { throw failure("write", draftPath, errno) }
            let name = RunFiles.name(digest: try digest.finish(), like: path)
            return FileDraft(name: name, size: size, path: draftPath, descriptor: descriptor, isOwn: true)
        } catch {
            unlink(draftPath)
            close(descriptor)
            throw error
        }
    }

    /// Takes a file that a node left in the run's own folder: brings it to disk, closes it to others and to writing.
    ///
    /// - Throws: `not_found` where it is not there, `invalid` where it is no plain file.
    func draft(moving path: String) throws(Failure) -> FileDraft {
        try prepare()
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("read", path, errno) }
            throw Failure(.notFound, "there is no file \"\(path)\", which a step gave as its output")
        }
        do throws(Failure) {
            var info = stat()
            guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
                throw Failure(.invalid, "\"\(path)\", which a step gave as its output, is no file")
            }
            guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw failure("write", path, errno) }
            let digest = try RunningDigest()
            try forEachPiece(of: descriptor, path) { bytes throws(Failure) in try digest.update(bytes) }
            let name = RunFiles.name(digest: try digest.finish(), like: path)
            return FileDraft(
                name: name, size: Int64(info.st_size), path: path, descriptor: descriptor, isOwn: false)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Deletes drafts whose process is gone.
    func deleteDeadDraft(_ name: String) -> Bool {
        let descriptor = open(path(of: name), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && unlink(path(of: name)) == 0
    }

    private func newDraft() throws(Failure) -> (path: String, descriptor: Int32) {
        while true {
            let number = RunFiles.counter.add(1, ordering: .relaxed).newValue
            let path = "\(folder)/\(RunFiles.draftPrefix)\(getpid())-\(number)"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if descriptor < 0 {
                // Left by a process that had this one's number.
                if errno == EEXIST { continue }
                throw failure("make", path, errno)
            }
            // Deleted between the two calls, as the draft of a dead process.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, PrivateFile.exists(path) else {
                close(descriptor)
                continue
            }
            return (path, descriptor)
        }
    }

    /// Reads an open file from its beginning, in pieces.
    func forEachPiece(
        of descriptor: Int32, _ path: String, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = SystemCall.read(descriptor, into: buffer, at: offset)
            guard count >= 0 else { throw failure("read", path, errno) }
            guard count > 0 else { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }
}
