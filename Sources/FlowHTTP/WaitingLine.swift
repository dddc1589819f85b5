import FlowCore

/// Who may go next: a line for each host, a bound for each line and one for all of them.
///
/// libcurl's own bounds serve waiting requests in no fair order, so they are not used.
struct WaitingLine {
    /// The line of one scheme, host and port.
    final class Host {
        fileprivate let origin: Origin
        fileprivate let bound: Int
        fileprivate var active = 0
        fileprivate var waiting: [Transfer] = []
        /// Where the line begins; what is before it has gone.
        private var head = 0
        /// Whether it has a turn to come.
        fileprivate var isListed = false

        fileprivate init(_ origin: Origin, bound: Int) {
            self.origin = origin
            self.bound = bound
        }

        fileprivate var isEmpty: Bool { head == waiting.count }

        fileprivate func popFirst() -> Transfer? {
            guard !isEmpty else { return nil }
            let first = waiting[head]
            head += 1
            if isEmpty {
                waiting.removeAll(keepingCapacity: true)
                head = 0
            } else if head > 512, head * 2 > waiting.count {
                waiting.removeFirst(head)
                head = 0
            }
            return first
        }
    }

    private let options: CurlClient.Options
    private let bound: Int
    private var hosts: [Origin: Host] = [:]
    /// That of the last one who came: the next one often wants the same.
    private var latest: Host?
    /// Hosts with someone waiting who were let in last come last.
    private var turns: [Host] = []
    private(set) var active = 0

    /// Lines that are kept for the next request although nobody stands in them.
    private static let idleHosts = 64

    init(_ options: CurlClient.Options, sockets: Int) {
        self.options = options
        bound = max(1, min(options.requestsInAll, sockets))
    }

    mutating func add(_ transfer: Transfer) {
        let host = line(of: transfer.exchange.origin)
        transfer.host = host
        host.waiting.append(transfer)
        if !host.isListed {
            host.isListed = true
            turns.append(host)
        }
    }

    private mutating func line(of origin: Origin) -> Host {
        if let latest, latest.origin == origin { return latest }
        if let host = hosts[origin] {
            latest = host
            return host
        }
        let bound = origin.scheme == "https" ? options.streamsPerHost : options.requestsPerHost
        let host = Host(origin, bound: max(1, bound))
        hosts[origin] = host
        latest = host
        return host
    }

    /// The next transfer that may start, host by host in turn; nil where none may.
    mutating func next() -> Transfer? {
        var untried = turns.count
        while active < bound, untried > 0 {
            untried -= 1
            let host = turns.removeFirst()
            var chosen: Transfer?
            if host.active < host.bound {
                repeat { chosen = host.popFirst() } while chosen.map { $0.stage == .done } ?? false
            }
            host.isListed = !host.isEmpty
            if host.isListed { turns.append(host) }
            if let chosen {
                host.active += 1
                active += 1
                return chosen
            }
            forgetIfIdle(host)
        }
        return nil
    }

    /// Takes note that a transfer which ``next()`` gave has ended.
    mutating func ended(_ transfer: Transfer) {
        guard let host = transfer.host else { return }
        active -= 1
        host.active -= 1
        forgetIfIdle(host)
    }

    private mutating func forgetIfIdle(_ host: Host) {
        guard hosts.count > WaitingLine.idleHosts, host.active == 0, host.isEmpty else { return }
        hosts[host.origin] = nil
        if latest === host { latest = nil }
    }
}
