import Dispatch
import FlowCore
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP while a run is on: the first asks for a graceful end, the second ends the process at once.
///
/// The handler does nothing but write a byte to a pipe; a thread of its own reads it, as the pool may be busy.
final class SignalWatch: Sendable {
    /// The pipe's end for the handler, which can't capture; -1 while nothing watches.
    private static let pipe = Atomic<Int32>(-1)
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    private let descriptors: (read: Int32, write: Int32)

    /// - Parameters:
    ///   - onFirst: called once, on a thread of its own, with the signal's number.
    ///   - onSecond: called before the process ends as cancelled.
    init(
        onFirst: @escaping @Sendable (Int32) -> Void, onSecond: @escaping @Sendable (Int32) -> Void
    ) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Session.failure("can't watch for signals") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptors = (ends[0], ends[1])
        let reading = ends[0]
        try OwnThread.start {
            var count = 0
            var byte: UInt8 = 0
            while true {
                let got = read(reading, &byte, 1)
                if got < 0, errno == EINTR { continue }
                guard got == 1, byte != 0 else { break }
                count += 1
                if count == 1 {
                    onFirst(Int32(byte))
                } else {
                    onSecond(Int32(byte))
                    // Children are ended by the cancellation; what hangs longer, or a third signal, is not waited for.
                    var next = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
                    if poll(&next, 1, 2000) == 1, next.revents & Int16(POLLIN) != 0 {
                        _ = read(reading, &byte, 1)
                        // The end of the watch: the run has come to its end in time.
                        if byte == 0 { break }
                    }
                    RawTerminal.restore()
                    _exit(ExitStatus.cancelled.rawValue)
                }
            }
            close(reading)
        }
        SignalWatch.pipe.store(ends[1], ordering: .sequentiallyConsistent)
        for number in SignalWatch.signals { SignalWatch.handle(number) }
    }

    /// Gives the signals back their default meaning.
    func end() {
        for number in SignalWatch.signals { signal(number, SIG_DFL) }
        SignalWatch.pipe.store(-1, ordering: .sequentiallyConsistent)
        var stop: UInt8 = 0
        _ = write(descriptors.write, &stop, 1)
        close(descriptors.write)
    }

    private static func handle(_ number: Int32) {
        // nohup and shells without job control have it ignored on purpose.
        var current = sigaction()
        sigaction(number, nil, &current)
        if number != SIGTERM, isIgnored(current) { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: number)
            let descriptor = SignalWatch.pipe.load(ordering: .relaxed)
            if descriptor >= 0 { _ = write(descriptor, &byte, 1) }
            errno = saved
        }
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
