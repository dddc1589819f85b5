import Glibc

/// What a system call says went wrong.
struct SystemError: Error {
    let number: Int32

    var text: String { String(cString: strerror(number)).lowercased() }
}

/// An open file descriptor, closed with the last who holds it; not left to child processes.
final class Descriptor: Sendable {
    let number: Int32

    /// - Parameter result: of the system call that opened it.
    init(_ result: Int32) throws(SystemError) {
        guard result >= 0 else { throw SystemError(number: errno) }
        guard result <= STDERR_FILENO else {
            number = result
            return
        }
        // This process was started without a standard stream. A child must not find ours in its place.
        number = fcntl(result, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        let code = errno
        close(result)
        guard number >= 0 else { throw SystemError(number: code) }
    }

    deinit { close(number) }

    /// Reading and writing give what can be had, instead of waiting.
    func mayNotBlock() { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
}
