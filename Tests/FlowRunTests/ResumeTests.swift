import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Journal and resume")
struct ResumeTests {
    @Test func failedStepRunsAgainAndFinishedOnesDoNot() async throws {
        let isBroken = Mutex(true)
        let bench = Bench { call in
            if call.text == "b", isBroken.withLock({ $0 }) { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.write("a"), try .write("b"), try .write("c", "${{ steps.a.output + \"!\" }}")]
        #expect(try await bench.run(steps).status == .failed)
        isBroken.withLock { $0 = false }
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write b", "write b", "write a!"])
    }

    @Test func whatAnAttemptDoesDependsOnItsArguments() async throws {
        let bench = Bench()
        let stated = try Step.write("stated", "look").with { $0.effect = .idempotent }
        #expect(try await bench.run([.write("a", "look"), .write("b"), stated]).status == .succeeded)
        let history = try bench.history()
        let run = try history.run(named: "latest")
        let effects = try ["a", "b", "stated"].map { try history.attempts(of: $0, in: run).map(\.intent.effect) }
        #expect(effects == [[.read], [.write], [.idempotent]])
    }

    @Test func onlyUnfinishedItemsRunAgain() async throws {
        let isBroken = Mutex(true)
        let bench = Bench { call in
            if call.text == "2", isBroken.withLock({ $0 }) { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.write("each", "${{ item }}").each([1, 2, 3], max: 1, onError: .continue)]
        _ = try await bench.run(steps)
        isBroken.withLock { $0 = false }
        let result = try await bench.resume(steps) { $0.outputs = try Make.values(["all": "${{ steps.each.output }}"]) }
        #expect(result.outputs["all"] == [1, 2, 3])
        #expect(bench.nodes.said == ["write 1", "write 2", "write 3", "write 2"])
    }

    @Test func handlersRunAnewAfterACompleteAttempt() async throws {
        let bench = Bench { call in
            if call.text == "a" { throw Failure(.conflict, "no") }
            return call.value
        }
        for _ in 0..<2 {
            let steps = [try Step.read("a")]
            let isFirst = bench.nodes.calls.isEmpty
            let finally: (inout Workflow) throws -> Void = { $0.finally = [try .read("f")] }
            _ = try await isFirst ? bench.run(steps, finally) : bench.resume(steps, finally)
        }
        #expect(bench.nodes.said == ["read a", "read f", "read a", "read f"])
    }

    @Test func uuidComesOutTheSameOnResume() async throws {
        let isBroken = Mutex(true)
        let bench = Bench { call in
            if isBroken.withLock({ $0 }) { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("a", "${{ uuid() }}")]
        _ = try await bench.run(steps)
        isBroken.withLock { $0 = false }
        _ = try await bench.resume(steps, setup: bench.setup { $0.world.random = SeededRandom(seed: 99) })
        #expect(Set(bench.nodes.said).count == 1)
        #expect(bench.nodes.said.count == 2)
    }

    @Test func hashOfFilesComesOutTheSameOnResume() async throws {
        let isBroken = Mutex(true)
        let bench = Bench { call in
            if isBroken.withLock({ $0 }) { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("a", "${{ hashFiles('*.lock') }}")]
        _ = try await bench.run(steps, setup: bench.setup { $0.world.files = OneFile("a.lock", "one") })
        isBroken.withLock { $0 = false }
        _ = try await bench.resume(steps, setup: bench.setup { $0.world.files = OneFile("a.lock", "two") })
        #expect(bench.nodes.said.count == 2)
        #expect(Set(bench.nodes.said).count == 1)
    }

    @Test func liveRunIsRefused() async throws {
        let gate = Gate()
        let bench = Bench { call in
            await gate.pass()
            return call.value
        }
        async let first = bench.run([.read("a")])
        await gate.arrivals(1)
        await #expect {
            _ = try await bench.resume([.read("a")])
        } throws: {
            let failure = $0 as? Failure
            return failure?.code == "run_is_live" && failure?.message.contains("is running, in process") == true
        }
        gate.open()
        #expect(try await first.status == .succeeded)
    }

    @Test func succeededRunHasNothingLeft() async throws {
        let bench = Bench()
        let result = try await bench.run([.read("a")])
        await #expect {
            _ = try await bench.resume([.read("a")])
        } throws: {
            ($0 as? Failure)?.message == "run \(result.id) has succeeded; nothing is left to do"
        }
    }

    @Test func uncertainWriteIsDecidedByTheUser() async throws {
        let bench = Bench { call in
            if call.text == "a", call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.write("a"), try .read("b", "${{ steps.a.output }}")]
        #expect(try await bench.run(steps).exitCode == 7)
        let again = try await bench.resume(steps)
        #expect(
            again.failure?.description
                == "\"a\" failed in a way that leaves open whether it has done its work (look whether it did, then resume with --mark-done a or --retry-uncertain a)"
        )
        #expect(bench.nodes.said == ["write a"])
        let marked = try await bench.resume(steps, options: ResumeOptions(markDone: ["a": "by hand"]))
        #expect(marked.status == .succeeded)
        #expect(bench.nodes.said == ["write a", "read by hand"])
    }

    @Test func uncertainWriteIsRepeatedWhenAsked() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.write("a")]
        _ = try await bench.run(steps)
        #expect(try await bench.resume(steps, options: ResumeOptions(retryUncertain: ["a"])).status == .succeeded)
    }

    @Test(arguments: [
        (Failure(.network, "broke off"), true), (Failure(.timeout, "no answer"), true),
        (Failure(.transient, "502"), true), (Failure(.protocolError, "what was that"), true),
        (Failure(.network, "could not connect", nothingSent: true), false),
        (Failure(.conflict, "there already"), false),
        (Failure(.rateLimited, "slow down"), false),
    ])
    func whatAnEarlierAttemptMayHaveDoneIsKnownAfterAResume(failure: Failure, mayBeDone: Bool) async throws {
        let bench = Bench { call in
            if call.count == 1 { throw failure }
            return call.value
        }
        let steps = [try Step.write("a").with { $0.effect = .idempotent }]
        #expect(try await bench.run(steps).status != .succeeded)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.calls.map(\.context.mayBeDone) == [false, mayBeDone])
    }

    @Test func checkpointsSurviveAResume() async throws {
        let bench = Bench { call in
            if let saved = try await call.context.checkpoints.load("page") { return saved }
            #expect(try await call.context.checkpoints.save("page", ["n": 2]))
            #expect(try await !call.context.checkpoints.save("slot", ["url": .secret("fake-address")]))
            throw Failure(.conflict, "no")
        }
        let steps = [try Step.read("a")]
        _ = try await bench.run(steps)
        let result = try await bench.resume(steps) { $0.outputs = try Make.values(["a": "${{ steps.a.output }}"]) }
        #expect(result.outputs["a"] == ["n": 2])
    }

    @Test(arguments: [FailureKind.protocolError, .internal])
    func writeWithAnAnswerThatNobodyUnderstoodIsNotRepeated(kind: FailureKind) async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(kind, "what was that") }
            return call.value
        }
        #expect(try await bench.run([.write("a")]).status == .failed)
        #expect(try await bench.resume([.write("a")]).status == .uncertain)
        #expect(bench.nodes.said == ["write a"])
    }

    // MARK: Parts of a write

    /// How the last attempt stood when the process died: it had said of itself that it could be cut off, or after that
    /// that it couldn't any more, or nothing.
    @Test(arguments: [("quiet", RunStatus.succeeded), ("open", .uncertain), ("", .uncertain)])
    func attemptThatCouldBeCutOffIsNotUncertain(said: String, status: RunStatus) async throws {
        let bench = Bench { call in
            guard call.count == 1 else { return "done" }
            if !said.isEmpty { try await call.context.checkpoints.noteWrite(isOpen: false) }
            if said == "open" { try await call.context.checkpoints.noteWrite(isOpen: true) }
            throw Failure(.cancelled, "cancelled")
        }
        let steps = [try Step.write("a")]
        #expect(try await bench.run(steps).status != .succeeded)
        let history = try bench.history()
        let last = try #require(try history.attempts(of: "a", in: history.run(named: "latest")).last)
        #expect(last.isQuiet == (said == "quiet"))
        #expect(try await bench.resume(steps).status == status)
        #expect(bench.nodes.calls.count == (status == .succeeded ? 2 : 1))
    }

    /// Each attempt begins as one that may not be cut off, whatever the one before it has said.
    @Test func whatAnEarlierAttemptSaidOfItselfDoesNotCount() async throws {
        let bench = Bench { call in
            if call.count == 1 { try await call.context.checkpoints.noteWrite(isOpen: false) }
            throw Failure(.cancelled, "cancelled")
        }
        let steps = [try Step.write("a")]
        _ = try await bench.run(steps)
        #expect(try await bench.resume(steps).status == .cancelled)
        #expect(try await bench.resume(steps).status == .uncertain)
        #expect(bench.nodes.calls.count == 2)
    }

    @Test func whatCannotBeKeptWithoutAVaultIsToldOnce() async throws {
        let bench = Bench { call in
            for name in ["slot", "send"] {
                let isKept = try await call.context.checkpoints.save(name, ["url": .secret("fake-address")])
                #expect(!isKept)
            }
            return .null
        }
        let steps = [try Step.read("a"), try .read("each", "${{ string(item) }}").each([1, 2, 3])]
        _ = try await bench.run(steps)
        let warnings = bench.observer.events.compactMap { event -> String? in
            guard case .log(let line) = event, line.level == "warning" else { return nil }
            return "\(line.path): \(line.message)"
        }
        let message =
            "no vault: what this step has sent can't be kept, as it holds a secret, so that it begins anew when resumed; "
            + "\"flowctl vault init\" keeps it from the next run on"
        #expect(warnings == ["a: \(message)", "each: \(message)"])
    }

    @Test func secretInputIsMaskedAfterAResumeToo() async throws {
        let bench = Bench { call in
            if let text = call.arguments["value"]?.stringValue { throw Failure(.conflict, "no \(text)") }
            return .null
        }
        let sealed = { bench.setup { $0.sealing = ReversingSeal() } }
        let steps = [try Step.read("a", "${{ inputs.key }}")]
        let inputs = ValueMap([("key", .secret("key-0000-fake"))])
        #expect(try await bench.run(steps, setup: sealed(), inputs: inputs).failure?.message == "no ***")
        #expect(try await bench.resume(steps, setup: sealed()).failure?.message == "no ***")
    }

    // MARK: What the user decides

    /// A run with an uncertain step inside a block, an uncertain item, and two steps of the same id.
    private func undecidedRun() async throws -> (bench: Bench, steps: [Step]) {
        let bench = Bench { call in
            if call.text == "lost" || call.text == "2" { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [
            try Step.block("one", [.write("left", "lost"), .read("twin")]).with { $0.continueOnError = true },
            try .block("two", [.read("twin")]).with { $0.continueOnError = true },
            try .write("each", "${{ string(item) }}").each([1, 2], max: 1, onError: .continue),
        ]
        #expect(try await bench.run(steps).status == .uncertain)
        return (bench, steps)
    }

    private func decided(_ bench: Bench, _ done: [String], retry: Set<String> = []) throws -> ResumeOptions {
        let history = try bench.history()
        let options = ResumeOptions(retryUncertain: retry, markDone: Dictionary(done.map { ($0, .null) }) { $1 })
        return try options.resolved(in: history.run(named: "latest"), of: history, at: bench.clock.now())
    }

    @Test func innerStepsAreFoundByTheirIDAlone() async throws {
        let (bench, _) = try await undecidedRun()
        let options = try decided(bench, ["left"], retry: ["each[1]"])
        #expect(options.markDone.keys.sorted() == ["one/left"])
        #expect(options.retryUncertain == ["each[1]"])
    }

    @Test(arguments: [
        ("lefd", "has no step \"lefd\"", "uncertain: one/left, each[1]"),
        ("one/lefd", "has no step \"one/lefd\"", "did you mean \"one/left\"?"),
        ("twin", "several steps fit \"twin\": one/twin, two/twin", "give the whole path"),
        ("each[0]", "\"each[0]\" has succeeded; there is nothing to decide", "uncertain: one/left, each[1]"),
        ("each[7]", "\"each[7]\" was not tried in run", "uncertain: one/left, each[1]"),
        ("one", "\"one\" was not tried in run", "uncertain: one/left, each[1]"),
    ])
    func nameThatDecidesNothingIsRefused(name: String, message: String, hint: String) async throws {
        let (bench, _) = try await undecidedRun()
        let failure = try #require(throws: Failure.self) { try decided(bench, [name]) }
        #expect(failure.message.contains(message))
        #expect(failure.hint == hint)
    }

    @Test func oneStepIsDecidedOnce() async throws {
        let (bench, _) = try await undecidedRun()
        let failure = try #require(throws: Failure.self) { try decided(bench, ["left"], retry: ["one/left"]) }
        #expect(failure.message == "\"one/left\" can't be both marked done and run again")
    }

    @Test func switchTakesTheCaseItTookBefore() async throws {
        let bench = Bench { call in
            if call.count == 1, call.text == "first" { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.choose("route", "run.attempt", ["1": [.read("first")], "2": [.read("second")]])]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["read first", "read first"])
    }

    @Test func stepWhoseHandlerFailedIsTriedAgainAndHandledAnew() async throws {
        let bench = Bench { call in
            if call.text == "work" || call.text == "mend" && call.count == 1 { throw Failure(.conflict, call.text) }
            return call.value
        }
        let steps = [try Step.read("work").onError([.read("look"), .read("mend")])]
        let first = try await bench.run(steps)
        #expect(first.failure?.message == "work; its on_error failed, too: work/on_error/mend: mend")
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(
            bench.nodes.said == ["read work", "read look", "read mend", "read work", "read look", "read mend"])
        #expect(try bench.statuses()["work/on_error#2/mend"] == "succeeded")
    }

    @Test func handlerGoesOnAfterAnUncertainWriteWasDecided() async throws {
        let bench = Bench { call in
            if call.text == "work" { throw Failure(.conflict, "no") }
            if call.text == "mend" { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.read("work").onError([.read("look"), .write("mend")]), try .read("after")]
        let first = try await bench.run(steps)
        #expect(first.status == .uncertain)
        #expect(first.failure?.message == "cut off; that was on_error of no")
        #expect(first.failedStep == "work/on_error/mend")
        let options = ResumeOptions(markDone: ["work/on_error/mend": "done"])
        #expect(try await bench.resume(steps, options: options).status == .succeeded)
        #expect(bench.nodes.said == ["read work", "read look", "write mend", "read after"])
        #expect(try bench.statuses()["work"] == "failed")
    }

    @Test func nodeLearnsThatItsWorkMayBeDone() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(call.text == "slow" ? .timeout : .conflict, "no") }
            return .bool(call.context.mayBeDone)
        }
        let steps = [try Step.uses("idempotent", "slow"), try .uses("idempotent", "refused")]
        let order: (inout Workflow) throws -> Void = {
            $0.outputs = try Make.values(["slow": "${{ steps.slow.output }}", "refused": "${{ steps.refused.output }}"])
        }
        _ = try await bench.run(steps, order)
        _ = try await bench.resume(steps, order)
        let result = try await bench.resume(steps, order)
        #expect(result.outputs["slow"] == true)
        #expect(result.outputs["refused"] == false)
    }

    @Test func waitIsNoLongerThanItsWholeTimeWhereTheClockWasSetBack() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock)
        let steps = [try Step.wait("pause", "3s")]
        let executor = try await bench.start(steps)
        async let first = executor.run()
        await clock.sleepers(atLeast: 1)
        executor.cancel(graceful: true)
        #expect(await first.status == .cancelled)
        let earlier = ManualClock(start: Timestamp(seconds: 1_800_000_000 - 86_400))
        let result = try await bench.resume(steps, setup: bench.setup { $0.world.clock = earlier })
        #expect(result.status == .succeeded)
        #expect(earlier.sleeps.max() == .seconds(3))
    }

    @Test func aRunHasOneStart() async throws {
        let bench = Bench(clock: ManualClock(start: Timestamp(seconds: 1_800_000_000, nanoseconds: 35_703_754))) {
            call in
            if call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("a", "${{ run.started_at }}")]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(Set(bench.nodes.said).count == 1)
    }

    @Test func variablesOfAStepComeOutTheSameOnResume() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let entry = EnvironmentEntry(name: "ID", origin: .value(try Make.value("${{ uuid() }}")), span: Make.span)
        let steps = [try Step.read("a").with { $0.environment = [entry] }]
        #expect(try await bench.run(steps).status == .failed)
        let setup = bench.setup { $0.world.random = SeededRandom(seed: 99) }
        #expect(try await bench.resume(steps, setup: setup).status == .succeeded)
        #expect(Set(bench.nodes.calls.map { $0.context.environment["ID"] }).count == 1)
    }

    @Test func waitUntilATimeFromNowEndsWhenItWouldHave() async throws {
        let clock = ManualClock(skipsSleep: false)
        let bench = Bench(clock: clock)
        let until = Step.Wait.until(try Make.value("${{ now() + duration('3s') }}"))
        let steps = [Step(id: "pause", hasExplicitID: true, kind: .wait(until), span: Make.span)]
        let executor = try await bench.start(steps)
        async let first = executor.run()
        await clock.sleepers(atLeast: 1)
        executor.cancel(graceful: true)
        #expect(await first.status == .cancelled)
        let later = ManualClock(start: Timestamp(seconds: 1_800_000_002))
        #expect(try await bench.resume(steps, setup: bench.setup { $0.world.clock = later }).status == .succeeded)
        #expect(later.sleeps.max() == .seconds(1))
    }
}
