package import FlowCore

/// How often and after what pause a failed attempt is repeated.
package struct RetryPolicy: Sendable, Hashable {
    package enum Backoff: String, Sendable, Hashable, CaseIterable { case exponential, constant }

    /// Attempts after the first; 0 is none.
    package var max: Int
    package var backoff: Backoff
    /// The pause before the second attempt; doubled for each further one where the backoff is exponential.
    package var initial: Duration
    /// No pause is longer, unless the server itself asks for one.
    package var maxInterval: Duration
    /// Full jitter: the pause is drawn evenly from zero to its computed length.
    package var jitter: Bool
    /// The kinds that are retried; nil means those that are safe by the step's effect.
    package var on: Set<FailureKind>?
    /// Whether work is done again that was cut off because it took too long.
    package var repeatsTimeouts = true

    package init(
        max: Int, backoff: Backoff = .exponential, initial: Duration = .seconds(1),
        maxInterval: Duration = .seconds(60), jitter: Bool = true, on: Set<FailureKind>? = nil
    ) {
        self.max = max
        self.backoff = backoff
        self.initial = initial
        self.maxInterval = maxInterval
        self.jitter = jitter
        self.on = on
    }

    package static let none = RetryPolicy(max: 0)
    /// What HTTP nodes do where a step says nothing.
    package static let http = RetryPolicy(max: 3)

    /// What nodes do that speak with a server otherwise: long enough for one that is restarted. A query that took too
    /// long once would most likely do so again, and the server would work on it each time.
    package static let server = {
        var policy = RetryPolicy(max: 5)
        policy.repeatsTimeouts = false
        return policy
    }()

    /// Whether `failure` of work with `effect` may be repeated, apart from the count.
    ///
    /// Reads and idempotent work repeat on what may pass. A write repeats where nothing was sent or the other side
    /// refused it; an uncertain write only where ``on`` names that kind, or a key makes it safe. Nothing repeats where the
    /// other side says that this is of no use.
    package func allows(_ failure: Failure, effect: Effect, hasIdempotencyKey: Bool = false) -> Bool {
        if failure.kind == .cancelled || failure.kind == .internal || failure.refusesRetry { return false }
        if let on { return on.contains(failure.kind) }
        let isRepeatable = effect != .write || hasIdempotencyKey
        switch failure.kind {
        case .rateLimited: return true
        // A write's transient failure is the other side's refusal; without one it would be uncertain.
        case .transient: return true
        case .timeout where !repeatsTimeouts: return false
        case .network, .timeout: return isRepeatable || failure.nothingSent
        case .uncertain: return isRepeatable
        default: return false
        }
    }

    /// The pause before attempt `number + 1`, where `number` counts from 1.
    ///
    /// A pause the server asks for is a lower bound and is not cut by ``maxInterval``.
    package func pause(after number: Int, asked: Duration?, random: any RandomSource) -> Duration {
        var interval = initial
        if backoff == .exponential {
            for _ in 1..<Swift.max(number, 1) where interval < maxInterval { interval = interval * 2 }
        }
        interval = Swift.min(interval, maxInterval)
        if jitter {
            interval = .seconds(interval.inSeconds * random.unitInterval())
        }
        return asked.map { $0 + (jitter ? interval / 4 : .zero) } ?? interval
    }
}
