import FlowCore
import FlowSpec
import Synchronization

/// One origin as one credential sees it: its limits, and its circuit breaker.
///
/// What other processes know of it is read when it is made, and once a second whether they found it closed or broken;
/// else a request to a service that works and has no limit touches memory only. Where the shared record has failures, the
/// successes are told there too, once a second and at the end: the breaker asks how many of the requests failed.
final class Service: Sendable {
    let origin: Origin
    private let labels: ValueMap
    /// Names it in the shared records: the origin, and the credential by its identity.
    private let name: String
    private let records: FallbackRecords
    private let clock: any WallClock
    private let state: Mutex<State>

    private struct State {
        /// When a breaker that is open lets a probe through; nil where it is closed.
        var openUntil: Timestamp?
        /// What the service itself asked for.
        var closedUntil: Timestamp?
        /// When the shared record of it was read last, by the monotonic clock.
        var lookedAt = Duration.zero
        var looking: Task<Void, Never>?
        /// Whether the shared record has failures, so that successes have to be known there as well.
        var isDoubted = false
        /// Calls that no other process knows of yet.
        var untold = FailureWindow()
        /// Whether a call is writing them to the shared record.
        var isTelling = false
        /// When that was done last, by the monotonic clock; nil is never.
        var toldAt: Duration?
        /// One that is forgotten leaves nothing behind that its record doesn't have.
        var limiters = RecentlyUsed<RequestLimit, RateLimiter>(capacity: 1000)
    }

    /// How often one call writes what others counted meanwhile, before it goes on.
    private static let tellings = 8
    /// How long successes wait to be told.
    private static let tellingInterval = Duration.seconds(1)

    /// - Parameter socket: the Unix socket that the server listens on, in place of the origin's own port.
    init(
        _ origin: Origin, socket: String? = nil, _ credential: Credential?, records: FallbackRecords,
        clock: any WallClock
    ) async {
        self.origin = origin
        self.records = records
        self.clock = clock
        var labels = ValueMap()
        labels["origin"] = .string(origin.description)
        labels["host"] = .string(origin.authority)
        var name = origin.description
        if let socket {
            labels["socket"] = .string(socket)
            name += " by \(socket)"
        }
        if let credential {
            labels["credential"] = .string(credential.name)
            name += " " + (await records.identity(of: credential))
        }
        self.labels = labels
        self.name = name
        var state = State()
        let breaker = await records.update(.init(.breaker, name)) { CircuitBreaker($0) }
        state.openUntil = breaker.openUntil
        state.isDoubted = breaker.window.failures > 0
        state.closedUntil = await records.record(.init(.limit, name))?.value.time("closed_until")
        state.lookedAt = clock.monotonic()
        self.state = Mutex(state)
    }

    // MARK: Limits

    func limiter(_ limit: RequestLimit) -> RateLimiter {
        state.withLock { state in
            if let known = state.limiters.value(limit) { return known }
            var labels = labels
            labels["limit"] = .string(limit.name)
            labels["rate"] = .string(limit.text)
            labels["per"] = limit.key.map(Value.string)
            let key = SharedRecord.Key(.limit, "\(name) \(limit.name)" + (limit.key.map { " \($0)" } ?? ""))
            let made = RateLimiter(limit, key: key, labels: labels, records: records, clock: clock)
            state.limiters.keep(made, limit)
            return made
        }
    }

    /// Until when the service wants no request of this credential; nil where it takes them.
    func closedUntil(at now: Timestamp) -> Timestamp? {
        state.withLock { state in
            state.closedUntil = Closure.end(state.closedUntil, at: now)
            return state.closedUntil
        }
    }

    /// Reads whether other processes have found it closed or broken, where that was not done of late.
    func look() async {
        let now = clock.monotonic()
        let looking = state.withLock { state in
            if state.looking == nil, now - state.lookedAt >= Closure.staleness {
                state.looking = Task { await self.readRecords() }
            }
            return state.looking
        }
        await looking?.value
    }

    private func readRecords() async {
        let closed = await records.record(.init(.limit, name))?.value.time("closed_until")
        let breaker = CircuitBreaker(await records.record(.init(.breaker, name)))
        state.withLock { state in
            state.openUntil = state.openUntil ?? breaker.openUntil
            state.isDoubted = breaker.window.failures > 0
            state.closedUntil = Closure.later(closed, state.closedUntil, at: clock.now())
            state.lookedAt = clock.monotonic()
            state.looking = nil
        }
    }

    /// Nothing more is sent before `time`: under `limit`, or where the call has none, at all.
    func close(until time: Timestamp, limit: RequestLimit?) async {
        if let limit { return await limiter(limit).close(until: time) }
        state.withLock { $0.closedUntil = Closure.end($0.closedUntil, at: time) ?? time }
        let labels = labels
        await records.update(.init(.limit, name)) { record in
            var value = labels
            let closed = Closure.end(record?.value.time("closed_until"), at: time) ?? time
            value["closed_until"] = .int(closed.milliseconds)
            record = SharedRecord(value, expiresAt: closed)
        }
    }

    // MARK: Breaker

    /// Until when the breaker is open, as far as this process knows.
    func openUntil(at now: Timestamp) -> Timestamp? { state.withLock { $0.openUntil }.flatMap { $0 > now ? $0 : nil } }

    func enter(at now: Timestamp) async -> CircuitBreaker.Entry {
        guard state.withLock({ $0.openUntil }) != nil else { return .closed }
        let entry = await changeBreaker(at: now) { $0.enter(at: now) }
        if entry == .closed { state.withLock { $0.openUntil = nil } }
        return entry
    }

    /// What the end of a call says about the service.
    enum Sign: Sendable { case works, isBroken, unknown }

    /// Counts a call that ended.
    ///
    /// - Parameter asked: the pause that the service asks for.
    /// - Returns: the calls on which the breaker opened, where it did just now.
    func ended(_ sign: Sign, isProbe: Bool, asked: Duration?) async -> FailureWindow? {
        let now = clock.now()
        if isProbe { return await probeEnded(sign, asked: asked, at: now) }
        guard sign != .unknown else { return nil }
        let failed = sign == .isBroken
        let tells = state.withLock { state in
            guard state.openUntil == nil else { return false }
            state.untold.add(failed: failed, at: now)
            guard !state.isTelling, failed || state.isDoubted && isTimeToTell(since: state.toldAt) else { return false }
            state.isTelling = true
            return true
        }
        return tells ? await tell(asked: asked, at: now) : nil
    }

    /// Tells other processes of the calls that they don't know of, where it matters to them.
    func tellRest() async {
        let tells = state.withLock { state in
            guard state.isDoubted, state.openUntil == nil, state.untold.calls > 0, !state.isTelling else {
                return false
            }
            state.isTelling = true
            return true
        }
        if tells { _ = await tell(asked: nil, at: clock.now()) }
    }

    private func isTimeToTell(since last: Duration?) -> Bool {
        last.map { clock.monotonic() - $0 >= Service.tellingInterval } ?? true
    }

    /// - Returns: as ``ended(_:isProbe:asked:)``.
    private func tell(asked: Duration?, at now: Timestamp) async -> FailureWindow? {
        var opened: FailureWindow?
        var tellings = 0
        while true {
            let untold = state.withLock { state in
                defer { state.untold = FailureWindow() }
                return state.untold
            }
            opened = await changeBreaker(at: now) { breaker in
                let wasOpen = breaker.openUntil != nil
                breaker.add(untold, asked: asked, at: now)
                return breaker.openUntil != nil && !wasOpen ? breaker.window : nil
            }
            tellings += 1
            let goesOn = state.withLock { state in
                state.toldAt = clock.monotonic()
                state.isTelling = opened == nil && state.untold.failures > 0 && tellings < Service.tellings
                return state.isTelling
            }
            guard goesOn else { return opened }
        }
    }

    private func probeEnded(_ sign: Sign, asked: Duration?, at now: Timestamp) async -> FailureWindow? {
        switch sign {
        case .works:
            await records.update(.init(.breaker, name)) { $0 = nil }
            state.withLock { state in
                state.openUntil = nil
                state.isDoubted = false
            }
            return nil
        case .isBroken:
            return await changeBreaker(at: now) { breaker in
                breaker.probeFailed(asked: asked, at: now)
                return breaker.window
            }
        case .unknown:
            await changeBreaker(at: now) { $0.probeEnded() }
            return nil
        }
    }

    @discardableResult
    private func changeBreaker<T: Sendable>(
        at now: Timestamp, _ change: @escaping @Sendable (inout CircuitBreaker) -> T
    ) async -> T {
        let labels = labels
        let (result, breaker) = await records.update(.init(.breaker, name)) { record in
            var breaker = CircuitBreaker(record)
            let result = change(&breaker)
            record = breaker.record(labels, at: now)
            return (result, breaker)
        }
        state.withLock { state in
            state.openUntil = breaker.openUntil
            state.isDoubted = breaker.window.failures > 0
        }
        return result
    }
}
