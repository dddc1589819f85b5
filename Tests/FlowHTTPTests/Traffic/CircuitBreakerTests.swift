import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowHTTP

/// When a breaker opens, and what closes it.
@Suite struct CircuitBreakerTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func time(_ seconds: Int) -> Timestamp { start.adding(.seconds(seconds)) ?? start }

    private func window(_ calls: Int, failed: Int, at time: Timestamp) -> FailureWindow {
        var window = FailureWindow()
        for number in 0..<calls { window.add(failed: number < failed, at: time) }
        return window
    }

    /// As another process reads what this one has written.
    private func shared(_ breaker: CircuitBreaker, at time: Timestamp) -> CircuitBreaker {
        CircuitBreaker(breaker.record(ValueMap(), at: time))
    }

    @Test func opensOnlyByTheRatioAmongEnoughCalls() {
        var few = CircuitBreaker(nil)
        few.add(window(9, failed: 9, at: start), asked: nil, at: start)
        #expect(few.enter(at: start) == .closed)
        // It has just worked.
        few.add(window(1, failed: 0, at: start), asked: nil, at: start)
        #expect(few.enter(at: start) == .closed)
        few.add(window(1, failed: 1, at: start), asked: nil, at: start)
        #expect(few.enter(at: start) == .open(until: time(30)))

        var mostlyFine = CircuitBreaker(nil)
        mostlyFine.add(window(1000, failed: 499, at: start), asked: nil, at: start)
        #expect(mostlyFine.enter(at: start) == .closed)
    }

    @Test func failuresAreForgottenAfterTwoMinutes() {
        var breaker = CircuitBreaker(nil)
        breaker.add(window(9, failed: 9, at: start), asked: nil, at: start)
        breaker.add(window(1, failed: 1, at: time(121)), asked: nil, at: time(121))
        #expect(breaker.enter(at: time(121)) == .closed)
        #expect(breaker.window.calls == 1)
    }

    @Test func shortRunsAddUp() {
        var breaker = CircuitBreaker(nil)
        for minute in 0..<3 {
            breaker = shared(breaker, at: time(minute * 50))
            let now = time(minute * 50)
            breaker.add(window(4, failed: 4, at: now), asked: nil, at: now)
        }
        #expect(breaker.enter(at: time(100)) == .open(until: time(130)))
    }

    @Test func oneProbeAmongAllDecides() {
        var breaker = CircuitBreaker(nil)
        breaker.add(window(10, failed: 10, at: start), asked: nil, at: start)
        var other = shared(breaker, at: start)
        #expect(other.enter(at: time(29)) == .open(until: time(30)))
        #expect(other.enter(at: time(30)) == .probe)
        var third = shared(other, at: time(30))
        #expect(third.enter(at: time(31)) == .probing)
        // The process of the probe died.
        #expect(third.enter(at: time(90)) == .probe)
    }

    @Test func probeThatFailsOpensForTwiceAsLongUpToFiveMinutes() {
        var breaker = CircuitBreaker(nil)
        breaker.add(window(10, failed: 10, at: start), asked: nil, at: start)
        var now = time(30)
        var pauses: [Duration] = []
        for _ in 0..<6 {
            breaker = shared(breaker, at: now)
            #expect(breaker.enter(at: now) == .probe)
            breaker.probeFailed(asked: nil, at: now)
            guard case .open(let until) = breaker.enter(at: now) else { continue }
            pauses.append(until.since(now))
            now = until
        }
        #expect(pauses == [60, 120, 240, 300, 300, 300].map { .seconds($0) })
    }

    @Test func serviceMayAskForALongerPause() {
        var breaker = CircuitBreaker(nil)
        breaker.add(window(10, failed: 10, at: start), asked: .seconds(600), at: start)
        #expect(breaker.enter(at: start) == .open(until: time(600)))
    }

    @Test func probeWithoutAVerdictLeavesTheNextOneToAnother() {
        var breaker = CircuitBreaker(nil)
        breaker.add(window(10, failed: 10, at: start), asked: nil, at: start)
        #expect(breaker.enter(at: time(30)) == .probe)
        breaker.probeEnded()
        #expect(breaker.enter(at: time(30)) == .probe)
    }
}
