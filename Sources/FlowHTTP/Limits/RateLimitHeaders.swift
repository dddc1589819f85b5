import FlowCore
import FlowSpec

/// What a response says about how much of a rate limit is left.
///
/// Reads whatever is called `…RateLimit-…Remaining`, of which each service has its own spelling, with the reset of the
/// same name, and `RateLimit` of the IETF draft (draft-ietf-httpapi-ratelimit-headers). Of several limits the one that
/// binds longest counts.
struct RateLimitHeaders {
    var remaining: Int
    /// How long until the limit is whole again.
    var reset: Duration

    /// nil where the response says nothing, or nothing that can be understood.
    init?(_ headers: HTTPHeaders, now: Timestamp) {
        var limits: [RateLimitHeaders] = []
        for field in headers.fields {
            if let limit = RateLimitHeaders(field, of: headers, now) { limits.append(limit) }
        }
        if let field = headers["RateLimit"] { limits += RateLimitHeaders.draft(field) }
        guard let binding = limits.min(by: { ($0.remaining, $1.reset) < ($1.remaining, $0.reset) }) else { return nil }
        self = binding
    }

    private init(remaining: Int, reset: Duration) {
        self.remaining = max(0, remaining)
        self.reset = reset
    }

    /// `RateLimit-Remaining` is the shortest of these names.
    private static let shortestName = 19

    /// `X-RateLimit-Remaining` with `X-RateLimit-Reset`, `x-ratelimit-remaining-tokens` with
    /// `x-ratelimit-reset-tokens`, and so on.
    private init?(_ field: HTTPHeaders.Field, of headers: HTTPHeaders, _ now: Timestamp) {
        guard field.name.utf8.count >= RateLimitHeaders.shortestName else { return nil }
        let name = field.name.lowercased()
        guard name.contains("ratelimit") || name.contains("rate-limit"), let word = name.firstRange(of: "remaining"),
            let remaining = Double(field.value), remaining.magnitude < 1e15
        else { return nil }
        func partner(_ suffix: String) -> String? {
            headers["\(name[..<word.lowerBound])\(suffix)\(name[word.upperBound...])"]
        }
        let reset =
            // The only one that needs no clock.
            partner("reset-after").flatMap(Double.init).flatMap(AskedPause.seconds)
            ?? partner("reset").flatMap { AskedPause.any($0, now: now) }
            // HubSpot says how long its window is, and not when it ends.
            ?? partner("interval-milliseconds").flatMap(Double.init).flatMap(AskedPause.milliseconds)
        guard let reset else { return nil }
        self.init(remaining: Int(remaining), reset: reset)
    }

    /// `"default";r=0;t=30`
    private static func draft(_ field: String) -> [RateLimitHeaders] {
        field.split(separator: ",").compactMap { policy in
            var values: [Substring: Substring] = [:]
            for part in policy.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { values[pair[0]] = pair[1] }
            }
            guard let remaining = values["r"].flatMap({ Int($0) }),
                let reset = values["t"].flatMap({ Double($0) }).flatMap(AskedPause.seconds)
            else { return nil }
            return RateLimitHeaders(remaining: remaining, reset: reset)
        }
    }
}
