import FlowCore
import FlowSpec
import Testing

@testable import FlowHTTP

/// What responses say about limits, in the ways services say it.
@Suite struct RateLimitHeadersTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func read(_ fields: [(String, String)]) -> RateLimitHeaders? {
        RateLimitHeaders(HTTPHeaders(fields), now: now)
    }

    @Test(arguments: [
        ("30", Duration.seconds(30)), ("1800000090", .seconds(90)), ("1800000090500", .milliseconds(90_500)),
        ("1.5", .milliseconds(1500)), ("Fri, 15 Jan 2027 08:01:30 GMT", .seconds(90)), ("1700000000", .zero),
        ("2027-01-15T08:01:30.5Z", .milliseconds(90_500)), ("2027-01-15T08:02Z", .seconds(120)),
        ("6m0s", .seconds(360)), ("20ms", .milliseconds(20)),
    ])
    func resetIsSecondsOrATime(text: String, reset: Duration) {
        let found = read([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", text)])
        #expect(found?.remaining == 0)
        #expect(found?.reset == reset)
    }

    @Test func otherSpellings() {
        #expect(read([("RateLimit-Remaining", "7"), ("RateLimit-Reset", "12")])?.remaining == 7)
        #expect(read([("X-Rate-Limit-Remaining", "7"), ("X-Rate-Limit-Reset", "12")])?.reset == .seconds(12))
        let after = read([
            ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1700000000"), ("X-RateLimit-Reset-After", "0.25"),
        ])
        #expect(after?.reset == .milliseconds(250))
        let draft = read([("RateLimit", "\"burst\";r=50;t=1, \"daily\";r=0;t=3600")])
        #expect(draft?.remaining == 0)
        #expect(draft?.reset == .seconds(3600))
    }

    @Test func severalLinesOfTheDraftsFieldAreOneList() {
        let found = read([("RateLimit", "\"a\";r=5;t=7"), ("ratelimit", "\"b\";r=0;t=9")])
        #expect(found?.remaining == 0)
        #expect(found?.reset == .seconds(9))
    }

    @Test(arguments: ["limit=100, remaining=0, reset=7", "reset=7,remaining=0", "limit=100,\tremaining=0 ,reset=7"])
    func earlierFormOfTheDraft(text: String) {
        let found = read([("RateLimit", text), ("RateLimit", "limit=10, remaining=3, reset=90")])
        #expect(found?.remaining == 0)
        #expect(found?.reset == .seconds(7))
    }

    /// What services send when a limit is used up, as lines, and how long until it is whole again.
    private static let usedUp: [(service: String, fields: String, seconds: Double)] = [
        ("GitHub", "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 0\nx-ratelimit-reset: 1800000090", 90),
        ("Zulip", "X-RateLimit-Limit: 200\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1800000090", 90),
        (
            "Discord",
            """
            X-RateLimit-Limit: 5
            X-RateLimit-Remaining: 0
            X-RateLimit-Reset: 1800000001.337
            X-RateLimit-Reset-After: 1.250
            X-RateLimit-Bucket: abcd1234
            """, 1.25
        ),
        ("X", "x-rate-limit-limit: 900\nx-rate-limit-remaining: 0\nx-rate-limit-reset: 1800000900", 900),
        (
            "Linear",
            """
            x-ratelimit-requests-limit: 5000
            x-ratelimit-requests-remaining: 0
            x-ratelimit-requests-reset: 1800000090000
            x-ratelimit-complexity-limit: 3000000
            x-ratelimit-complexity-remaining: 0
            x-ratelimit-complexity-reset: 1800000120000
            """, 120
        ),
        (
            "HubSpot",
            """
            X-HubSpot-RateLimit-Max: 100
            X-HubSpot-RateLimit-Remaining: 0
            X-HubSpot-RateLimit-Interval-Milliseconds: 10000
            X-HubSpot-RateLimit-Daily: 250000
            X-HubSpot-RateLimit-Daily-Remaining: 249000
            """, 10
        ),
        ("Jira", "X-RateLimit-Limit: 10\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 2027-01-15T08:05Z", 300),
        (
            "OpenAI",
            """
            x-ratelimit-remaining-requests: 4999
            x-ratelimit-reset-requests: 12ms
            x-ratelimit-remaining-tokens: 0
            x-ratelimit-reset-tokens: 6m0s
            """, 360
        ),
        (
            "Anthropic",
            "anthropic-ratelimit-requests-remaining: 0\nanthropic-ratelimit-requests-reset: 2027-01-15T08:00:30Z", 30
        ),
        ("Graph", "RateLimit-Limit: 1200\nRateLimit-Remaining: 0\nRateLimit-Reset: 40", 40),
    ]

    @Test(arguments: usedUp) func eachServiceInItsOwnWords(service: String, fields: String, seconds: Double) {
        let found = read(
            fields.split(separator: "\n").map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), String(parts[1].dropFirst()))
            })
        #expect(found?.remaining == 0)
        #expect(found?.reset == .milliseconds(Int64(seconds * 1000)))
    }

    @Test(arguments: [
        [("x-ratelimit-remaining", "0")], [("x-ratelimit-reset", "30")],
        [("x-ratelimit-remaining", "none"), ("x-ratelimit-reset", "30")],
        [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")],
        [("x-ratelimit-remaining", "1e300"), ("x-ratelimit-reset", "1e300")], [("RateLimit", ";;r=;t=,")],
        [("RateLimit", "remaining=0, limit=7"), ("RateLimit", "remaining, reset=, =, r=1;remaining=x")],
    ])
    func whatCannotBeUnderstoodSaysNothing(fields: [(String, String)]) { #expect(read(fields) == nil) }
}
