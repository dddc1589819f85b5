import FlowCore
import FlowSpec

/// One limit of one service and credential, as this process shares it with all others.
///
/// Whoever may send takes a slot, a time promised to it alone. Slots are fetched for several that wait at once, so that
/// the shared record is not read for each request, and by one task at a time.
actor RateLimiter {
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
    ///   - patience: how long a wait may be; a slot that is later is not taken.
    ///   - announce: told of each pause before it begins.
    /// - Throws: `rate_limited` where the wait would be longer.
    func slot(within patience: Duration, announce: @Sendable (Duration) -> Void) async throws -> Timestamp {
        waiting += 1
        defer {
            waiting -= 1
            if waiting == 0 { returnSlots() }
        }
        while true {
            try Task.checkCancellation()
            let now = clock.now()
            // What a task that was cancelled left behind may be of the past, and is of no use to anyone.
            missed += slots.filter { !Quota.isUsable($0, at: now, of: limit) }
            slots.removeAll { !Quota.isUsable($0, at: now, of: limit) }
            if let first = slots.first {
                let wait = first.since(now)
                guard wait <= patience else { throw refusal(wait) }
                slots.removeFirst()
                return first
            }
            let reservation = await reserve()
            guard slots.isEmpty, reservation.slots.isEmpty else { continue }
            let wait = reservation.askAgain.since(clock.now())
            guard wait <= patience else { throw refusal(wait) }
            announce(wait)
            try await clock.sleep(max(wait, .milliseconds(1)))
        }
    }

    /// Whether a request may still be sent in the slot: later it would count in a stretch of time that is full without
    /// it.
    nonisolated func isUsable(_ slot: Timestamp) -> Bool { Quota.isUsable(slot, at: clock.now(), of: limit) }

    /// Takes back a slot that is too late to be used.
    func miss(_ slot: Timestamp) { missed.append(slot) }

    /// Takes back a slot that is not used.
    func giveBack(_ slot: Timestamp) {
        slots.append(slot)
        slots.sort()
        if waiting == 0 { returnSlots() }
    }

    /// Nothing is sent before `time`, by no process.
    func close(until time: Timestamp) async {
        slots = []
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
            let reservation = await records.update(key) { record in
                var quota = Quota(limit, record: record)
                missed.forEach { quota.release($0) }
                // Only now: whoever has the record may have kept it for longer than a slot lasts.
                let now = clock.now()
                let reservation = quota.reserve(wanted, at: now)
                record = quota.record(labels, at: now)
                return reservation
            }
            // Here and not by who waits for it: the others may go on first.
            self.slots += reservation.slots
            self.asking = nil
            return reservation
        }
        asking = task
        return await task.value
    }

    private func returnSlots() {
        let unused = slots + missed
        guard !unused.isEmpty else { return }
        let (limit, labels, key, records, now) = (limit, labels, key, records, clock.now())
        slots = []
        missed = []
        Task {
            await records.update(key) { record in
                var quota = Quota(limit, record: record)
                unused.forEach { quota.release($0) }
                record = quota.record(labels, at: now)
            }
        }
    }

    private func refusal(_ wait: Duration) -> Failure {
        Failure(
            .rateLimited,
            "the rate limit of \(labels["host"]?.stringValue ?? "the service") lets nothing through for \(wait.humanText)",
            hint: "run it again then; \"flowctl limits\" shows what is used up", retryAfter: wait, nothingSent: true)
    }
}

extension Quota {
    func record(_ labels: ValueMap, at now: Timestamp) -> SharedRecord {
        var value = labels
        for (name, part) in asValue { value[name] = part }
        return SharedRecord(value, expiresAt: expiry(at: now))
    }
}
