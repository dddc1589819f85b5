import CCurl
import Glibc

/// The sockets of connections that carry one request after the other, by their local ports.
///
/// A connection on which something has come that nobody asked for is not to be used again. It may be the server's last
/// words, which libcurl before 8 takes for a sign of life. Or it is an answer to nothing, which would be taken for that
/// of the next request, and its own for that of the one after it.
final class KeptSockets {
    /// A class, so that a time can be noted in place: in a dictionary's value that takes eight allocations.
    private final class Kept {
        let socket: Int32
        /// When the latest request was written to it.
        var usedAt: ContinuousClock.Instant

        init(_ socket: Int32, at now: ContinuousClock.Instant) {
            self.socket = socket
            usedAt = now
        }
    }

    private var kept: [Int32: Kept] = [:]

    /// Those that were closed since are not taken out one by one. Where there are so many, the half that was used least
    /// of late is forgotten: more than any number that is in use.
    private static let bound = 4096
    /// What comes unasked comes late: a read that follows another one sooner is not worth a question to the kernel.
    private static let quiet = Duration.milliseconds(20)

    /// Takes note of a connection that stands.
    ///
    /// - Parameter sockets: those that were opened for it; of several, the one that got through has its local port.
    func keep(_ sockets: [Int32], port: Int32, at now: ContinuousClock.Instant) {
        guard let socket = sockets.first(where: { KeptSockets.port(of: $0) == port }) else { return }
        if kept.count == KeptSockets.bound {
            let latest = kept.sorted { $0.value.usedAt > $1.value.usedAt }.prefix(KeptSockets.bound / 2)
            kept = Dictionary(uniqueKeysWithValues: latest.map { ($0.key, $0.value) })
        }
        kept[port] = Kept(socket, at: now)
    }

    /// Whether something has come on a connection where nothing was asked for; a request is about to be written to it.
    ///
    /// - Parameter isSentOnce: whether it may go out once only, so that it is asked for however soon it follows.
    func haveEnded(port: Int32, isSentOnce: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard let connection = kept[port] else { return false }
        let pause = now - connection.usedAt
        connection.usedAt = now
        guard isSentOnce || pause >= KeptSockets.quiet else { return false }
        var wanted = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, 0) > 0 else { return false }
        kept[port] = nil
        return true
    }

    /// The local port of a socket; nil where it is none of the internet.
    private static func port(of socket: Int32) -> Int32? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard getsockname(socket, general, &length) == 0 else { return nil }
                switch Int32(general.pointee.sa_family) {
                // The port stands at the same place in both.
                case AF_INET, AF_INET6:
                    return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        Int32(UInt16(bigEndian: $0.pointee.sin_port))
                    }
                default: return nil
                }
            }
        }
    }
}
