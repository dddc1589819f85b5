import FlowCore
import FlowRun
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

/// Cases of a `switch` may have steps of the same names.
@Suite("Cases and resume")
struct SwitchResumeTests {
    private func route(_ us: [Step]) throws -> [Step] {
        let eu = [
            try Step.write("sent", "eu").outputs(["code": "${{ output }}"]), try .write("eu_after"),
        ]
        return [try .choose("route", "inputs.region", ["eu": eu, "us": us])]
    }

    private let inputs = ValueMap([("region", "us")])

    private func plan(
        _ bench: Bench, _ steps: [Step], _ change: (inout ResumeRequest) -> Void
    ) throws -> ResumePlan {
        var request = ResumeRequest()
        change(&request)
        let history = try bench.history()
        return try ResumePlan(
            request, of: Bench.workflow(steps), history.run(named: "latest"), history, at: bench.clock.now())
    }

    @Test func whatFollowsAStepIsWhatFollowsItInTheCaseThatWasTaken() async throws {
        let bench = Bench()
        let steps = try route([.write("sent", "us"), .write("us_after")])
        #expect(try await bench.run(steps, inputs: inputs).status == .succeeded)
        let plan = try plan(bench, steps) { $0.from = ["route/sent"] }
        #expect(plan.entries.map(\.path) == ["route", "route/sent", "route/us_after"])
        #expect(plan.entries.map(\.fate.rawValue) == ["goes on", "runs again", "runs again"])
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
        #expect(bench.nodes.said == ["write us", "write us_after", "write us", "write us_after"])
    }

    @Test func whatAStepGaveIsJudgedByTheCaseThatWasTaken() async throws {
        let bench = Bench { _ in throw Failure(.uncertain, "cut off") }
        let steps = try route([.write("sent", "us").outputs(["ref": "${{ output }}"])])
        #expect(try await bench.run(steps, inputs: inputs).status == .uncertain)
        let failure = try #require(throws: Failure.self) {
            try self.plan(bench, steps) { $0.decisions.markDone = ["route/sent": ["code": 7]] }
        }
        #expect(failure.message == "the output of \"route/sent\" lacks ref")
        let plan = try plan(bench, steps) { $0.decisions.markDone = ["route/sent": ["ref": 7]] }
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
    }

    /// Two cases of a switch, each a flow list of steps.
    private func file(_ value: String, eu: String, us: String) -> String {
        """
        name: test
        steps:
          - id: route
            switch:
              value: "\(value)"
              cases:
                eu: [\(eu)]
                us: [\(us)]
        """
    }

    private func write(_ id: String, _ value: String) -> String {
        "{ id: \(id), uses: test.write, with: { value: \(value) } }"
    }

    @Test func anotherCaseOfAnEditedFileRunsWhole() async throws {
        let bench = EditBench()
        func text(_ value: String) -> String {
            file(value, eu: write("sent", "eu"), us: "\(write("sent", "us")), \(write("conf", "bad"))")
        }
        #expect(try await bench.run(text("'us'")).status == .failed)
        #expect(try await bench.resume(text("'eu'")).status == .succeeded)
        #expect(bench.said == ["write us", "write bad", "write eu"])
        let history = try bench.history()
        let steps = try history.steps(of: history.run(named: "latest"))
        #expect(
            steps.map { "\($0.path) \($0.status.rawValue)" } == [
                "route succeeded", "route/sent succeeded", "route/conf skipped",
            ])
    }

    @Test func anotherCaseIsNotTakenWhileAWriteOfTheFirstMayHaveHappened() async throws {
        let bench = EditBench { if $0.text == "us" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String { file(value, eu: write("sent", "eu"), us: write("send", "us")) }
        #expect(try await bench.run(text("'us'")).status == .uncertain)
        #expect(try await bench.resume(text("'eu'")).status == .uncertain)
        #expect(bench.said == ["write us"])
    }

    /// Of the write nothing was on disk when the power went but its name, in the row of the one before it.
    @Test func anotherCaseIsNotTakenWhileAWriteOfTheFirstMayHaveBegun() async throws {
        let bench = EditBench()
        func text(_ value: String) -> String {
            file(value, eu: write("other", "eu"), us: "\(write("first", "us")), \(write("sent", "bad"))")
        }
        #expect(try await bench.run(text("'us'")).status == .failed)
        try bench.change([
            "DELETE FROM attempts WHERE step = (SELECT number FROM steps WHERE path = 'route/sent')",
            "DELETE FROM steps WHERE path = 'route/sent'", "UPDATE attempts SET next = 'route/sent'",
            "UPDATE steps SET status = 'running', ended_at = NULL, error = NULL WHERE path = 'route'",
            """
            UPDATE runs SET status = 'running', ended_at = NULL, error = NULL, failed_step = NULL,
                boot = 'the boot before', heartbeat = 0
            """,
        ])
        let result = try await bench.resume(text("'eu'"))
        #expect(result.status == .uncertain)
        #expect(result.failure?.message.hasPrefix("\"route/sent\" was writing when it was cut off") == true)
        #expect(bench.said == ["write us", "write bad"])
    }
}
