/// Who may go next: a line for each host, a bound for each line and one for all of them.
///
/// libcurl's own bounds serve waiting requests in no fair order, so they are not used.
struct WaitingLine {
    private struct Host {
        var active = 0
        var waiting: [Transfer] = []
        /// Where the line begins; what is before it has gone.
        var head = 0
        var isListed = false

        mutating func popFirst() -> Transfer? {
            guard head < waiting.count else { return nil }
            let first = waiting[head]
            head += 1
            if head == waiting.count {
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
    private var hosts: [String: Host] = [:]
    /// Hosts with someone waiting who were let in last come last.
    private var turns: [String] = []
    private(set) var active = 0

    init(_ options: CurlClient.Options, sockets: Int) {
        self.options = options
        bound = max(1, min(options.requestsInAll, sockets))
    }

    mutating func add(_ transfer: Transfer) {
        let key = transfer.exchange.lineKey
        var host = hosts.removeValue(forKey: key) ?? Host()
        host.waiting.append(transfer)
        if !host.isListed {
            host.isListed = true
            turns.append(key)
        }
        hosts[key] = host
    }

    /// The next transfer that may start, host by host in turn; nil where none may.
    mutating func next() -> Transfer? {
        var tried = 0
        while active < bound, tried < turns.count {
            let key = turns.removeFirst()
            guard var host = hosts.removeValue(forKey: key) else { continue }
            var chosen: Transfer?
            if host.active < bound(of: key) {
                repeat { chosen = host.popFirst() } while chosen.map { $0.stage == .done } ?? false
            }
            host.isListed = host.head < host.waiting.count
            if host.isListed { turns.append(key) }
            if chosen != nil { host.active += 1 }
            if host.active > 0 || host.isListed { hosts[key] = host }
            if let chosen {
                active += 1
                return chosen
            }
            tried += 1
        }
        return nil
    }

    /// Takes note that a transfer which ``next()`` gave has ended.
    mutating func ended(_ transfer: Transfer) {
        active -= 1
        let key = transfer.exchange.lineKey
        guard var host = hosts.removeValue(forKey: key) else { return }
        host.active -= 1
        if host.active > 0 || host.isListed { hosts[key] = host }
    }

    private func bound(of key: String) -> Int {
        max(1, key.hasPrefix("https:") ? options.streamsPerHost : options.requestsPerHost)
    }
}
