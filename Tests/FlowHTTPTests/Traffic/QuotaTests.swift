import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowHTTP

/// How many requests a limit lets through, and when.
@Suite struct QuotaTests {
    private let start = Timestamp(seconds: 1_800_000_000)
    private let limit = RequestLimit("api.list", count: 50, per: .seconds(1))

    private func time(_ seconds: Double) -> Timestamp { start.adding(.seconds(seconds)) ?? start }

    /// Takes slots one by one as they come, from `begin` until the promise would be after `end`.
    private func slots(_ quota: inout Quota, from begin: Timestamp, to end: Timestamp, wanted: Int = 7) -> [Timestamp] {
        var all: [Timestamp] = []
        var now = begin
        while now < end {
            let reservation = quota.reserve(wanted, at: now)
            all += reservation.slots
            now = max(now, reservation.slots.last ?? reservation.askAgain)
        }
        return all
    }

    /// The most that any stretch of the limit's interval holds.
    private func fullest(_ times: [Timestamp], _ interval: Duration) -> Int {
        let sorted = times.sorted()
        var first = 0
        var most = 0
        for last in sorted.indices {
            while sorted[last].since(sorted[first]) >= interval { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }

    @Test func wholeIntervalsWorthGoesAtOnceAfterAPause() {
        var quota = Quota(limit)
        var now: [Timestamp] = []
        for _ in 0..<10 { now += quota.reserve(5, at: start).slots.filter { $0 == start } }
        #expect(now.count == 50)
        #expect(quota.used(at: start) == 50)
        let next = quota.reserve(1, at: start).slots
        #expect(next.first.map { $0.since(start) >= .seconds(1) } == true)
    }

    @Test func whatHasToWaitIsSpreadEvenly() {
        var quota = Quota(limit)
        var all: [Timestamp] = []
        for _ in 0..<20 { all += quota.reserve(5, at: start).slots }
        let waiting = all.filter { $0 > start }
        #expect(waiting.count == 50)
        #expect(fullest(waiting, .milliseconds(50)) == 3)
    }

    @Test func slotLastsForASlice() {
        #expect(Quota.isUsable(start, at: start.adding(.milliseconds(49)) ?? start, of: limit))
        #expect(!Quota.isUsable(start, at: start.adding(.milliseconds(50)) ?? start, of: limit))
        #expect(Quota.isUsable(time(3), at: start, of: limit))
    }

    @Test func noMoreThanATenthIsPromisedAtATime() {
        var quota = Quota(limit)
        #expect(quota.reserve(1000, at: start).slots.count == 5)
        var single = Quota(RequestLimit("chat.send", count: 1, per: .seconds(1)))
        #expect(single.reserve(10, at: start).slots == [start])
    }

    @Test func steadyStreamUsesMoreThanNineTenths() {
        var quota = Quota(limit)
        let all = slots(&quota, from: start, to: time(60)).filter { $0 < time(60) }
        #expect(all.count >= 60 * 50 * 9 / 10)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func noStretchOfTimeHoldsMoreThanTheLimit(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        func below(_ bound: Int) -> Int { Int(random.unitInterval() * Double(bound)) }
        let interval = [Duration.seconds(1), .seconds(60), .seconds(3600)][below(3)]
        let limit = RequestLimit("any", count: 1 + below(120), per: interval)
        var record: SharedRecord?
        var times: [Timestamp] = []
        var now = start
        for _ in 0..<400 {
            // Each time another process that knows only the record.
            var quota = Quota(limit, record: record)
            let promised = quota.reserve(1 + below(30), at: now).slots
            if below(5) == 0, let unused = promised.last {
                quota.release(unused)
                times += promised.dropLast()
            } else {
                times += promised
            }
            #expect(promised.allSatisfy { $0 >= now })
            record = quota.record(ValueMap(), at: now)
            now = now.adding(interval * (random.unitInterval() / 10)) ?? now
        }
        #expect(fullest(times, interval) <= limit.count)
        #expect(times.count > limit.count)
    }

    @Test func closedIsClosedForEverybodyUntilItsTime() {
        var quota = Quota(limit)
        quota.close(until: time(30))
        quota.close(until: time(10))
        var other = Quota(limit, record: quota.record(ValueMap(), at: start))
        let refused = other.reserve(3, at: time(5))
        #expect(refused.slots.isEmpty)
        #expect(refused.askAgain == time(30))
        #expect(other.reserve(3, at: time(30)).slots == [time(30), time(30), time(30)])
    }

    @Test func releasedSlotIsFreeAgain() {
        var quota = Quota(RequestLimit("chat.send", count: 1, per: .seconds(1)))
        let slot = quota.reserve(1, at: start).slots[0]
        quota.release(slot)
        #expect(quota.reserve(1, at: start).slots == [start])
    }

    @Test func limitThatWasChangedBeginsAnew() {
        var quota = Quota(limit)
        _ = quota.reserve(5, at: start)
        let record = quota.record(ValueMap(), at: start)
        #expect(Quota(limit, record: record).used(at: start) == 5)
        #expect(Quota(RequestLimit("api.list", count: 50, per: .seconds(60)), record: record).used(at: start) == 0)
    }

    @Test func clockThatIsSetBackDoesNotBlock() {
        var quota = Quota(RequestLimit("chat.send", count: 1, per: .seconds(1)))
        _ = quota.reserve(1, at: time(86_400))
        #expect(quota.reserve(1, at: start).slots == [start])
    }
}
