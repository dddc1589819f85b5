import FlowCore
import FlowCrypto
import Glibc

/// A value of the journal that lies in a file; read when it is asked for, and not before.
struct LargeValue: Sendable, Hashable {
    let name: String
    /// Bytes.
    let size: Int64
    let files: RunFiles
    /// What the value is, such as `the output of step "fetch"`.
    let subject: String

    /// - Parameter run: the id of its run, for messages.
    /// - Throws: `invalid` with the code `value_missing` or `value_damaged`, where the file is not there or not as it was
    ///   written.
    func bytes(ofRun run: String) throws(Failure) -> [UInt8] {
        let path = files.path(of: name)
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw files.failure("read", path, errno) }
            throw Failure(
                .invalid, "\(subject) of run \(run) is missing: there is no file \"\(path)\"",
                hint: LargeValue.hint, code: "value_missing")
        }
        defer { close(descriptor) }
        var info = stat()
        var bytes: [UInt8] = []
        if fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, Int64(info.st_size) == size {
            bytes.reserveCapacity(Int(size))
            try files.forEachPiece(of: descriptor, path) { bytes.append(contentsOf: $0) }
        }
        guard Int64(bytes.count) == size,
            Hexadecimal.encode(try Digest.sha256(bytes)) == RunFiles.digest(in: name)
        else {
            throw Failure(
                .invalid, "\(subject) of run \(run) is damaged: the file \"\(path)\" is not as it was written",
                hint: LargeValue.hint, code: "value_damaged")
        }
        return bytes
    }

    private static let hint = "restore the file from a backup, or start a new run"
}
