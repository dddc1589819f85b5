import CProcess
import Glibc

/// Tells a thread that waits in `poll` to stop.
final class StopSignal: Sendable {
    /// Can be read once it was raised.
    let descriptor: Descriptor

    init() throws(SystemError) { descriptor = try Descriptor(cprocess_eventfd()) }

    func raise() {
        var one: UInt64 = 1
        _ = write(descriptor.number, &one, MemoryLayout<UInt64>.size)
    }
}
