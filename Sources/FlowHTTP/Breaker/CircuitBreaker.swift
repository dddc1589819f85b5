import FlowCore
import FlowSpec

/// Whether a service is spared requests because most of them failed: the record that all processes share.
///
/// Closed until at least half of ten or more calls within two minutes failed; then open, for thirty seconds first and
/// twice as long each time after; then half-open: one probe among all processes decides.
struct CircuitBreaker: Sendable, Hashable {
    enum Entry: Sendable, Hashable {
        case closed
        /// The caller sends the one request that decides.
        case probe
        case open(until: Timestamp)
        /// Another caller's probe is on its way.
        case probing
    }

    private(set) var window: FailureWindow
    private(set) var openUntil: Timestamp?
    /// How often it opened in a row.
    private var openings: Int64
    /// Until when a probe may take; where its process died, another follows.
    private var probeUntil: Timestamp?

    private static let firstPause = Duration.seconds(30)
    private static let longestPause = Duration.seconds(300)
    private static let probeTime = Duration.seconds(60)

    init(_ record: SharedRecord?) {
        let value = record?.value ?? ValueMap()
        window = FailureWindow(value["window"])
        openUntil = value.time("open_until")
        openings = value["openings"]?.intValue ?? 0
        probeUntil = value.time("probe_until")
    }

    /// What a caller may do now.
    mutating func enter(at now: Timestamp) -> Entry {
        guard let openUntil else { return .closed }
        if now < openUntil { return .open(until: openUntil) }
        if let probeUntil, now < probeUntil { return .probing }
        probeUntil = now.adding(CircuitBreaker.probeTime)
        return .probe
    }

    /// Takes in calls that ended; where they say that the service is broken, it opens. Calls that all succeeded never open
    /// it: a service that has just worked is not one to be spared.
    ///
    /// - Parameter asked: the pause that the service itself asks for.
    mutating func add(_ calls: FailureWindow, asked: Duration?, at now: Timestamp) {
        guard openUntil == nil else { return }
        window.add(calls, at: now)
        if calls.failures > 0, window.saysBroken { open(asked: asked, at: now) }
    }

    mutating func probeFailed(asked: Duration?, at now: Timestamp) {
        window.add(failed: true, at: now)
        open(asked: asked, at: now)
    }

    /// A probe that says nothing, as where its caller was cancelled: another may follow at once.
    mutating func probeEnded() { probeUntil = nil }

    private mutating func open(asked: Duration?, at now: Timestamp) {
        var pause = CircuitBreaker.firstPause
        for _ in 0..<min(openings, 5) { pause = min(pause * 2, CircuitBreaker.longestPause) }
        openUntil = now.adding(max(pause, asked ?? .zero))
        openings += 1
        probeUntil = nil
    }

    /// nil where there is nothing to remember.
    func record(_ labels: ValueMap, at now: Timestamp) -> SharedRecord? {
        guard openUntil != nil || window.calls > 0 else { return nil }
        var value = labels
        value["window"] = window.asValue
        value["open_until"] = openUntil.map { .int($0.milliseconds) }
        value["openings"] = .int(openings)
        value["probe_until"] = probeUntil.map { .int($0.milliseconds) }
        // An hour without a call says nothing about the service any more.
        let expiry = max(openUntil ?? now, now).adding(.seconds(openUntil == nil ? 120 : 3600))
        return SharedRecord(value, expiresAt: expiry ?? now)
    }
}
