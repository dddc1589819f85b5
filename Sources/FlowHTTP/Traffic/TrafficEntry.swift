package import FlowCore
package import FlowSpec

/// A shared record as people read it.
package struct TrafficEntry: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// So many requests in the interval up to now.
        case used(Int)
        /// The service itself wants no request before.
        case closed(until: Timestamp)
        case breakerClosed(failures: Int, calls: Int)
        /// After `until` one request finds out whether the service works again.
        case breakerOpen(until: Timestamp, failures: Int, calls: Int)
    }

    package var origin: String
    /// The Unix socket that it is asked by; nil for the origin's own port.
    package var socket: String?
    package var credential: String?
    /// `slack.send_message`; nil for a limit of the service itself, and for a breaker.
    package var limit: String?
    /// `1/s`
    package var rate: String?
    /// What the limit is counted for, such as a channel.
    package var per: String?
    package var state: State

    /// nil where the record is none of the traffic, or says nothing any more.
    package init?(_ kind: SharedRecord.Kind, _ value: ValueMap, at now: Timestamp) {
        guard let origin = value["origin"]?.stringValue else { return nil }
        self.origin = origin
        socket = value["socket"]?.stringValue
        credential = value["credential"]?.stringValue
        limit = value["limit"]?.stringValue
        rate = value["rate"]?.stringValue
        per = value["per"]?.stringValue
        let record = SharedRecord(value, expiresAt: now)
        switch kind {
        case .breaker:
            let breaker = CircuitBreaker(record)
            let (failures, calls) = (breaker.window.failures, breaker.window.calls)
            state =
                breaker.openUntil.map { .breakerOpen(until: $0, failures: failures, calls: calls) }
                ?? .breakerClosed(failures: failures, calls: calls)
        case .limit:
            if let closed = Closure.end(value.time("closed_until"), at: now) {
                state = .closed(until: closed)
                return
            }
            guard let limit, let count = value["count"]?.intValue, let interval = value["interval_ms"]?.intValue else {
                return nil
            }
            let quota = Quota(
                RequestLimit(limit, count: Int(clamping: count), per: .milliseconds(interval)), record: record)
            state = .used(quota.used(at: now))
        }
    }
}
