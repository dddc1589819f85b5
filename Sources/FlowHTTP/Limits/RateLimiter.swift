import FlowCore
import FlowSpec

/// One limit of one service and credential, as this process shares it with all others.
///
/// Whoever may send takes a slot, a time promised to it alone. Slots are fetched for several that wait at once, so that
/// the shared record is not read for each request, and by one task at a time.
actor RateLimiter {
    /// Whether a request may be sent in a slot whose time has come.
    enum Standing: Sendable, Hashable {
        case usable
        /// Later than its slot it would count in a stretch of time that is full without it.
        case late
        /// The service said meanwhile that nothing may be sent.
        case closed
    }

    nonisolated let limit: RequestLimit
    private let key: SharedRecord.Key
    private let labels: ValueMap
    private let records: FallbackRecords
    private let clock: any WallClock
    private var slots: [Timestamp] = []
    /// Slots that nobody used in time; the record still counts them.
    private var missed: [Timestamp] = []
    private var waiting = 0
    private var asking: Task<Quota.Reservation, Never>?
    /// What this process knows of it.
    private var closedUntil: Timestamp?
    /// When the shared record was read last, by the monotonic clock.
    private var lookedAt: Duration?
    private var looking: Task<Void, Never>?

    /// - Parameter labels: what `flowctl limits` says of the record.
    init(
        _ limit: RequestLimit, key: SharedRecord.Key, labels: ValueMap, records: FallbackRecords,
        clock: any WallClock
    ) {
        self.limit = limit
        self.key = key
        self.labels = labels
        self.records = records
        self.clock = clock
    }

    /// When the caller may send; it must wait until then, or give the slot back.
    ///
    /// - Parameters:
    ///   - latest: by the monotonic clock; a slot that is later is not taken.
    ///   - pause: waits.
    /// - Returns: the time, and whether the caller has been kept waiting for it.
    /// - Throws: `rate_limited` where the wait would be longer.
    func slot(
        by latest: Duration, pause: @Sendable (Duration) async throws -> Void
    ) async throws -> (time: Timestamp, hasWaited: Bool) {
        var hasWaited = false
        waiting += 1
        defer {
            waiting -= 1
            if waiting == 0 { returnSlots() }
        }
        while true {
            try Task.checkCancellation()
            let now = clock.now()
            dropUnusable(at: now)
            if let first = slots.first {
                let wait = first.since(now)
                guard clock.monotonic() + wait <= latest else { throw refusal(wait) }
                slots.removeFirst()
                return (first, hasWaited)
            }
            var askAgain = Closure.end(closedUntil, at: now)
            if askAgain == nil {
                let reservation = await reserve()
                guard slots.isEmpty, reservation.slots.isEmpty else { continue }
                askAgain = reservation.askAgain
            }
            let wait = max(askAgain?.since(clock.now()) ?? .zero, .milliseconds(1))
            guard clock.monotonic() + wait <= latest else { throw refusal(wait) }
            hasWaited = true
            try await pause(wait)
        }
    }

    /// Sorts out slots of the past, as a task that was cancelled leaves behind, and those before the end of a closure.
    private func dropUnusable(at now: Timestamp) {
        let closed = Closure.end(closedUntil, at: now)
        let isUsable = { (slot: Timestamp) in
            slot >= closed ?? slot && Quota.isUsable(slot, at: now, of: self.limit)
        }
        missed += slots.filter { !isUsable($0) }
        slots.removeAll { !isUsable($0) }
    }

    /// Whether a request may be sent in the slot, which is now; also by what other processes have met meanwhile.
    func standing(of slot: Timestamp) async -> Standing {
        await look()
        let now = clock.now()
        if Closure.end(closedUntil, at: now) != nil { return .closed }
        return Quota.isUsable(slot, at: now, of: limit) ? .usable : .late
    }

    /// Takes back a slot whose time has passed unused.
    func miss(_ slot: Timestamp) { missed.append(slot) }

    /// Takes back a slot that is not used.
    func giveBack(_ slot: Timestamp) async {
        slots.append(slot)
        slots.sort()
        if waiting == 0 { await returnSlots()?.value }
    }

    /// Nothing is sent before `time`, by no process.
    func close(until time: Timestamp) async {
        learn(time)
        let (limit, labels, now) = (limit, labels, clock.now())
        await records.update(key) { record in
            var quota = Quota(limit, record: record)
            quota.close(until: time)
            record = quota.record(labels, at: now)
        }
    }

    private func reserve() async -> Quota.Reservation {
        if let asking { return await asking.value }
        let (limit, labels, key, records) = (limit, labels, key, records)
        let (wanted, clock, missed) = (waiting, clock, missed)
        self.missed = []
        let task = Task {
            let (reservation, closedUntil) = await records.update(key) { record in
                var quota = Quota(limit, record: record)
                missed.forEach { quota.release($0) }
                // Only now: whoever has the record may have kept it for longer than a slot lasts.
                let now = clock.now()
                let reservation = quota.reserve(wanted, at: now)
                record = quota.record(labels, at: now)
                return (reservation, quota.closedUntil)
            }
            self.learn(closedUntil)
            // Here and not by who waits for it: the others may go on first.
            self.slots += reservation.slots
            self.asking = nil
            return reservation
        }
        asking = task
        return await task.value
    }

    /// Reads what other processes have met, where that was not done of late.
    private func look() async {
        if let looking { return await looking.value }
        guard lookedAt.map({ clock.monotonic() - $0 >= Closure.staleness }) ?? true else { return }
        let task = Task {
            let record = await records.record(key)
            self.learn(record?.value.time("closed_until"))
            self.looking = nil
        }
        looking = task
        await task.value
    }

    /// - Parameter closed: until when the limit is closed, as the shared record says.
    private func learn(_ closed: Timestamp?) {
        lookedAt = clock.monotonic()
        closedUntil = Closure.later(closed, closedUntil, at: clock.now())
    }

    @discardableResult
    private func returnSlots() -> Task<Void, Never>? {
        let unused = slots + missed
        guard !unused.isEmpty else { return nil }
        let (limit, labels, key, records, now) = (limit, labels, key, records, clock.now())
        slots = []
        missed = []
        return Task {
            await records.update(key) { record in
                var quota = Quota(limit, record: record)
                unused.forEach { quota.release($0) }
                record = quota.record(labels, at: now)
            }
        }
    }

    private func refusal(_ wait: Duration) -> Failure {
        Closure.failure(
            labels["host"]?.stringValue ?? "the service", labels["origin"]?.stringValue ?? "", for: wait)
    }
}

extension Quota {
    func record(_ labels: ValueMap, at now: Timestamp) -> SharedRecord {
        var value = labels
        for (name, part) in asValue { value[name] = part }
        return SharedRecord(value, expiresAt: expiry(at: now))
    }
}
