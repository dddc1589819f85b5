import FlowCore
import Glibc
import Synchronization

/// Where bytes for the user go: standard output or standard error, or a buffer in tests.
protocol Channel: Sendable {
    func write(_ text: String)

    /// Whether nobody is there any more to read what is written.
    var isDeserted: Bool { get }
}

extension Channel {
    var isDeserted: Bool { false }
}

/// A file descriptor of the process, written without a buffer of its own.
///
/// A reader that has gone away (`flowctl runs list | head`) is no error, nor is one that was never there (`>&-`): what
/// follows is dropped. Anything else that keeps text from its place is remembered, and told when the process ends.
struct DescriptorChannel: Channel {
    static let standardOutput = DescriptorChannel(descriptor: STDOUT_FILENO)
    static let standardError = DescriptorChannel(descriptor: STDERR_FILENO)

    let descriptor: Int32
    private let fault = Fault()

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The number of the error for which something could not be written; 0 where all was.
    var errorNumber: Int32 { fault.number.load(ordering: .relaxed) }

    /// Of a pipe whose reader has gone, which is known before anything is written to it.
    var isDeserted: Bool {
        var poller = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&poller, 1, 0) > 0 && Int32(poller.revents) & (POLLERR | POLLHUP) != 0
    }

    private final class Fault: Sendable {
        let number = Atomic<Int32>(0)
    }

    func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if !SystemCall.writeAll(UnsafeRawBufferPointer(bytes), to: descriptor), errno != EPIPE, errno != EBADF {
                fault.number.store(errno, ordering: .relaxed)
            }
        }
    }
}

/// Keeps what is written, for tests.
final class BufferChannel: Channel {
    private let buffer = Mutex("")

    init() {}

    func write(_ text: String) { buffer.withLock { $0 += text } }

    var text: String { buffer.withLock { $0 } }
}
