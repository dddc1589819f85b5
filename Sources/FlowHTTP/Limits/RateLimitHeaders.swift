import FlowCore
import FlowSpec

/// What a response says about how much of a rate limit is left.
///
/// Reads `X-RateLimit-Remaining` and `-Reset` in the spellings that services use, and `RateLimit` of the IETF draft
/// (draft-ietf-httpapi-ratelimit-headers). The reset may be seconds from now, seconds or milliseconds since 1970, or a
/// date.
struct RateLimitHeaders {
    var remaining: Int
    /// How long until the limit is whole again.
    var reset: Duration

    /// nil where the response says nothing, or nothing that can be understood.
    init?(_ headers: HTTPHeaders, now: Timestamp) {
        for names in RateLimitHeaders.spellings {
            guard let remaining = headers[names.remaining].flatMap(Double.init), remaining.magnitude < 1e15 else {
                continue
            }
            if let after = headers[names.resetAfter].flatMap({ RateLimitHeaders.seconds($0) }) {
                self.init(remaining: Int(remaining), reset: after)
                return
            }
            guard let reset = headers[names.reset].flatMap({ RateLimitHeaders.reset($0, now: now) }) else {
                continue
            }
            self.init(remaining: Int(remaining), reset: reset)
            return
        }
        guard let field = headers["RateLimit"], let draft = RateLimitHeaders(draft: field) else { return nil }
        self = draft
    }

    private static let spellings = ["X-RateLimit-", "X-Rate-Limit-", "RateLimit-"].map { prefix in
        (remaining: prefix + "Remaining", resetAfter: prefix + "Reset-After", reset: prefix + "Reset")
    }

    private init(remaining: Int, reset: Duration) {
        self.remaining = remaining
        self.reset = reset
    }

    /// `"default";r=0;t=30`; of several policies the one with the least left.
    private init?(draft field: String) {
        let policies = field.split(separator: ",").compactMap { policy -> RateLimitHeaders? in
            var values: [Substring: Substring] = [:]
            for part in policy.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { values[pair[0]] = pair[1] }
            }
            guard let remaining = values["r"].flatMap({ Int($0) }),
                let reset = values["t"].flatMap({ RateLimitHeaders.seconds(String($0)) })
            else { return nil }
            return RateLimitHeaders(remaining: remaining, reset: reset)
        }
        guard let least = policies.min(by: { $0.remaining < $1.remaining }) else { return nil }
        self = least
    }

    private static func reset(_ text: String, now: Timestamp) -> Duration? {
        guard let number = Double(text) else {
            return Timestamp(httpDate: text).map { max(.zero, $0.since(now)) }
        }
        // A number of seconds as large as this would be 30 years; it is a time since 1970.
        guard number > 1e9 else { return seconds(text) }
        let milliseconds = number > 1e11 ? number : number * 1000
        guard milliseconds < 1e15 else { return nil }
        return max(.zero, Timestamp(milliseconds: Int64(milliseconds.rounded(.up))).since(now))
    }

    private static func seconds(_ text: String) -> Duration? {
        guard let count = Double(text), count >= 0, count < 1e9 else { return nil }
        return .milliseconds(Int64((count * 1000).rounded(.up)))
    }
}
