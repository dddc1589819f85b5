/// The connections to a host by one route that may carry many requests at a time (HTTP/2), as far as flowctl sees them.
///
/// It is libcurl that chooses a request's connection, and says which only when it is about to write. Where all are full it
/// opens another one for every request that comes before the first new one stands: a thousand requests would open
/// hundreds. So requests are let go as far as there is room on those that stand, and beside that one for each
/// connection that may still be opened.
final class SharedConnections {
    private struct Connection {
        var requests = 0
        /// The highest ``requests`` has been.
        var peak = 0
    }

    /// Those that carry a request, by their local ports.
    private var connections: [Int32: Connection] = [:]
    /// Requests on a connection, and those that were let go and are on none yet.
    private var placed = 0
    private var unplaced = 0
    /// How many requests one carries: as many as libcurl puts on one, and servers allow, until it turns out to be fewer.
    private var capacity = SharedConnections.usualCapacity
    /// How many may be open where they carry many requests each, and where each carries one.
    private let bound: Int
    private let loneBound: Int

    /// libcurl's own bound (`CURLMOPT_MAX_CONCURRENT_STREAMS`). So many requests go without a look at connections.
    static let usualCapacity = 100
    /// A server whose connections carry fewer speaks HTTP/1.1. Not 1: a connection may get its next request before it is
    /// known here that the one before has ended.
    private static let leastShared = 8

    /// - Parameters:
    ///   - requests: how many may be on their way at a time.
    ///   - loneBound: how many where each needs a connection for itself.
    init(requests: Int, loneBound: Int) {
        bound = (requests + SharedConnections.usualCapacity - 1) / SharedConnections.usualCapacity
        self.loneBound = loneBound
    }

    private var requests: Int { placed + unplaced }

    /// How many requests more fit on the connections that stand.
    private var room: Int { capacity * connections.count - requests }

    /// Whether one more request may go, of `waiting` that want to.
    func hasRoom(waiting: Int) -> Bool {
        if requests < SharedConnections.usualCapacity { return true }
        guard capacity >= SharedConnections.leastShared else { return requests < loneBound }
        let needed = (requests + waiting + capacity - 1) / capacity
        return room + max(0, min(needed, bound) - connections.count) > 0
    }

    /// Takes note of a request that goes.
    ///
    /// - Returns: whether it is to open a connection.
    func letGo() -> Bool {
        let opens = requests == 0 || (requests >= SharedConnections.usualCapacity && room <= 0)
        unplaced += 1
        return opens
    }

    /// Takes note that a request is about to be written.
    ///
    /// - Parameters:
    ///   - port: the local port of its connection.
    ///   - opens: what ``letGo()`` said of it.
    func place(on port: Int32, opens: Bool) {
        unplaced -= 1
        placed += 1
        if let connection = connections[port] {
            let requests = connection.requests + 1
            // Those that have ended in this turn of the loop are counted still.
            let peak = min(max(connection.peak, requests), SharedConnections.usualCapacity)
            connections[port] = Connection(requests: requests, peak: peak)
            capacity = max(capacity, peak)
        } else {
            // It was to find room, so those that stand have less than was thought.
            if !opens, let peak = connections.values.lazy.map(\.peak).max() { capacity = peak }
            connections[port] = Connection(requests: 1, peak: 1)
        }
    }

    /// Takes note that a request has ended, or has to look for another connection.
    ///
    /// - Parameter port: that of the connection it was on; nil where it was on none.
    func remove(from port: Int32?) {
        guard let port, let connection = connections[port] else {
            unplaced -= 1
            return
        }
        placed -= 1
        connections[port] =
            connection.requests == 1 ? nil : Connection(requests: connection.requests - 1, peak: connection.peak)
    }
}
