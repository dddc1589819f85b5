import FlowCore
import Glibc

// The other end of a pipe may never be opened. Who waits for it looks now and then whether its task was cancelled.
extension OpenFile {
    /// How often that is, in milliseconds.
    private static let interval: Int32 = 50

    /// Waits until the file, which was opened without blocking, is as `events` of poll(2) say, or has no other end any
    /// more.
    ///
    /// - Throws: a `Failure` of kind `cancelled` where the task that the work is for was cancelled.
    func wait(for events: Int32) throws(Failure) {
        var wanted = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while poll(&wanted, 1, Self.interval) <= 0 { try BlockingWork.checkCancellation() }
    }

    /// Waits for a moment before something is tried again; throws as ``wait(for:)``.
    static func pause() throws(Failure) {
        try BlockingWork.checkCancellation()
        usleep(useconds_t(interval) * 1000)
    }
}
