import FlowCore
import FlowSpec

/// Numbers that tell connections over Unix sockets apart, as their local ports do others.
///
/// libcurl doesn't say which of them a request goes over. But for a request that is to come from a certain local port
/// it takes no connection that was made from another one, and over a Unix socket it does nothing else with that number.
final class SocketLanes {
    /// What requests over one connection have in common.
    private struct Way: Hashable {
        let origin: Origin
        let route: HTTPRoute
    }

    /// Those that carry no request just now; the one that did so last comes last.
    private var free: [Way: [Int32]] = [:]
    private var latest: Int32 = 0

    /// As high as a port may be.
    private static let highest: Int32 = 65_535
    /// Of more ways than that, all are forgotten: their connections are then not used again.
    private static let mostWays = 1024

    /// Gives `transfer` a lane where it goes over a Unix socket.
    func enter(_ transfer: Transfer) {
        guard transfer.isOverUnixSocket else { return }
        transfer.lane = free[way(of: transfer)]?.popLast() ?? new()
    }

    func leave(_ transfer: Transfer) {
        guard transfer.isOverUnixSocket else { return }
        if free.count >= SocketLanes.mostWays { free = [:] }
        free[way(of: transfer), default: []].append(transfer.lane)
        transfer.lane = 0
    }

    private func new() -> Int32 {
        latest = latest % SocketLanes.highest + 1
        return latest
    }

    private func way(of transfer: Transfer) -> Way {
        Way(origin: transfer.exchange.origin, route: transfer.exchange.route)
    }
}
