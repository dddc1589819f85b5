import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@Suite("Retry, timeouts, cancellation")
struct RetryTests {
    static let policy = RetryPolicy(max: 3, initial: .seconds(2), maxInterval: .seconds(5), jitter: false)

    @Test func repeatsWithGrowingPausesUntilItWorks() async throws {
        let bench = Bench { call in
            if call.count < 4 { throw Failure(.transient, "later") }
            return call.value
        }
        let result = try await bench.run([.read("a").with { $0.retry = Self.policy }])
        #expect(result.status == .succeeded)
        #expect(bench.clock.sleeps == [.seconds(2), .seconds(4), .seconds(5)])
        let history = try bench.history()
        let attempts = try history.attempts(of: "a", in: history.run(named: "latest"))
        #expect(attempts.map(\.number) == [1, 2, 3, 4])
        #expect(attempts.map { $0.end?.status } == [.failed, .failed, .failed, .succeeded])
    }

    @Test func maxCountsAttemptsAfterTheFirst() async throws {
        let bench = Bench { _ in throw Failure(.transient, "later") }
        let result = try await bench.run([.read("a").with { $0.retry = Self.policy }])
        #expect(result.failure?.message == "later")
        #expect(bench.nodes.calls.count == 4)
    }

    @Test func aServerIsNotAskedAgainWhatTookItTooLong() {
        let timeout = Failure(.timeout, "too long", nothingSent: true)
        for effect in [Effect.read, .idempotent, .write] {
            #expect(!RetryPolicy.server.allows(timeout, effect: effect))
        }
        #expect(RetryPolicy.server.allows(Failure(.network, "cut off"), effect: .read))
        // Who asks for tries gets them.
        #expect(RetryPolicy(max: 5).allows(timeout, effect: .read))
    }

    @Test func writeWithUnknownOutcomeIsNotRepeated() async throws {
        let bench = Bench { _ in throw Failure(.uncertain, "cut off") }
        let result = try await bench.run([.write("a").with { $0.retry = Self.policy }])
        #expect(result.exitCode == 7)
        #expect(bench.nodes.calls.count == 1)
        #expect(try bench.statuses() == ["a": "uncertain"])
    }

    @Test func keyedWriteIsRepeatedWithTheSameKey() async throws {
        let bench = Bench { call in
            if call.count < 2 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let result = try await bench.run([.uses("keyed", "a").with { $0.retry = Self.policy }])
        #expect(result.status == .succeeded)
        #expect(Set(bench.nodes.calls.map(\.context.idempotencyKey)).count == 1)
        #expect(bench.nodes.calls[0].context.idempotencyKey.count == 32)
    }

    @Test func aKeyOfTheStepsOwnTakesThePlaceOfThatOfTheRun() async throws {
        let bench = Bench { call in
            if call.count < 2 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let key = try Make.text("order-${{ index }}")
        let result = try await bench.run([
            .uses("keyed", "a", "${{ item }}").each(["x", "y"], max: 1).with {
                $0.retry = Self.policy
                $0.idempotencyKey = (key, Make.span)
            }
        ])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.calls.map(\.context.idempotencyKey) == ["order-0", "order-0", "order-1", "order-1"])
        #expect(bench.nodes.calls.map(\.context.isKeyGiven) == [true, true, true, true])
    }

    @Test func aKeyThatAnotherItemHasGivenIsRefused() async throws {
        let bench = Bench()
        let key = try Make.text("order-${{ item }}")
        let inner = try Step.uses("keyed", "a", "${{ item }}").each(["pen", "cup"], max: 1).with {
            $0.idempotencyKey = (key, Make.span)
        }
        let result = try await bench.run([try Step.block("customers", [inner]).each(["ann", "bob"], max: 1, as: "who")])
        #expect(
            result.failure?.message.hasSuffix(
                "idempotency_key: another step or item of this run has the key \"order-pen\", too") == true)
        #expect(bench.nodes.said == ["keyed pen", "keyed cup"])
    }

    @Test func aKeyThatAnotherItemHasGivenIsRefusedAfterAResume() async throws {
        let bench = Bench()
        let key = try Make.text("order-A")
        let steps = [
            try Step.uses("keyed", "a", "${{ item }}").each(["pen", "cup"], max: 1, onError: .continue).with {
                $0.idempotencyKey = (key, Make.span)
            }
        ]
        for attempt in 1...3 {
            let result = attempt == 1 ? try await bench.run(steps) : try await bench.resume(steps)
            #expect(result.failure?.message.hasSuffix("has the key \"order-A\", too") == true)
        }
        #expect(bench.nodes.said == ["keyed pen"])
    }

    /// A step of the same place in the file has the key, however often its handlers have run.
    @Test func keysThatCannotBeRecalledAreAskedForAgain() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.network, "broke off") }
            return call.value
        }
        let keys = [try Make.text("order-a"), try Make.text("order-b")]
        let steps = try zip(["a", "b"], keys).map { id, key in
            try Step.uses("keyed", id).with {
                $0.idempotencyKey = (key, Make.span)
                $0.continueOnError = true
            }
        }
        _ = try await bench.run(steps)
        var options = ResumeOptions()
        options.reset = RunReset(anew: ["a", "b"], note: "to run again")
        let (run, inner) = try await bench.store().resume("latest", reset: options.reset)
        let journal = DyingJournal(inner, after: .max, failingRecalls: 1)
        _ = try await Executor(
            try Bench.workflow(steps), run: run, setup: bench.setup(), journal: journal, options: options
        ).run()
        #expect(bench.observer.reports["a"]?.failure?.message == "the database is locked")
        #expect(bench.nodes.said == ["keyed a", "keyed b", "keyed b"])
    }

    @Test func aKeyIsItsItemsOwnAfterAResume() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.network, "broke off") }
            return call.value
        }
        let key = try Make.text("order-${{ item }}")
        let steps = [
            try Step.uses("keyed", "a", "${{ item }}").each(["pen", "cup"], max: 1, onError: .continue).with {
                $0.idempotencyKey = (key, Make.span)
            }
        ]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(
            bench.nodes.calls.map(\.context.idempotencyKey) == ["order-pen", "order-cup", "order-pen", "order-cup"])
    }

    @Test(arguments: ["a b", "", "é", String(repeating: "k", count: 256)])
    func aKeyThatCannotStandInAHeaderIsRefused(_ text: String) async throws {
        let bench = Bench()
        let key = try Make.text("${{ inputs.key }}")
        let result = try await bench.run(
            [.uses("keyed", "a").with { $0.idempotencyKey = (key, Make.span) }],
            inputs: ValueMap([("key", .string(text))]))
        #expect(result.failure?.message.hasPrefix("idempotency_key: must be 1 to 255") == true)
        #expect(bench.nodes.calls.isEmpty)
    }

    @Test func stepsOwnEffectAndDefaultsCount() async throws {
        let bench = Bench { call in
            if call.count < 2 { throw Failure(.network, "broken") }
            return call.value
        }
        let result = try await bench.run([.write("a").with { $0.effect = .idempotent }]) {
            $0.defaults.retry = Self.policy
        }
        #expect(result.status == .succeeded)
        #expect(bench.nodes.calls.count == 2)
    }

    @Test func timeoutBoundsOneAttempt() async throws {
        let bench = Bench(clock: ManualClock(skipsSleep: false)) { call in
            try await call.context.world.clock.sleep(.seconds(3600))
            return call.value
        }
        async let result = bench.run([.read("a").with { $0.timeout = .seconds(30) }])
        await bench.clock.sleepers(atLeast: 2)
        bench.clock.advance(by: .seconds(30))
        let ended = try await result
        #expect(ended.status == .timedOut)
        #expect(ended.exitCode == 1)
        #expect(ended.failure?.message == "took longer than its timeout of 30s")
    }

    @Test func timeoutOfABlockIsItsOwnFailure() async throws {
        let bench = Bench(clock: ManualClock(skipsSleep: false))
        let inner = Step.block("inner", [try .wait("long", "1h"), try .read("never")])
        let block = Step.block("block", [inner]).with { $0.timeout = .seconds(5) }
            .onError([try .read("mend", "${{ error.message }}")])
        async let result = bench.run([block, .read("after")])
        await bench.clock.sleepers(atLeast: 2)
        bench.clock.advance(by: .seconds(5))
        #expect(try await result.status == .succeeded)
        #expect(bench.nodes.said == ["read took longer than its timeout of 5s", "read after"])
        #expect(try bench.statuses()["block"] == "timed_out")
    }

    @Test func timeoutOfTheRunIsExitCode6AndRunsFinally() async throws {
        let bench = Bench(clock: ManualClock(skipsSleep: false)) { call in
            if call.text == "a" { try await call.context.world.clock.sleep(.seconds(3600)) }
            return call.value
        }
        async let result = bench.run([.read("a"), .read("b")]) {
            $0.timeout = .seconds(60)
            $0.onFailure = [try .read("h")]
            $0.finally = [try .read("f")]
        }
        await bench.clock.sleepers(atLeast: 2)
        bench.clock.advance(by: .seconds(60))
        let ended = try await result
        #expect(ended.exitCode == 6)
        #expect(ended.failure?.message == "the run took longer than its timeout of 60s")
        #expect(bench.nodes.said == ["read a", "read h", "read f"])
    }

    @Test func firstSignalLetsRunningStepsEndAndRunsFinally() async throws {
        let gate = Gate()
        let bench = Bench { call in
            if call.text == "a" { await gate.pass() }
            return call.value
        }
        let setup = bench.setup { $0.world.clock = ManualClock(skipsSleep: false) }
        let executor = try await bench.start([.read("a"), .read("b")], setup: setup) {
            $0.onFailure = [try .read("h")]
            $0.finally = [try .read("f").iff("cancelled()")]
        }
        async let result = executor.run()
        await gate.arrivals(1)
        executor.cancel(graceful: true)
        gate.open()
        let ended = await result
        #expect(ended.status == .cancelled)
        #expect(ended.exitCode == 5)
        #expect(bench.nodes.said == ["read a", "read f"])
        #expect(try bench.statuses() == ["a": "succeeded", "finally/f": "succeeded"])
        // What is left is done by a resume.
        let resumed = try await bench.resume([.read("a"), .read("b")])
        #expect(resumed.status == .succeeded)
        #expect(bench.nodes.said == ["read a", "read f", "read b"])
    }

    @Test func graceEndsWithCancellation() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock) { call in
            try await call.context.world.clock.sleep(.seconds(3600))
            return call.value
        }
        let executor = try await bench.start([.read("a")])
        async let result = executor.run()
        await clock.sleepers(atLeast: 1)
        executor.cancel(graceful: true)
        await clock.sleepers(atLeast: 2)
        clock.advance(by: .seconds(10))
        #expect(await result.status == .cancelled)
        #expect(try bench.statuses() == ["a": "cancelled"])
    }

    @Test func secondSignalEndsEverythingAtOnce() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock) { call in
            try await call.context.world.clock.sleep(.seconds(3600))
            return call.value
        }
        let executor = try await bench.start([.read("a")]) { $0.finally = [try .read("f")] }
        async let result = executor.run()
        await clock.sleepers(atLeast: 1)
        executor.cancel(graceful: true)
        executor.cancel(graceful: false)
        #expect(await result.exitCode == 5)
        #expect(bench.nodes.said == ["read a"])
    }

    @Test func retryWaitEndsWithTheRun() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock) { _ in throw Failure(.transient, "later") }
        let executor = try await bench.start([.read("a").with { $0.retry = Self.policy }])
        async let result = executor.run()
        await clock.sleepers(atLeast: 1)
        executor.cancel(graceful: true)
        #expect(await result.status == .cancelled)
        #expect(bench.nodes.calls.count == 1)
    }

    @Test func pauseThatWouldPassTheTimeoutOfTheRunIsNotBegun() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock) { _ in throw Failure(.transient, "later", retryAfter: .seconds(90)) }
        let result = try await bench.run([.read("a").with { $0.retry = Self.policy }]) { $0.timeout = .seconds(60) }
        #expect(result.status == .failed)
        #expect(result.failure?.message == "later")
        #expect(bench.nodes.calls.count == 1)
        #expect(bench.nodes.calls[0].context.deadline == .seconds(60))
    }
}
