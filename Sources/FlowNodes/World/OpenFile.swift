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
                got = Glibc.read(descriptor, buffer.baseAddress, count)
                filled = max(got, 0)
            }
            if got >= 0 { return bytes }
            guard errno == EINTR else { throw FileFailure.failure("read", path, errno: errno) }
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
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if written >= 0 {
                offset += written
            } else if errno != EINTR {
                throw FileFailure.failure("write", name, errno: errno)
            }
        }
    }

    /// Durable when it returns.
    func sync(named name: String) throws(Failure) {
        guard fsync(descriptor) == 0 else { throw FileFailure.failure("write", name, errno: errno) }
    }
}
