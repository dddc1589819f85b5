import FlowCore
import Glibc

/// The lines of a file, one after another, none longer than it may be.
final class LineReader {
    let path: String
    private let descriptor: Int32
    private let maximum: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// - Throws: `not_found`, or `invalid` where it is no plain file.
    init(_ path: String, maximum: Int) throws(Failure) {
        self.path = path
        self.maximum = maximum
        descriptor = try LineReader.open(path)
    }

    deinit { close(descriptor) }

    /// Opens a plain file, never a pipe or a device that would hold the process up.
    static func open(_ path: String, followingLinks: Bool = true) throws(Failure) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw Failure(
                errno == ENOENT ? .notFound : errno == EACCES ? .permission : .invalid,
                "could not read \"\(path)\" (\(reason))", hint: "check the path")
        }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(.invalid, "\"\(path)\" is no file", hint: "check the path")
        }
        return descriptor
    }

    /// nil at the end.
    ///
    /// - Throws: `invalid` with the code `too_long`.
    func next() throws(Failure) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            searched = buffer.count
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            guard buffer.count - start <= maximum else {
                throw Failure(.invalid, "a line is longer than \(maximum >> 20) MiB", code: "too_long")
            }
            searched -= start
            buffer.removeFirst(start)
            start = 0
            try fill()
        }
    }

    private func fill() throws(Failure) {
        let old = buffer.count
        let room = max(256 << 10, old)
        buffer.append(contentsOf: repeatElement(0, count: room))
        let count = buffer.withUnsafeMutableBytes { SystemCall.read(descriptor, into: .init(rebasing: $0[old...])) }
        guard count >= 0 else {
            throw Failure(.invalid, "could not read \"\(path)\" (\(String(cString: strerror(errno)).lowercased()))")
        }
        buffer.removeLast(room - count)
        isAtEnd = count == 0
    }
}
