import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@testable import FlowRun

/// Steps with `while` and `until`.
@Suite struct RepetitionTests {
    private static func again(
        _ kind: Step.Repetition.Kind, _ condition: String, max: Int = 10, every interval: Duration? = nil,
        _ step: Step
    ) throws -> Step {
        let repetition = Step.Repetition(
            kind: kind, condition: try Expression.compile(condition), maxIterations: max, interval: interval)
        return step.with { $0.repetition = repetition }
    }

    private static func rows(_ bench: Bench) throws -> [StoredItem] {
        let history = try bench.history()
        return try history.items(of: "again", in: history.run(named: "latest"))
    }

    @Test func untilAsksAfterEachIterationWhatTheStepGave() async throws {
        let bench = Bench()
        let step = try Self.again(.until, "last == 2", .read("again", "${{ index }}"))
        let result = try await bench.run([step, .read("look", "${{ steps.again.output }}")])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 0", "read 1", "read 2", "read 2"])
        #expect(try Self.rows(bench).map(\.key) == ["0", "1", "2"])
    }

    /// `until` is asked about the iteration that has ended, `while` about the one that would be next.
    @Test(arguments: [(Step.Repetition.Kind.until, "index == 2"), (.while, "index < 3")])
    func theConditionSeesTheNumberOfItsIteration(kind: Step.Repetition.Kind, condition: String) async throws {
        let bench = Bench { call in
            if call.value == 1, call.count == 1 { throw Failure(.invalid, "not now") }
            return call.value
        }
        let steps = [try Self.again(kind, condition, .read("again", "${{ index }}"))]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["read 0", "read 1", "read 1", "read 2"])
    }

    @Test func whileAsksBeforeEachIterationAndTheStepSeesTheLastOutput() async throws {
        let bench = Bench()
        let step = try Self.again(.while, "default(last, 1) < 100", .read("again", "${{ default(last, 1) * 3 }}"))
        let result = try await bench.run([step, .read("look", "${{ steps.again.output }}")])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 3", "read 9", "read 27", "read 81", "read 243", "read 243"])
    }

    @Test func aConditionThatIsFalseFromTheBeginningRunsNothing() async throws {
        let bench = Bench()
        let result = try await bench.run([
            try Self.again(.while, "index > 0", .read("again")), .read("look", "${{ [steps.again.output] }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read [null]"])
    }

    @Test(arguments: [
        (Step.Repetition.Kind.while, "true", "while: still true after 3 iterations"),
        (.until, "index > 5", "until: still false after 3 iterations"),
    ])
    func needingMoreIterationsThanAllowedIsAFailure(
        kind: Step.Repetition.Kind, condition: String, message: String
    ) async throws {
        let bench = Bench()
        let result = try await bench.run([try Self.again(kind, condition, max: 3, .read("again"))])
        #expect(result.status == .failed)
        #expect(result.failure?.message == message)
        #expect(result.failure?.hint == "raise max_iterations, or find out why it stays so")
        #expect(bench.nodes.said.count == 3)
    }

    @Test func aConditionThatIsNoBoolIsToldSo() async throws {
        let bench = Bench()
        let result = try await bench.run([try Self.again(.until, "last", .read("again", "yes"))])
        #expect(result.failure?.message == "until: must be true or false, not a string")
        #expect(result.failure?.hint == "compare it, as in last == \"…\"")
    }

    @Test func anIterationThatFailsFailsTheStepAndAResumeGoesOnWithIt() async throws {
        let bench = Bench { call in
            if call.value == 2, call.count == 1 { throw Failure(.invalid, "not now") }
            return call.value
        }
        let steps = [
            try Self.again(.until, "last == 3", .read("again", "${{ index }}")),
            try Step.read("look", "${{ steps.again.output }}"),
        ]
        let first = try await bench.run(steps)
        #expect(first.failure?.message == "iteration 2: not now")
        #expect(try Self.rows(bench).map(\.status) == [.succeeded, .succeeded, .failed])
        let second = try await bench.resume(steps)
        #expect(second.status == .succeeded)
        #expect(bench.nodes.said == ["read 0", "read 1", "read 2", "read 2", "read 3", "read 3"])
    }

    @Test func aResumedRunKnowsTheLastOutput() async throws {
        let bench = Bench { call in
            if call.value == 8, call.count == 1 { throw Failure(.invalid, "not now") }
            return call.value
        }
        let steps = [try Self.again(.while, "default(last, 1) < 16", .read("again", "${{ default(last, 1) * 2 }}"))]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["read 2", "read 4", "read 8", "read 8", "read 16"])
    }

    @Test func stepsInsideABlockHaveTheirRowsPerIteration() async throws {
        let bench = Bench()
        let block = try Step.block("again", [.read("inner", "${{ index }}")]).outputs([
            "n": "${{ steps.inner.output }}"
        ])
        let result = try await bench.run([
            try Self.again(.until, "last.n == 1", block), .read("look", "${{ steps.again.output }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 0", "read 1", "read {\"n\":1}"])
        #expect(try bench.statuses()["again[1]/inner"] == "succeeded")
    }

    @Test func theIntervalPassesBetweenIterationsOnly() async throws {
        let bench = Bench()
        let result = try await bench.run([
            try Self.again(.until, "last == 2", every: .seconds(30), .read("again", "${{ index }}"))
        ])
        #expect(result.status == .succeeded)
        #expect(bench.clock.sleeps == [.seconds(30), .seconds(30)])
    }

    @Test func anIterationThatRunsAgainTakesTheLaterOnesAlong() async throws {
        let bench = Bench()
        let steps = [
            try Self.again(.until, "last == 3", .write("again", "${{ index }}")),
            try Step.read("look", "${{ steps.again.output }}"),
        ]
        #expect(try await bench.run(steps).status == .succeeded)
        let history = try bench.history()
        var request = ResumeRequest()
        request.from = ["again[2]"]
        let plan = try ResumePlan(
            request, of: Bench.workflow(steps), history.run(named: "latest"), history, at: bench.clock.now())
        #expect(plan.repetitions.map(\.happened) == [2])
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
        #expect(bench.nodes.said.suffix(4) == ["read 3", "write 2", "write 3", "read 3"])
    }

    @Test(arguments: ["again[9]", "again[-1]"])
    func anIterationThatWasNotTriedIsRefused(name: String) async throws {
        let bench = Bench()
        let steps = [try Self.again(.until, "last == 3", .write("again", "${{ index }}"))]
        _ = try await bench.run(steps)
        let history = try bench.history()
        var request = ResumeRequest()
        request.from = [name]
        let failure = try #require(throws: Failure.self) {
            try ResumePlan(
                request, of: Bench.workflow(steps), history.run(named: "latest"), history, at: bench.clock.now())
        }
        #expect(failure.message.hasPrefix("\"\(name)\" was not tried in run"))
    }

    @Test func whatHadTooManyIterationsIsNotCalledUncertain() async throws {
        let bench = Bench()
        let steps = [try Self.again(.until, "last == 9", max: 2, .write("again", "${{ index }}"))]
        _ = try await bench.run(steps)
        let history = try bench.history()
        let run = try history.run(named: "latest")
        let advice = try ResumeAdvice(for: run, history, at: bench.clock.now())
        #expect(
            advice.commands.map { $0.words.dropFirst(2).joined(separator: " ") }
                == ["--file test.yaml --keep again", "--from again"])
    }

    @Test func whatOnErrorMendsHasNoOutputsOfAnIteration() async throws {
        let bench = Bench { call in
            if call.value == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let step = try Self.again(.until, "last.n == 3", .read("again", "${{ index }}").onError([.read("mend")]))
            .outputs(["n": "${{ index }}"])
        let result = try await bench.run([step, .read("look", "${{ [steps.again.output] }}")])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 0", "read 1", "read mend", "read [null]"])
    }
}
