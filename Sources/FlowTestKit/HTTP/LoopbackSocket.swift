import FlowCore
import Glibc

enum LoopbackSocket {
    /// A TCP socket bound to a free port of 127.0.0.1.
    static func bound(listening: Bool) throws(Failure) -> (descriptor: Int32, port: Int) {
        let descriptor = try open()
        var address = LoopbackAddress(family: AF_INET, port: 0)
        let isBound =
            address.withSocketAddress { bind(descriptor, $0, $1) == 0 }
            && (!listening || listen(descriptor, 1024) == 0)
        guard isBound, let port = address.port(of: descriptor) else {
            close(descriptor)
            throw Failure(.internal, "no loopback port for a test server (errno \(errno))")
        }
        return (descriptor, port)
    }

    /// A Unix socket that listens at a path where there is nothing yet.
    static func bound(to path: String) throws(Failure) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 16) == 0 else {
            close(descriptor)
            throw Failure(.internal, "no socket \(path) for a test server (errno \(errno))")
        }
        return descriptor
    }

    /// A TCP connection to a port of 127.0.0.1.
    static func connected(to port: Int) throws(Failure) -> Int32 {
        let descriptor = try open()
        var address = LoopbackAddress(family: AF_INET, port: UInt16(clamping: port))
        guard address.withSocketAddress({ connect(descriptor, $0, $1) == 0 }) else {
            close(descriptor)
            throw Failure(.network, "nothing listens on port \(port)")
        }
        return descriptor
    }

    private static func open() throws(Failure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(.internal, "no socket for a test (errno \(errno))") }
        return descriptor
    }
}

extension StopPipe {
    /// Waits until `socket` is ready for `events`; false where the pipe fires first.
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
