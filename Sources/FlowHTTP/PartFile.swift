import FlowCore
import Glibc
import Synchronization

/// A file that gets its name only when it is complete: until then it stands beside it as `NAME.part-…`, and it is
/// deleted when this value goes before that.
final class PartFile {
    private let path: String
    private let partPath: String
    private var descriptor: Int32
    private(set) var size: Int64 = 0

    private static let counter = Atomic<Int>(0)

    init(for path: String) throws(Failure) {
        self.path = path
        let number = PartFile.counter.add(1, ordering: .relaxed).newValue
        partPath = "\(path).part-\(getpid())-\(number)"
        descriptor = open(partPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PartFile.failure(path, errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(partPath)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw PartFile.failure(path, errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        size += Int64(bytes.count)
    }

    /// Gives the file its name, in place of one that has it.
    func complete() throws(Failure) {
        guard close(descriptor) == 0, rename(partPath, path) == 0 else {
            let error = errno
            unlink(partPath)
            descriptor = -1
            throw PartFile.failure(path, error)
        }
        descriptor = -1
    }

    private static func failure(_ path: String, _ error: Int32) -> Failure {
        let hint =
            switch error {
            case ENOSPC, EDQUOT: "free some space, or write to another disk"
            case ENOENT: "create the folder first"
            default: "check the folder and its permissions"
            }
        return Failure(
            error == EACCES ? .permission : .invalid, "could not write \(path) (\(systemText(error)))", hint: hint)
    }
}

/// The system's words for an error number, in lower case.
func systemText(_ error: Int32) -> String { String(cString: strerror(error)).lowercased() }
