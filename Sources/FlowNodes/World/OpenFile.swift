import FlowCore
import Glibc

/// A file descriptor that is closed with its owner.
struct OpenFile: ~Copyable {
    let descriptor: Int32
    let path: String

    init(_ path: String, flags: Int32, mode: UInt32 = 0, action: String) throws(Failure) {
        guard !path.utf8.contains(0) else {
            throw Failure(.invalid, "a path can't hold a NUL character", hint: "check the path")
        }
        let opened = open(path, flags | O_CLOEXEC, mode_t(mode))
        guard opened >= 0 else { throw FileFailure.failure(action, path, errno: errno) }
        descriptor = opened
        self.path = path
    }

    /// Takes over a descriptor that is open.
    init(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func information() throws(Failure) -> stat {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileFailure.failure("read", path, errno: errno) }
        return information
    }

    /// At most `count` bytes; empty at the end of the file.
    func read(upTo count: Int) throws(Failure) -> [UInt8] {
        while true {
            var got = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                got = SystemCall.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
                filled = max(got, 0)
            }
            if got >= 0 { return bytes }
            guard errno == EAGAIN else { throw FileFailure.failure("read", path, errno: errno) }
            try wait(for: POLLIN)
        }
    }

    /// Fewer than `count` bytes only at the end of the file.
    func read(from offset: Int64, upTo count: Int) throws(Failure) -> [UInt8] {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw FileFailure.failure("read", path, errno: errno)
        }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try read(upTo: count - bytes.count)
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    func write(_ bytes: [UInt8], named name: String) throws(Failure) {
        guard SystemCall.writeAll(bytes, to: descriptor) else {
            throw FileFailure.failure("write", name, errno: errno)
        }
    }

    /// Adds to the end of a file that was opened for that: all of the bytes or none.
    ///
    /// - Parameter isSynced: whether they are durable when it returns.
    /// - Throws: a `Failure` of kind `uncertain` where a part of them stays in the file.
    func append(_ bytes: [UInt8], isSynced: Bool) throws(Failure) {
        let isRegular = try information().st_mode & S_IFMT == S_IFREG
        var added = 0
        var start: Int64 = 0
        do throws(Failure) {
            while added < bytes.count {
                let count = bytes[added...].withUnsafeBytes { SystemCall.write($0, to: descriptor) }
                if count >= 0 {
                    // Only now is known where the end was.
                    if added == 0 { start = Int64(lseek(descriptor, 0, SEEK_CUR)) - Int64(count) }
                    added += count
                } else if errno == EAGAIN {
                    try wait(for: POLLOUT)
                } else {
                    throw FileFailure.failure("write", path, errno: errno)
                }
            }
            guard isSynced, isRegular else { return }
            try sync(named: path)
            if start == 0, !ParentFolder.sync(of: path) { throw FileFailure.failure("write", path, errno: errno) }
        } catch {
            guard added > 0, !takeBack(added, from: start) else { throw error }
            var failure = error
            failure.kind = .uncertain
            failure.message += "; a part of what was to be added is in it"
            failure.hint = "look at its end, and take the part away"
            throw failure
        }
    }

    /// Cuts off what was added last.
    ///
    /// - Returns: false where it can't be cut off alone, as others have added to the file, too.
    private func takeBack(_ count: Int, from start: Int64) -> Bool {
        var now = stat()
        return lseek(descriptor, 0, SEEK_CUR) == start + Int64(count) && fstat(descriptor, &now) == 0
            && now.st_mode & S_IFMT == S_IFREG && now.st_size == start + Int64(count)
            && ftruncate(descriptor, off_t(start)) == 0
    }

    /// Durable when it returns.
    func sync(named name: String) throws(Failure) {
        guard fsync(descriptor) == 0 else { throw FileFailure.failure("write", name, errno: errno) }
    }
}
