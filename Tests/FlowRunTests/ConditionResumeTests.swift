import FlowCore
import FlowRun
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

/// Conditions of steps that an earlier process began.
@Suite("Conditions and resume")
struct ConditionResumeTests {
    /// A condition that holds for the first attempt of the run alone.
    private static let once = "run.attempt == 1"

    @Test func aStepThatHasEndedKeepsItsResultThoughItsConditionIsFalseNow() async throws {
        let bench = Bench { call in
            if call.text == "got a", call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.write("a").iff(Self.once), try .read("b", "got ${{ steps.a.output }}")]
        #expect(try await bench.run(steps).status == .failed)
        let result = try await bench.resume(steps) { $0.outputs = try Make.values(["a": "${{ steps.a.output }}"]) }
        #expect(result.status == .succeeded)
        #expect(result.outputs["a"] == "a")
        #expect(bench.nodes.said == ["write a", "read got a", "read got a"])
    }

    @Test func aWriteThatWasCutOffIsUncertainThoughItsConditionIsFalseNow() async throws {
        let bench = Bench { call in
            if call.text == "a", call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.write("a").iff(Self.once), try .read("b")]
        #expect(try await bench.run(steps).exitCode == 7)
        #expect(try await bench.resume(steps).exitCode == 7)
        #expect(bench.nodes.said == ["write a"])
        let options = ResumeOptions(retryUncertain: ["a"])
        #expect(try await bench.resume(steps, options: options).status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write a", "read b"])
    }

    /// What rolled back what had failed has nothing to do where that succeeds now.
    @Test func aConditionThatAsksHowTheRunStandsIsAskedAgain() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("a"), try .write("undo").iff("failure()")]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(bench.nodes.said == ["read a", "write undo", "read a"])
        #expect(try bench.statuses() == ["a": "succeeded", "undo": "skipped"])
    }

    @Test func whatMayHaveHappenedIsNotSkipped() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(call.text == "undo" ? .uncertain : .conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("a"), try .block("back", [.write("undo")]).iff("failure()")]
        #expect(try await bench.run(steps).status == .failed)
        let result = try await bench.resume(steps)
        #expect(result.status == .uncertain)
        #expect(
            result.failure?.hint
                == "look whether it did, then resume with --mark-done back/undo or --retry-uncertain back/undo")
        let options = ResumeOptions(markDone: ["back/undo": .null])
        #expect(try await bench.resume(steps, options: options).status == .succeeded)
        #expect(bench.nodes.said == ["read a", "write undo", "read a"])
    }

    @Test func aConditionThatCouldNotBeToldIsToldAgain() async throws {
        let bench = Bench()
        let steps = [try Step.write("a").iff("{'2': false}[string(run.attempt)]")]
        #expect(try await bench.run(steps).status == .failed)
        #expect(try await bench.resume(steps).status == .succeeded)
        #expect(try bench.statuses() == ["a": "skipped"])
    }

    @Test func aStepThatHasNotEndedGoesByTheConditionOfAnEditedFile() async throws {
        let bench = EditBench()
        func text(_ condition: String) -> String {
            "name: test\nsteps:\n  - { id: a, if: \(condition), uses: test.write, with: { value: bad } }\n"
        }
        #expect(try await bench.run(text("run.attempt < 9")).status == .failed)
        #expect(try await bench.resume(text("run.attempt > 9")).status == .succeeded)
        #expect(bench.said == ["write bad"])
    }
}
