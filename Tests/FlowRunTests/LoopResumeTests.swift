import FlowCore
import FlowExpression
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

/// What a resumed run knows of the items and iterations that were cut off.
@Suite("Resumed loops")
struct LoopResumeTests {
    /// Runs steps until `slow` is at work, cancels the run and takes it up again.
    private func cutOff(_ steps: [Step], _ bench: Bench, _ gate: Gate) async throws {
        let executor = try await bench.start(steps)
        async let result = executor.run()
        await gate.arrivals(1)
        executor.cancel(graceful: true)
        gate.open()
        #expect(await result.status == .cancelled)
        #expect(try await bench.resume(steps).status == .succeeded)
    }

    private func bench(_ gate: Gate) -> Bench {
        Bench(clock: ManualClock(skipsSleep: false)) { call in
            if call.text.hasSuffix("slow") { await gate.pass() }
            return call.value
        }
    }

    @Test(arguments: [true, false])
    func aSwitchThatWasCutOffKeepsItsCase(isLoop: Bool) async throws {
        let gate = Gate()
        let bench = bench(gate)
        let cases = try Step.choose(
            "route", "run.attempt", ["1": [.read("slow"), .read("later")], "2": [.read("other")]])
        let once = Step.Repetition(kind: .until, condition: try Expression.compile("index == 0"), maxIterations: 1)
        let step = isLoop ? try cases.each([1]) : cases.with { $0.repetition = once }
        try await cutOff([step], bench, gate)
        #expect(bench.nodes.said == ["read slow", "read later"])
    }

    @Test func aCallThatWasCutOffKeepsItsVariablesAndIsTidiedUpAgain() async throws {
        let gate = Gate()
        let bench = bench(gate)
        let call = try Step.call(
            "sub", [.read("slow", "${{ vars.tag + ' slow' }}"), .read("later", "${{ vars.tag }}")]
        ) {
            $0.vars = try Make.values(["tag": "${{ uuid() }}"])
            $0.finally = [try .read("clean")]
        }
        try await cutOff([try call.each([1])], bench, gate)
        let said = bench.nodes.said
        #expect(said.count == 4)
        #expect(said[0] == said[2] + " slow")
        #expect(said[1] == "read clean" && said[3] == "read clean")
    }

    @Test func itemsOfAListThatMayComeOutDifferentlyStayThoseOfTheFirstTime() async throws {
        let bench = Bench { call in
            if call.text == "list", call.count == 1 { throw Failure(.conflict, "not there yet") }
            if call.text == "bad", call.count == 1 { throw Failure(.conflict, "bad") }
            return call.text == "list" ? ["x", "y"] : call.value
        }
        let each = try Step.read("each", "${{ item }}")
            .each("${{ default(steps.list.output, ['fine', 'bad']) }}", max: 1, onError: .continue).iff("always()")
        let steps = [try Step.read("list"), each]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["read list", "read fine", "read bad", "read list", "read bad"])
    }

    @Test func aFinishedItemIsNotTakenForAnotherOne() async throws {
        let bench = Bench { call in
            if call.text == "b", call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        func steps(_ items: Value) throws -> [Step] {
            let key = try Make.text("${{ item }}")
            return [try Step.read("each", "${{ item }}").each(items, max: 1).with { $0.loop?.key = key }]
        }
        #expect(try await bench.run(try steps(["a", "b"])).status == .failed)
        let edited = try await bench.resume(try steps(["new", "a", "b"]))
        #expect(edited.failure?.message == "item 0 is \"new\" now, and was \"a\" when it was done")
        #expect(try await bench.resume(try steps(["a", "b", "c"])).status == .succeeded)
        #expect(bench.nodes.said == ["read a", "read b", "read b", "read c"])
    }

    @Test func itemsAreThereAfterAHandlerThatWasCutOff() async throws {
        let gate = Gate()
        let bench = Bench(clock: ManualClock(skipsSleep: false)) { call in
            if call.text == "slow" { await gate.pass() }
            if call.value == 2 { throw Failure(.conflict, "no twos") }
            return call.value
        }
        let each = try Step.read("each", "${{ item }}").each([1, 2, 3], max: 1, onError: .continue)
        let steps = [
            each.onError([try .read("slow"), try .read("later")]),
            try .read("report", "${{ [steps.each.items.map(i, i.status), steps.each.output] }}"),
        ]
        try await cutOff(steps, bench, gate)
        #expect(bench.nodes.calls.last?.value == [["succeeded", "failed", "succeeded"], [1, nil, 3]])
    }

    @Test func onlyTheRestOfAPauseIsWaitedFor() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock)
        let steps = [try Step.wait("pause", "3s").each([1, 2], max: 1)]
        let executor = try await bench.start(steps)
        async let first = executor.run()
        await clock.sleepers(atLeast: 1)
        clock.advance(by: .seconds(3))
        while try bench.history().items(of: "pause", in: bench.history().run(named: "latest")).isEmpty {
            await Task.yield()
        }
        await clock.sleepers(atLeast: 1)
        clock.advance(by: .seconds(1))
        executor.cancel(graceful: true)
        #expect(await first.status == .cancelled)
        let later = ManualClock(start: clock.now())
        #expect(try await bench.resume(steps, setup: bench.setup { $0.world.clock = later }).status == .succeeded)
        #expect(later.sleeps == [.seconds(2)])
    }
}

@Suite("Uncertain writes that the run went on after")
struct ForgivenWriteTests {
    private func bench() -> Bench {
        Bench { call in
            if call.count == 1 { throw Failure(call.text == "charge" ? .uncertain : .conflict, "cut off") }
            return call.value
        }
    }

    private func steps() throws -> [Step] {
        [
            try Step.write("charge").with { $0.continueOnError = true }, try .read("later"),
            try .read("see", "${{ steps.charge.output }}"),
        ]
    }

    @Test func areMarkedDone() async throws {
        let bench = bench()
        #expect(try await bench.run(try steps()).status == .failed)
        _ = try await bench.resume(try steps(), options: ResumeOptions(markDone: ["charge": "paid"]))
        #expect(bench.nodes.said == ["write charge", "read later", "read later", "read paid"])
    }

    @Test func areRepeatedWhereThatIsAskedFor() async throws {
        let bench = bench()
        #expect(try await bench.run(try steps()).status == .failed)
        _ = try await bench.resume(try steps(), options: ResumeOptions(retryUncertain: ["charge"]))
        #expect(bench.nodes.said == ["write charge", "read later", "write charge", "read later", "read charge"])
    }
}

@Suite("Keys that a service forgets")
struct KeyLifetimeTests {
    /// Of `test.keyed` a key counts for 24 hours.
    @Test(arguments: [FailureKind.uncertain, .network])
    func aKeyCountsFromWhenItWasFirstSent(second: FailureKind) async throws {
        let clock = ManualClock()
        let bench = Bench(clock: clock) { call in
            throw Failure(call.count == 1 ? .uncertain : second, "cut off", nothingSent: call.count > 1)
        }
        let steps = [try Step.uses("keyed", "pay")]
        _ = try await bench.run(steps)
        clock.advance(by: .seconds(23 * 3600))
        _ = try await bench.resume(steps)
        #expect(bench.nodes.calls.count == 2)
        clock.advance(by: .seconds(2 * 3600))
        #expect(try await bench.resume(steps).status == .uncertain)
        #expect(bench.nodes.calls.count == 2)
    }

    /// Items that only hold other steps have nothing to decide themselves.
    @Test func whatIsUncertainInsideAnItemIsAdvisedAboutByItself() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.block("each", [.write("send", "${{ item }}")]).each(["x", "y"], max: 2)]
        #expect(try await bench.run(steps).status == .uncertain)
        let history = try bench.history()
        let run = try history.run(named: "latest")
        let advice = try ResumeAdvice(for: run, history, at: bench.clock.now())
        let words = try #require(advice.commands.last).words.dropFirst(2)
        #expect(words == ["--retry-uncertain", "each[0]/send", "--retry-uncertain", "each[1]/send"])
        let options = try ResumeOptions(retryUncertain: Set(words.filter { $0.hasPrefix("each") }))
            .resolved(in: run, of: history, at: bench.clock.now())
        #expect(try await bench.resume(steps, options: options).status == .succeeded)
    }

    /// Also where the run is taken up after `on_error`.
    @Test func outputsOfItemsStandThoughOnErrorFollows() async throws {
        let bench = Bench { call in
            if call.value == 6 || call.text == "late", call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let each = try Step.read("each", "${{ item }}").each([5, 6, 7], onError: .continue).onError([.read("mend")])
            .outputs(["n": "${{ item }}"])
        let steps = [each, try .read("look", "${{ steps.each.output }}"), try .read("late")]
        #expect(try await bench.run(steps).failedStep == "late")
        let outputs = try Make.values(["all": "${{ steps.each.output }}"])
        #expect(try await bench.resume(steps) { $0.outputs = outputs }.outputs["all"] == [["n": 5], .null, ["n": 7]])
        #expect(bench.nodes.said.contains("read [{\"n\":5},null,{\"n\":7}]"))
    }
}
