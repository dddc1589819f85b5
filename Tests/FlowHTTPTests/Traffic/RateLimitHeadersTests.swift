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

    @Test(arguments: [
        [("x-ratelimit-remaining", "0")], [("x-ratelimit-reset", "30")],
        [("x-ratelimit-remaining", "none"), ("x-ratelimit-reset", "30")],
        [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")],
        [("x-ratelimit-remaining", "1e300"), ("x-ratelimit-reset", "1e300")], [("RateLimit", ";;r=;t=,")],
    ])
    func whatCannotBeUnderstoodSaysNothing(fields: [(String, String)]) { #expect(read(fields) == nil) }
}
