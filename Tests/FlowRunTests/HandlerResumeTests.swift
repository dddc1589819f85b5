import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

/// Handlers of a run that an earlier process began.
@Suite("Handlers and resume")
struct HandlerResumeTests {
    /// Steps whose value begins with `bad` fail the first time, those with `lost` are uncertain then.
    private let bench = Bench { call in
        if call.count == 1, call.text.hasPrefix("bad") { throw Failure(.conflict, "no") }
        if call.count == 1, call.text.hasPrefix("lost") { throw Failure(.uncertain, "cut off") }
        return call.value
    }

    private func run(
        _ steps: [Step], options: ResumeOptions? = nil, _ change: (inout Workflow) throws -> Void
    ) async throws -> RunResult {
        try await bench.nodes.calls.isEmpty
            ? bench.run(steps, change) : bench.resume(steps, options: options ?? ResumeOptions(), change)
    }

    @Test func aWriteOfAHandlerThatMayHaveHappenedIsNotRepeated() async throws {
        let steps = [try Step.read("a")]
        let handler: (inout Workflow) throws -> Void = { $0.onSuccess = [try .write("charge", "lost")] }
        for _ in 0..<3 { #expect(try await run(steps, handler).exitCode == 7) }
        let options = ResumeOptions(markDone: ["on_success/charge": .null])
        #expect(try await run(steps, options: options, handler).status == .succeeded)
        #expect(bench.nodes.said == ["read a", "write lost"])
    }

    @Test func handlersGoOnWithWhatTheyLackWhereNothingBeforeThemRunsAgain() async throws {
        let steps = [try Step.write("a")]
        let handlers: (inout Workflow) throws -> Void = {
            $0.onSuccess = [try .write("charge"), try .read("tell", "bad")]
            $0.finally = [try .write("clean", "bad clean")]
        }
        #expect(try await run(steps, handlers).failedStep == "on_success/tell")
        #expect(try await run(steps, handlers).status == .succeeded)
        #expect(
            bench.nodes.said == [
                "write a", "write charge", "read bad", "write bad clean", "read bad", "write bad clean",
            ])
        #expect(try bench.statuses().keys.sorted() == ["a", "finally/clean", "on_success/charge", "on_success/tell"])
    }

    @Test(arguments: [true, false])
    func aHandlerAfterAnotherTryWaitsForTheUserWhereItMayHaveRun(isDone: Bool) async throws {
        let steps = [try Step.write("a", "bad")]
        let handler: (inout Workflow) throws -> Void = { $0.finally = [try .write("z", "lost")] }
        #expect(try await run(steps, handler).status == .failed)
        let options = ResumeOptions(markDone: isDone ? ["finally/z": .null] : [:])
        #expect(try await run(steps, options: options, handler).status == (isDone ? .succeeded : .uncertain))
        #expect(bench.nodes.said == ["write bad", "write lost", "write bad"])
    }

    @Test func aHandlerThatMayHaveRunIsAskedAboutWhereItWouldFollowAnew() async throws {
        let steps = [try Step.read("a")]
        let handler: (inout Workflow) throws -> Void = { $0.finally = [try .write("z", "lost")] }
        #expect(try await run(steps, handler).status == .uncertain)
        let history = try bench.history()
        var request = ResumeRequest()
        request.from = ["a"]
        let plan = try ResumePlan(
            request, of: Bench.workflow(steps, handler), history.run(named: "latest"), history, at: bench.clock.now())
        #expect(plan.repetitions.map(\.path) == ["finally/z"])
        #expect(plan.repetitions.map(\.uncertain) == [1])
    }

    @Test func handlersFollowAnewWhereTheRunEndsInAnotherWay() async throws {
        let steps = [try Step.read("a")]
        let change: (inout Workflow) throws -> Void = {
            $0.outputs = try Make.values(["n": "${{ {'2': 1}[string(run.attempt)] }}"])
            $0.finally = [try .read("f")]
        }
        #expect(try await run(steps, change).status == .failed)
        #expect(try await run(steps, change).status == .succeeded)
        #expect(bench.nodes.said == ["read a", "read f", "read f"])
    }

    @Test func handlersOfACalledWorkflowGoOnAsThoseOfARun() async throws {
        let call = try Step.call("sub", [.write("a")]) {
            $0.onSuccess = [try .write("charge"), try .read("tell", "bad")]
        }
        #expect(try await run([call]) { _ in }.failedStep == "sub/on_success/tell")
        #expect(try await run([call]) { _ in }.status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write charge", "read bad", "read bad"])
    }

    /// It would do away with what the run has, for a reason that has nothing to do with it.
    @Test func aRunThatLacksAVariableWhenItIsTakenUpStaysAsItWas() async throws {
        let steps = [try Step.write("a", "bad")]
        func attempt(_ environment: [String: String]) async throws -> RunResult {
            let setup = bench.setup { $0.world.environment = environment }
            let change: (inout Workflow) throws -> Void = {
                let origin = EnvironmentEntry.Origin.process(variable: "TOKEN", fallback: nil)
                $0.env = [EnvironmentEntry(name: "T", origin: origin, span: Make.span)]
                $0.finally = [try .write("z", "bad z")]
            }
            return try await bench.nodes.calls.isEmpty
                ? bench.run(steps, setup: setup, change) : bench.resume(steps, setup: setup, change)
        }
        try await staysAsItWasWithoutItsVariable(attempt)
    }

    /// - Parameter attempt: runs, and later takes up, what fails in a write and has the variable `TOKEN` in its `env`.
    private func staysAsItWasWithoutItsVariable(_ attempt: ([String: String]) async throws -> RunResult) async throws {
        #expect(try await attempt(["TOKEN": "x"]).status == .failed)
        let before = try bench.history().run(named: "latest")
        let failure = await #expect(throws: Failure.self) { try await attempt([:]) }
        #expect(failure?.message == "env \"T\" takes the variable \"TOKEN\", which is not set")
        #expect(bench.nodes.said == ["write bad", "write bad z"])
        #expect(try bench.history().run(named: "latest") == before)
        #expect(try await attempt(["TOKEN": "x"]).status == .succeeded)
    }

    @Test func aCallThatLacksAVariableWhenTheRunIsTakenUpLetsItStayAsItWas() async throws {
        func attempt(_ environment: [String: String]) async throws -> RunResult {
            let setup = bench.setup { $0.world.environment = environment }
            let call = try Step.call("sub", [.write("a", "bad")]) {
                let origin = EnvironmentEntry.Origin.process(variable: "TOKEN", fallback: nil)
                $0.env = [EnvironmentEntry(name: "T", origin: origin, span: Make.span)]
            }
            let handlers: (inout Workflow) throws -> Void = { $0.finally = [try .write("z", "bad z")] }
            return try await bench.nodes.calls.isEmpty
                ? bench.run([call], setup: setup, handlers) : bench.resume([call], setup: setup, handlers)
        }
        try await staysAsItWasWithoutItsVariable(attempt)
    }

    /// The handler is the same step each time, and its key the same work.
    @Test func aHandlerThatFollowsAnewGivesItsKeyAgain() async throws {
        let key = try Make.text("${{ run.id }}-bye")
        let told = try Make.text("${{ run.id }}-tell")
        var one = try Step.read("one", "bad")
        one.onError = [
            try .uses("keyed", "tell").with { $0.idempotencyKey = (told, Make.span) }, try .read("two", "bad two"),
        ]
        let handler: (inout Workflow) throws -> Void = {
            $0.finally = [try .uses("keyed", "bye").with { $0.idempotencyKey = (key, Make.span) }]
        }
        let steps = [one, try .read("three", "bad three")]
        #expect(try await run(steps, handler).status == .failed)
        #expect(try await run(steps, handler).status == .failed)
        #expect(try await run(steps, handler).status == .succeeded)
        let keyed = bench.nodes.said.filter { $0.hasPrefix("keyed") }
        #expect(keyed == ["keyed tell", "keyed bye", "keyed bye", "keyed bye"])
    }
}
