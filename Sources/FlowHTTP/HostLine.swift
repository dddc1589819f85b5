import FlowCore
import FlowSpec

/// Those who wait for one scheme, host and port, and what decides how many of them may go.
final class HostLine {
    let origin: Origin
    private(set) var active = 0
    /// How many of those need a connection for themselves.
    private var lone = 0
    /// Requests of different routes go over different connections.
    private var routes: [(route: HTTPRoute, proxy: String?, connections: SharedConnections)] = []
    let lookup: NameLookup
    private let bound: Int
    private let loneBound: Int
    private var waiting: [Transfer?] = []
    /// Where the line begins; what is before it has gone.
    private var head = 0
    /// Whether it has a turn to come.
    var isListed = false

    init(_ origin: Origin, _ options: CurlClient.Options) {
        self.origin = origin
        lookup = NameLookup(of: origin.host)
        bound = max(1, options.requestsPerHost)
        loneBound = max(1, origin.scheme == "https" ? options.connectionsPerHost : options.requestsPerHost)
    }

    var isEmpty: Bool { head == waiting.count }

    func add(_ transfer: Transfer) {
        transfer.host = self
        if transfer.mayShare { transfer.shared = connections(for: transfer) }
        waiting.append(transfer)
    }

    /// Puts one at the head that has been there.
    func putBack(_ transfer: Transfer) {
        if head > 0 {
            head -= 1
            waiting[head] = transfer
        } else {
            waiting.insert(transfer, at: 0)
        }
    }

    private func connections(for transfer: Transfer) -> SharedConnections {
        let route = transfer.exchange.route
        if let known = routes.first(where: { $0.route == route && $0.proxy == transfer.proxy }) {
            return known.connections
        }
        let connections = SharedConnections(requests: bound, loneBound: loneBound)
        routes.append((route, transfer.proxy, connections))
        return connections
    }

    /// The first in line; nil where there is none, or where it may not go yet.
    func next() -> Transfer? {
        while !isEmpty, waiting[head]?.stage == .done { dropFirst() }
        guard !isEmpty, active < bound, lookup.mayGo(), let first = waiting[head] else { return nil }
        if let shared = first.shared {
            guard shared.hasRoom(waiting: waiting.count - head) else { return nil }
            shared.letGo()
        } else {
            guard lone < loneBound else { return nil }
            lone += 1
        }
        dropFirst()
        active += 1
        first.isLookupUndecided = lookup.goes(isLast: isEmpty)
        return first
    }

    /// Those who wait still.
    var inLine: some Sequence<Transfer> { waiting[head...].lazy.compactMap(\.self).filter { $0.stage == .waiting } }

    private func dropFirst() {
        // Else its answer would be kept for as long as the line is.
        waiting[head] = nil
        head += 1
        if isEmpty {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 512, head * 2 > waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
    }

    /// Takes note that a transfer which ``next()`` gave has ended.
    func ended(_ transfer: Transfer) {
        active -= 1
        if transfer.isLookupUndecided {
            transfer.isLookupUndecided = false
            lookup.failed()
        }
        if transfer.shared != nil { transfer.leaveConnection() } else { lone -= 1 }
    }
}
