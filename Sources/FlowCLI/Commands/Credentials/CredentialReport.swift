import FlowCore

/// How credentials stand, the most pressing first, and what the command ends with.
struct CredentialReport {
    private let found: [CredentialHealth]
    private let now: Timestamp
    /// How far ahead is looked; nil doesn't look ahead.
    private let within: Duration?

    init(found: [CredentialHealth], now: Timestamp, within: Duration? = nil) {
        let span = within ?? .zero
        self.found = found.sorted(by: CredentialHealth.urgency(within: span, at: now))
        self.now = now
        self.within = within
    }

    /// - Parameter asList: whether these are all there are, rather than the one that was named.
    /// - Throws: an `Exit` of status `auth` where one is broken or ends in time, of status `failure` where one couldn't
    ///   be asked, also for want of a way where it was named.
    func show(on console: Console, asList: Bool) throws {
        let values = found.map { $0.asValue(at: now) }
        console.show(json: asList ? .list(values) : values.first ?? .null) {
            guard !found.isEmpty else {
                return console.note("no credentials yet; add one with: flowctl credentials add NAME")
            }
            let span = within ?? .zero
            for health in found {
                let isPressing = health.isBroken || health.isUnreachable || health.ends(within: span, at: now)
                if console.isQuiet, within != nil, !isPressing { continue }
                for line in health.lines(within: span, at: now) { console.show(line) }
            }
            if within != nil { console.note("\(summary)") }
        }
        if found.contains(where: \.isBroken) || !ending.isEmpty { throw Exit.status(.auth) }
        if found.contains(where: { $0.isUnreachable || !asList && $0.isUnchecked }) { throw Exit.status(.failure) }
    }

    private var ending: [CredentialHealth] {
        guard let within else { return [] }
        return found.filter { !$0.isBroken && $0.ends(within: within, at: now) }
    }

    private var summary: String {
        let hours = Int((within ?? .zero).components.seconds / 3600)
        let spanText = hours % 24 == 0 ? counted(hours / 24, "day") : counted(hours, "hour")
        let broken = found.filter(\.isBroken).count
        var parts: [String] = []
        if broken > 0 { parts.append("\(broken) \(broken == 1 ? "does" : "do") not work") }
        if !ending.isEmpty {
            parts.append("\(ending.count) \(ending.count == 1 ? "stops" : "stop") working within \(spanText)")
        }
        return parts.isEmpty
            ? "none of \(found.count) is known to stop working within \(spanText)" : parts.joined(separator: ", ")
    }
}
