import FlowCore
import Glibc
import Synchronization

enum LoopbackSocket {
    /// A TCP socket bound to a free port of 127.0.0.1.
    static func bound(listening: Bool) throws(Failure) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(.internal, "no socket for a test server (errno \(errno))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && (!listening || listen(descriptor, 1024) == 0)
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw Failure(.internal, "no loopback port for a test server (errno \(errno))")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

extension LoopbackSocket {
    /// A TCP connection to a port of 127.0.0.1.
    static func connected(to port: Int) throws(Failure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(.internal, "no socket for a test (errno \(errno))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw Failure(.network, "nothing listens on port \(port)")
        }
        return descriptor
    }
}

/// Tells any number of threads that wait in `poll` to end.
final class StopSignal: Sendable {
    /// The end of a socket pair that hangs up when the signal fires.
    let descriptor: Int32
    private let trigger: Mutex<Int32?>

    init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(.internal, "no pipe for a test server (errno \(errno))")
        }
        descriptor = ends[0]
        trigger = Mutex(ends[1])
    }

    deinit {
        fire()
        close(descriptor)
    }

    func fire() {
        trigger.withLock { end in
            if let end { close(end) }
            end = nil
        }
    }

    /// Waits until `socket` is ready for `events`; false where the signal fires first.
    func waits(for socket: Int32, _ events: Int32) -> Bool {
        var descriptors = [
            pollfd(fd: socket, events: Int16(events), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&descriptors, 2, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return descriptors[1].revents == 0
    }
}

/// Runs `body` on a thread of its own, as blocking work must not hold the threads of tasks.
func startThread(_ body: @escaping @Sendable () -> Void) throws(Failure) {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, &attributes,
        { argument in
            Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
        }, work.toOpaque())
    guard error == 0 else {
        work.release()
        throw Failure(.internal, "no thread for a test server (errno \(error))")
    }
}
