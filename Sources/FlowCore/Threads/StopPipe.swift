import Glibc
import Synchronization

/// Ends the waits in `poll` of any number of threads, from another one.
package final class StopPipe: Sendable {
    /// The end of a socket pair that hangs up when the pipe fires.
    package let descriptor: Int32
    private let trigger: Mutex<Int32?>

    package init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(.internal, "the system has no pipe to give (error \(errno))")
        }
        descriptor = ends[0]
        trigger = Mutex(ends[1])
    }

    deinit {
        fire()
        close(descriptor)
    }

    package func fire() {
        trigger.withLock { end in
            if let end { close(end) }
            end = nil
        }
    }
}
