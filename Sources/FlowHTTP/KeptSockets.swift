import CCurl
import Glibc

/// The sockets of connections that carry one request after the other, by their local ports.
///
/// A connection on which something has come that nobody asked for is not to be used again. It may be the server's last
/// words, which libcurl before 8 takes for a sign of life. Or it is an answer to nothing, which would be taken for that
/// of the next request, and its own for that of the one after it.
///
/// Those of HTTP/2 are here too, but never looked at: there a server says things unasked, and names what it answers.
final class KeptSockets {
    private struct Kept {
        let port: Int32
        let socket: Int32
        /// When the latest request was written to it.
        var usedAt: ContinuousClock.Instant
        /// Whether it is known to carry one request after the other.
        var isLone: Bool
    }

    /// In an array, so that a time can be noted in place: in a dictionary's value that takes eight allocations.
    private var kept: [Kept] = []
    /// Where they stand there.
    private var places: [Int32: Int] = [:]

    /// Those that were closed since are not taken out one by one. Where there are so many, the half that was used least
    /// of late is forgotten: more than any number that is in use.
    private static let bound = 4096
    /// What comes unasked comes late: a read that follows another one sooner is not worth a question to the kernel.
    private static let quiet = Duration.milliseconds(20)

    /// Takes note of a connection that stands.
    ///
    /// - Parameters:
    ///   - sockets: those that were opened for it; of several, the one that got through has its local port.
    ///   - port: its local port, or its lane, which is less than 0.
    ///   - isLone: whether it is known to carry one request after the other.
    func keep(_ sockets: [Int32], port: Int32, isLone: Bool, at now: ContinuousClock.Instant) {
        let socket = port < 0 ? sockets.last : sockets.first { KeptSockets.port(of: $0) == port }
        guard let socket else { return }
        let new = Kept(port: port, socket: socket, usedAt: now, isLone: isLone)
        if let place = places[port] {
            kept[place] = new
        } else {
            if kept.count == KeptSockets.bound { forgetHalf() }
            places[port] = kept.count
            kept.append(new)
        }
    }

    private func forgetHalf() {
        kept = Array(kept.sorted { $0.usedAt > $1.usedAt }.prefix(KeptSockets.bound / 2))
        places = Dictionary(uniqueKeysWithValues: kept.indices.map { (kept[$0].port, $0) })
    }

    /// Takes note that a connection has answered over HTTP/1.
    func isLone(port: Int32) { if let place = places[port] { kept[place].isLone = true } }

    /// Whether something has come on a connection where nothing was asked for; a request is about to be written to it.
    ///
    /// Over TLS that may be a ticket for a later session, which libcurl would take in with the next answer. But servers
    /// send theirs before the first one; where one does later, that costs a connection.
    ///
    /// - Parameter isSentOnce: whether it may go out once only, so that it is asked for however soon it follows.
    func haveEnded(port: Int32, isSentOnce: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard let place = places[port], kept[place].isLone else { return false }
        let pause = now - kept[place].usedAt
        kept[place].usedAt = now
        guard isSentOnce || pause >= KeptSockets.quiet else { return false }
        var wanted = pollfd(fd: kept[place].socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, 0) > 0 else { return false }
        forget(port, at: place)
        return true
    }

    /// Puts the last one in its place.
    private func forget(_ port: Int32, at place: Int) {
        let last = kept.removeLast()
        if last.port != port {
            kept[place] = last
            places[last.port] = place
        }
        places[port] = nil
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
