import FlowCore

/// Who may go next: a line for each host with its own bounds, and a bound for all of them.
///
/// libcurl's own bounds serve waiting requests in no fair order, so they are not used.
final class WaitingLine {
    private let options: CurlClient.Options
    private var bound: Int
    /// When the first of those who wait has no time left; nil where all have.
    private var firstDeadline: ContinuousClock.Instant?
    private var hosts: [Origin: HostLine] = [:]
    /// That of the last one who came: the next one often wants the same.
    private var latest: HostLine?
    /// Hosts with someone waiting who were let in last come last.
    private var turns: [HostLine] = []
    private let lanes = SocketLanes()
    private(set) var active = 0
    /// How many of those go over TLS.
    private(set) var encrypted = 0

    /// Lines that are kept for the next request although nobody stands in them.
    private static let idleHosts = 64

    init(_ options: CurlClient.Options, sockets: Int) {
        self.options = options
        bound = max(1, min(options.requestsInAll, sockets))
    }

    func add(_ transfer: Transfer) {
        let host = line(of: transfer.exchange.origin)
        host.add(transfer)
        list(host)
        watch(transfer)
    }

    private func watch(_ transfer: Transfer) {
        guard let deadline = transfer.deadline else { return }
        firstDeadline = firstDeadline.map { min($0, deadline) } ?? deadline
    }

    /// When somebody in line will have no time left.
    var nextExpiry: ContinuousClock.Instant? { isWaitedIn ? firstDeadline : nil }

    /// Those in line whose time is up at `now`. They are to be finished, and are not given by ``next()`` then.
    func expired(at now: ContinuousClock.Instant) -> [Transfer] {
        guard let firstDeadline, firstDeadline <= now else { return [] }
        self.firstDeadline = nil
        var expired: [Transfer] = []
        for host in turns {
            for transfer in host.inLine {
                if let deadline = transfer.deadline, deadline <= now {
                    expired.append(transfer)
                } else {
                    watch(transfer)
                }
            }
        }
        return expired
    }

    /// Lets go no more at a time than are on their way, as there is no room for more in this process.
    func lowerBound() { bound = max(1, active) }

    /// Puts one that has come out of ``next()``, and has ended, where it was.
    func putBack(_ transfer: Transfer) {
        guard let host = transfer.host else { return }
        hosts[host.origin] = host
        host.putBack(transfer)
        list(host)
        watch(transfer)
    }

    private func list(_ host: HostLine) {
        guard !host.isListed else { return }
        host.isListed = true
        turns.append(host)
    }

    private func line(of origin: Origin) -> HostLine {
        if let latest, latest.origin == origin { return latest }
        if let host = hosts[origin] {
            latest = host
            return host
        }
        let host = HostLine(origin, options)
        hosts[origin] = host
        latest = host
        return host
    }

    var isWaitedIn: Bool { !turns.isEmpty }

    /// The next transfer that may start, host by host in turn; nil where none may.
    func next() -> Transfer? {
        var untried = turns.count
        while active < bound, untried > 0 {
            untried -= 1
            let host = turns.removeFirst()
            let chosen = host.next()
            host.isListed = !host.isEmpty
            if host.isListed { turns.append(host) }
            if let chosen {
                active += 1
                if chosen.isEncrypted { encrypted += 1 }
                lanes.enter(chosen)
                return chosen
            }
            forgetIfIdle(host)
        }
        return nil
    }

    /// Takes note that a transfer which ``next()`` gave has ended.
    func ended(_ transfer: Transfer) {
        guard let host = transfer.host else { return }
        active -= 1
        if transfer.isEncrypted { encrypted -= 1 }
        lanes.leave(transfer)
        host.ended(transfer)
        forgetIfIdle(host)
    }

    private func forgetIfIdle(_ host: HostLine) {
        guard hosts.count > WaitingLine.idleHosts, host.active == 0, host.isEmpty else { return }
        hosts[host.origin] = nil
        if latest === host { latest = nil }
    }
}
