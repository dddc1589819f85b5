import FlowCore
import FlowSpec

/// The time in which a service, or one limit of it, takes no request because it said so.
enum Closure {
    /// No closure lasts longer, whatever a service asks for: it may have meant milliseconds, or counted from another
    /// year. Where it meant what it said, one request a day finds that out.
    static let longest = Duration.seconds(86_400)

    /// How old what is known of the closures that other processes met may get.
    static let staleness = Duration.seconds(1)

    /// From here on a closure is worth a word about how to end it.
    private static let long = Duration.seconds(3600)

    /// The end, where it is to come; one too far away is from a clock that was wrong.
    static func end(_ time: Timestamp?, at now: Timestamp) -> Timestamp? {
        guard let time, time > now, time.since(now) <= longest else { return nil }
        return time
    }

    /// The end of both together.
    static func later(_ time: Timestamp?, _ other: Timestamp?, at now: Timestamp) -> Timestamp? {
        [end(time, at: now), end(other, at: now)].compactMap(\.self).max()
    }

    /// - Parameters:
    ///   - host: who takes no request.
    ///   - origin: what `flowctl limits reset` calls it.
    static func failure(_ host: String, _ origin: String, for pause: Duration) -> Failure {
        var hint = "run it again then; \"flowctl limits\" shows what is used up"
        if pause > long { hint += ", and \"flowctl limits reset \(origin)\" lets requests through at once" }
        return Failure(
            .rateLimited, "the rate limit of \(host) lets nothing through for \(pause.humanText)", hint: hint,
            retryAfter: pause, nothingSent: true)
    }
}
