import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Called workflows")
struct CallTests {
    @Test func failedCallGoesOnWithWhatItLacksWhenTheRunIsResumed() async throws {
        let isBroken = Mutex(true)
        let bench = Bench { call in
            if call.text == "second", isBroken.withLock({ $0 }) { throw Failure(.conflict, "no") }
            return call.value
        }
        let call = try Step.call("sub", [.write("first"), .write("second")], with: ["word": "${{ uuid() }}"]) {
            $0.inputs = [WorkflowInput(parameter: Parameter("word", .string, required: true), span: Make.span)]
            $0.finally = [try .read("clean")]
            $0.outputs = try Make.values(["word": "${{ inputs.word }}"])
        }
        #expect(try await bench.run([call]).status == .failed)
        let history = try bench.history()
        let failed = try history.run(named: "latest/sub")
        let word = try history.stored(failed).snapshot.inputs
        #expect(failed.status == .failed && failed.failedStep == "second" && failed.trigger == "call")

        isBroken.withLock { $0 = false }
        #expect(try await bench.resume([call]).status == .succeeded)
        #expect(
            bench.nodes.said == ["write first", "write second", "read clean", "write second", "read clean"])
        let ended = try history.run(named: "latest/sub")
        #expect(ended.status == .succeeded && ended.attempt == 2 && ended.name == "\(ended.id)/sub")
        #expect(try history.stored(ended).snapshot.inputs == word)
        #expect(try history.steps(of: ended).map(\.path) == ["first", "second", "finally/clean", "finally#2/clean"])
        #expect(try history.calls(of: history.run(named: "latest")).map(\.name) == [ended.name])
    }

    @Test func idempotencyKeysOfTwoCallsDiffer() async throws {
        let bench = Bench()
        let calls = try ["a", "b"].map { try Step.call($0, [.uses("keyed", "pay")]) }
        #expect(try await bench.run(calls).status == .succeeded)
        #expect(Set(bench.nodes.calls.map(\.context.idempotencyKey)).count == 2)
    }

    @Test func cancellingTheRunCancelsTheCallAndRunsItsFinally() async throws {
        let gate = Gate()
        let bench = Bench(clock: ManualClock(skipsSleep: false)) { call in
            if call.text == "slow" { await gate.pass() }
            return call.value
        }
        let call = try Step.call("sub", [.read("slow"), .read("later")]) { $0.finally = [try .read("clean")] }
        let executor = try await bench.start([call]) { $0.finally = [try .read("outer")] }
        async let result = executor.run()
        await gate.arrivals(1)
        executor.cancel(graceful: true)
        gate.open()
        #expect(await result.status == .cancelled)
        #expect(bench.nodes.said == ["read slow", "read clean", "read outer"])
        #expect(try bench.history().run(named: "latest/sub").status == .cancelled)

        #expect(try await bench.resume([call]) { $0.finally = [try .read("outer")] }.status == .succeeded)
        #expect(
            bench.nodes.said
                == ["read slow", "read clean", "read outer", "read later", "read clean", "read outer"])
    }

    @Test(arguments: [true, false])
    func timeoutOfTheStepOrOfTheWorkflowEndsTheCall(isOfStep: Bool) async throws {
        let bench = Bench(clock: ManualClock(skipsSleep: false))
        let call = try Step.call("sub", [.wait("long", "1h")]) {
            if !isOfStep { $0.timeout = .seconds(5) }
            $0.finally = [try .read("clean")]
        }.with { if isOfStep { $0.timeout = .seconds(5) } }
        async let running = bench.run([call])
        await bench.clock.sleepers(atLeast: 2)
        bench.clock.advance(by: .seconds(5))
        let result = try await running
        #expect(result.status == .timedOut && result.exitCode == 1)
        #expect(result.failure?.message == "the workflow took longer than its timeout of 5s")
        #expect(bench.nodes.said == ["read clean"])
        #expect(try bench.history().run(named: "latest/sub").status == .timedOut)
    }

    @Test func uncertainStepOfACallIsDecidedByItsPath() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let call = try Step.call("sub", [.write("send")])
        let result = try await bench.run([call])
        #expect(result.status == .uncertain && result.failedStep == "sub/send" && result.exitCode == 7)
        #expect(try await bench.resume([call]).status == .uncertain)
        let options = ResumeOptions(retryUncertain: ["sub/send"])
        #expect(try await bench.resume([call], options: options).status == .succeeded)
    }

    @Test func inputsThatAreOnlyWrongInTheRunFailTheStep() async throws {
        let bench = Bench()
        let call = try Step.call("sub", [.read("a")], with: ["n": "${{ 1 + 2 }}"]) {
            $0.inputs = [
                WorkflowInput(parameter: Parameter("n", .string), span: Make.span),
                WorkflowInput(parameter: Parameter("m", .int, required: true), span: Make.span),
            ]
        }
        let failure = try #require(try await bench.run([call]).failure)
        #expect(
            failure.message
                == "./sub.yaml: the input \"n\" must be a string, not 3; the input \"m\" is missing")
        #expect(failure.hint == "look at with: of the step")
    }

    @Test func dryRunShowsTheStepsOfTheCall() async throws {
        let bench = Bench()
        let call = try Step.call(
            "sub", [.read("say", "${{ inputs.n }}"), .read("late", "${{ steps.say.output }}")],
            with: ["n": "${{ steps.first.output }}"]
        ) { $0.inputs = [WorkflowInput(parameter: Parameter("n", .int), span: Make.span)] }
        let entries = try await DryRun(try Bench.workflow([.read("first"), call]), setup: bench.setup()).entries()
        #expect(entries.map(\.path) == ["first", "sub", "sub/say", "sub/late"])
        #expect(entries.map(\.depth) == [0, 0, 1, 1])
        #expect(entries[1].node == "./sub.yaml")
        #expect(entries[2].previews == [.text("test.read {\"value\":\"‹steps.first.output›\"}")])
        #expect(bench.nodes.said.isEmpty)
    }
}
