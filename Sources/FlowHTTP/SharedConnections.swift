/// The connections to a host by one route that may carry many requests at a time (HTTP/2), as far as flowctl sees them.
///
/// It is libcurl that chooses a request's connection, and says which only when it is about to write. Where all are full it
/// wants to open another one for every request that comes before the first new one stands: a thousand requests would open
/// hundreds. So no more requests are let go than there seems to be room for, and of those that find none, no more open a
/// connection than are needed; the others wait again.
final class SharedConnections {
    private struct Connection {
        var requests = 0
        /// The highest ``requests`` has been.
        var peak = 0
    }

    /// Those that carry a request, by their local ports.
    private var connections: [Int32: Connection] = [:]
    /// Requests on a connection, those that were let go and are on none yet, and those of the latter that open one.
    private var placed = 0
    private var unplaced = 0
    private var opening = 0
    /// How many requests one carries: as many as libcurl puts on one, and servers allow, until it turns out to be fewer.
    private var capacity = SharedConnections.usualCapacity
    /// No more requests may be on their way until something has changed, as one has found no room.
    private var limit: Int?
    /// How many requests there were to serve, with those in line, when it was asked last.
    private var demand = 0
    /// Whether the latest connection that was to be opened could not be.
    private var hasFailed = false
    private var isHTTP2 = false
    /// How many may be open where they carry many requests each, and where each carries one.
    private let sharedBound: Int
    private let loneBound: Int

    /// libcurl's own bound (`CURLMOPT_MAX_CONCURRENT_STREAMS`). So many requests go without a look at connections.
    static let usualCapacity = 100
    /// A server whose connections carry fewer speaks HTTP/1.1, as long as none of its answers says otherwise. Not 1: a
    /// connection may get its next request before it is known here that the one before has ended.
    private static let leastShared = 8

    /// - Parameters:
    ///   - requests: how many may be on their way at a time.
    ///   - loneBound: how many where each needs a connection for itself.
    init(requests: Int, loneBound: Int) {
        sharedBound = (requests + SharedConnections.usualCapacity - 1) / SharedConnections.usualCapacity
        self.loneBound = loneBound
    }

    private var requests: Int { placed + unplaced }
    /// Whether each request needs a connection for itself.
    private var isLone: Bool { capacity < SharedConnections.leastShared && !isHTTP2 }

    /// Whether one more request may go, of `waiting` that want to.
    func hasRoom(waiting: Int) -> Bool {
        demand = requests + waiting
        if let limit, requests >= limit { return false }
        if requests < (isLone || hasFailed ? max(capacity, loneBound) : capacity) { return true }
        if isLone { return false }
        let openable = max(0, min(needed, sharedBound) - connections.count)
        return capacity * connections.count - requests + openable > 0
    }

    /// How many connections would serve all.
    private var needed: Int { (demand + capacity - 1) / capacity }

    /// Takes note of a request that goes.
    func letGo() { unplaced += 1 }

    /// Takes note that there is no room for a request that was let go.
    ///
    /// - Returns: whether it is to open a connection. Else it has to wait until there is room.
    func mayOpen() -> Bool {
        let standing = connections.count
        if let peak = connections.values.lazy.map(\.peak).max() { capacity = peak }
        let isWanted =
            if isLone || hasFailed {
                // Where a host can't be reached, all learn of that at once.
                standing + opening < loneBound
            } else {
                // That those which stand are full may be because their server ends them.
                opening == 0 && standing < sharedBound || standing + opening < min(needed, sharedBound)
            }
        if isWanted { opening += 1 } else { limit = placed + opening }
        return isWanted
    }

    /// Takes note that a request is about to be written.
    ///
    /// - Parameters:
    ///   - port: the local port of its connection.
    ///   - opened: whether it has opened that.
    func place(on port: Int32, opened: Bool) {
        unplaced -= 1
        placed += 1
        if opened {
            opening -= 1
            hasFailed = false
            limit = nil
        }
        let requests = (connections[port]?.requests ?? 0) + 1
        // Those that have ended in this turn of the loop are counted still.
        let peak = min(max(connections[port]?.peak ?? 0, requests), SharedConnections.usualCapacity)
        connections[port] = Connection(requests: requests, peak: peak)
        capacity = max(capacity, peak)
    }

    /// Takes note that a request which was written has ended, or has to look for another connection.
    ///
    /// - Parameter port: that of the connection it was on.
    func remove(from port: Int32) {
        placed -= 1
        if opening == 0 { limit = nil }
        guard let connection = connections[port] else { return }
        connections[port] =
            connection.requests == 1 ? nil : Connection(requests: connection.requests - 1, peak: connection.peak)
    }

    /// Takes note that a request is not on its way any more that was never written.
    ///
    /// - Parameter opened: whether it was to open a connection.
    func giveUp(opened: Bool) {
        unplaced -= 1
        guard opened else { return }
        opening -= 1
        hasFailed = true
        limit = nil
    }

    func answeredOverHTTP2() { isHTTP2 = true }
}
