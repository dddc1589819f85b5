import FlowCore
import Glibc

/// A new file that is written in small pieces.
///
/// A reader of a descriptor that has gone away (`| head`) is no error, nor is one that was never there (`>&-`): what
/// follows is dropped.
final class LineWriter {
    private let path: String
    private var descriptor: Int32
    private let isOwner: Bool
    private var buffer: [UInt8] = []

    private static let bufferSize = 128 << 10

    /// - Throws: `conflict` where there is a file of that name.
    init(_ path: String) throws(Failure) {
        self.path = path
        isOwner = true
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LineWriter.failure(path, errno) }
    }

    /// Writes to a descriptor of the caller's, and leaves it open.
    init(_ descriptor: Int32) {
        path = "standard output"
        self.descriptor = descriptor
        isOwner = false
    }

    deinit { if isOwner, descriptor >= 0 { Glibc.close(descriptor) } }

    func write(_ line: [UInt8]) throws(Failure) {
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= LineWriter.bufferSize { try flush() }
    }

    func write(raw bytes: UnsafeRawBufferPointer) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= LineWriter.bufferSize { try flush() }
    }

    func close() throws(Failure) {
        try flush()
        guard isOwner else { return }
        let code = Glibc.close(descriptor)
        descriptor = -1
        guard code == 0 else { throw LineWriter.failure(path, errno) }
    }

    private func flush() throws(Failure) {
        if !SystemCall.writeAll(buffer, to: descriptor), isOwner || errno != EPIPE && errno != EBADF {
            throw LineWriter.failure(path, errno)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    static func failure(_ path: String, _ error: Int32) -> Failure {
        guard error != EEXIST else {
            return Failure(.conflict, "there is something at \"\(path)\" already", hint: "name another place with --to")
        }
        let reason = String(cString: strerror(error)).lowercased()
        return Failure(
            error == EACCES || error == EPERM || error == EROFS ? .permission : .invalid,
            "could not write \"\(path)\" (\(reason))", hint: "name another place with --to")
    }
}
