import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowHTTP

/// Slots of one limit, and what closes it.
@Suite struct RateLimiterTests {
    private let clock = ManualClock()
    private let records = ProcessRecords()
    private let origin = Origin("https://api.example")!

    private func limiter(_ count: Int, per interval: Duration) -> RateLimiter {
        RateLimiter(
            RequestLimit("api.list", count: count, per: interval), key: .init(.limit, "https://api.example api.list"),
            labels: ValueMap([("host", "api.example"), ("origin", "https://api.example")]),
            records: FallbackRecords(records), clock: clock)
    }

    private func slot(of limiter: RateLimiter, within patience: Duration = .seconds(900)) async throws -> Timestamp {
        try await limiter.slot(by: clock.monotonic() + patience) { try await clock.sleep($0) }.time
    }

    @Test func patienceIsForAllPausesTogether() async throws {
        // Another process has the slots of this interval and of the next.
        let other = limiter(1, per: .seconds(4))
        for _ in 0..<2 { _ = try await slot(of: other) }
        let own = limiter(1, per: .seconds(4))
        let outcome = await failure { _ = try await slot(of: own, within: .seconds(8)) }
        #expect(outcome.kind == .rateLimited)
        #expect(clock.monotonic() < .seconds(8))
    }

    @Test func closureHoldsForSlotsThatWerePromised() async throws {
        let limiter = limiter(40, per: .seconds(1))
        let promised = try await slot(of: limiter)
        #expect(await limiter.standing(of: promised) == .usable)
        await limiter.close(until: try #require(clock.now().adding(.seconds(20))))
        #expect(await limiter.standing(of: promised) == .closed)
        let next = try await slot(of: limiter)
        #expect(clock.monotonic() >= .seconds(20))
        #expect(await limiter.standing(of: next) == .usable)
    }

    @Test func closureThatAnotherProcessMetIsHeardOfWithinASecond() async throws {
        let limiter = limiter(40, per: .seconds(1))
        let promised = try await slot(of: limiter)
        await self.limiter(40, per: .seconds(1)).close(until: try #require(clock.now().adding(.seconds(20))))
        try await clock.sleep(.seconds(1))
        #expect(await limiter.standing(of: promised) == .closed)
    }

    @Test func closureOfAClockThatWasWrongIsNone() async throws {
        let limiter = limiter(40, per: .seconds(1))
        await records.update(.init(.limit, "https://api.example api.list")) { record in
            let closed = ValueMap([("closed_until", .int(9_000_000_000_000))])
            record = SharedRecord(closed, expiresAt: Timestamp(milliseconds: 9_000_000_000_000))
        }
        #expect(await limiter.standing(of: try await slot(of: limiter)) == .usable)
        await limiter.close(until: try #require(clock.now().adding(.seconds(20))))
        _ = try await slot(of: self.limiter(40, per: .seconds(1)))
        #expect(clock.monotonic() >= .seconds(20) && clock.monotonic() < .seconds(30))
    }

    @Test func slotThatIsGivenBackIsForTheNext() async throws {
        let limiter = limiter(1, per: .seconds(60))
        for _ in 0..<5 { await limiter.giveBack(try await slot(of: limiter)) }
        #expect(try await slot(of: limiter) == clock.now())
        #expect(clock.sleeps == [])
    }

    @Test func limitersOfManyKeysAreForgotten() async throws {
        let service = await Service(origin, nil, records: FallbackRecords(records), clock: clock)
        func limit(_ key: Int) -> RequestLimit { RequestLimit("chat.send", count: 1, per: .seconds(1), key: "\(key)") }
        weak let unused = service.limiter(limit(0))
        let used = service.limiter(limit(1))
        for key in 2..<5000 {
            _ = service.limiter(limit(key))
            if key % 500 == 0 { #expect(service.limiter(limit(1)) === used) }
        }
        #expect(unused == nil)
    }

    @Test func valuesUsedLastAreKept() {
        var values = RecentlyUsed<Int, Int>(capacity: 10)
        for number in 0..<1000 {
            values.keep(number, number)
            #expect(values.value(0) == 0)
            #expect(values.count <= 20)
        }
        #expect((990..<1000).allSatisfy { values.value($0) == $0 })
        #expect(values.value(500) == nil)
    }
}
