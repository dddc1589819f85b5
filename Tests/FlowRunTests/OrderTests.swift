import FlowCore
import FlowExpression
import FlowRun
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@Suite("Order")
struct OrderTests {
    @Test func stepsRunInFileOrder() async throws {
        let bench = Bench()
        let result = try await bench.run([.read("a"), .read("b"), .read("c")])
        #expect(result.status == .succeeded)
        #expect(result.exitCode == 0)
        #expect(bench.nodes.said == ["read a", "read b", "read c"])
    }

    @Test func needsReplacesFileOrder() async throws {
        let gate = Gate()
        let bench = Bench { call in
            if call.text == "slow" { await gate.pass() }
            if call.text == "last" { gate.open() }
            return call.value
        }
        let result = try await bench.run([
            .read("slow"), .read("first").needing(), .read("last").needing("first"),
        ])
        // "slow" ends only because "last" ran beside it.
        #expect(result.status == .succeeded)
    }

    @Test func stepsOfParallelStartTogether() async throws {
        let gate = Gate()
        let bench = Bench { call in
            if call.text != "after" { await gate.pass() }
            return call.value
        }
        async let result = bench.run([.parallel("both", [.read("a"), .read("b")]), .read("after")])
        await gate.arrivals(2)
        #expect(bench.nodes.said.sorted() == ["read a", "read b"])
        gate.open()
        #expect(try await result.status == .succeeded)
        #expect(bench.nodes.said.last == "read after")
    }

    @Test func skippedStepSkipsOnlyThoseThatNameIt() async throws {
        let bench = Bench()
        let result = try await bench.run([
            .read("a").iff("false"), .read("b"), .read("c").needing("a"), .read("d").needing("c"),
            .read("e").needing("a").iff("always()"),
        ])
        #expect(result.status == .succeeded)
        #expect(
            try bench.statuses() == [
                "a": "skipped", "b": "succeeded", "c": "skipped", "d": "skipped", "e": "succeeded",
            ])
    }

    @Test func failureStopsLaterStepsButThoseThatAskForIt() async throws {
        let bench = Bench { call in
            if call.text == "bad" { throw Failure(.conflict, "no") }
            return call.value
        }
        let result = try await bench.run([
            .read("before"), .read("bad"), .read("after"), .read("always").iff("always()"),
            .read("failure").iff("failure()"), .read("success").iff("success()"),
            .read("apart").needing("before"),
        ])
        #expect(result.status == .failed)
        #expect(result.exitCode == 1)
        #expect(result.failure?.message == "no")
        #expect(result.failedStep == "bad")
        #expect(
            try bench.statuses() == [
                "before": "succeeded", "bad": "failed", "after": "skipped", "always": "succeeded",
                "failure": "succeeded", "success": "skipped", "apart": "succeeded",
            ])
    }

    @Test func continueOnErrorKeepsTheStatusAndGoesOn() async throws {
        let bench = Bench { call in
            if call.text == "bad" { throw Failure(.conflict, "no") }
            return call.value
        }
        let result = try await bench.run([
            .read("bad").with { $0.continueOnError = true },
            .read("after", "${{ steps.bad.status + \" \" + steps.bad.error.kind }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(try bench.statuses() == ["bad": "failed", "after": "succeeded"])
        #expect(bench.nodes.said.last == "read failed conflict")
    }

    @Test func blockPublishesOutputsAndHidesItsSteps() async throws {
        let bench = Bench()
        let block = try Step.block("both", [.read("x", 1), .read("y", "${{ steps.x.output + 1 }}")])
            .outputs(["sum": "${{ steps.x.output + steps.y.output }}"])
        let result = try await bench.run([block, .read("use", "${{ steps.both.output.sum }}")])
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 1", "read 2", "read 3"])
        #expect(try bench.statuses().keys.sorted() == ["both", "both/x", "both/y", "use"])
    }

    @Test func failureInsideABlockIsTheBlocks() async throws {
        let bench = Bench { call in
            if call.text == "x" { throw Failure(.permission, "not yours") }
            return call.value
        }
        let result = try await bench.run([.block("outer", [.read("x"), .read("y")]), .read("z")])
        #expect(result.failedStep == "outer/x")
        #expect(
            try bench.statuses() == ["outer": "failed", "outer/x": "failed", "outer/y": "skipped", "z": "skipped"])
    }

    @Test func handlersRunByOutcome() async throws {
        for (bad, expected) in [(true, ["on_failure/h", "finally/f"]), (false, ["on_success/h", "finally/f"])] {
            let bench = Bench { call in
                if bad, call.text == "work" { throw Failure(.conflict, "no") }
                return call.value
            }
            _ = try await bench.run([.read("work")]) { workflow in
                workflow.onFailure = [try .read("h", "${{ run.error.step + \": \" + run.error.message }}")]
                workflow.onSuccess = [try .read("h", "good")]
                workflow.finally = [
                    try .read("f", "end"), try .read("only_failed", "seen").iff("failure()"),
                ]
            }
            let ran = try bench.statuses().filter { $0.value == "succeeded" && $0.key.contains("/") }.keys.sorted()
            #expect(ran == (expected + (bad ? ["finally/only_failed"] : [])).sorted())
            #expect(bench.nodes.said.contains(bad ? "read work: no" : "read good"))
        }
    }

    @Test func handlersFailureChangesOnlyAGreenRun() async throws {
        let bench = Bench { call in
            if call.text.hasPrefix("bad") { throw Failure(.conflict, call.text) }
            return call.value
        }
        let red = try await bench.run([.read("a", "bad work")]) { $0.finally = [try .read("f", "bad end")] }
        #expect(red.failure?.message == "bad work")
        let green = try await bench.run([.read("a")]) { $0.finally = [try .read("f", "bad end")] }
        #expect(green.status == .failed)
        #expect(green.failedStep == "finally/f")
    }

    @Test func ifThatIsNoBoolFailsTheStep() async throws {
        let bench = Bench()
        let result = try await bench.run([.read("a").iff("\"yes\"")])
        #expect(result.failure?.message == "if: must be true or false, not a string")
        #expect(bench.nodes.said.isEmpty)
    }

    @Test func assertSaysWhatIsFalse() async throws {
        let bench = Bench()
        let result = try await bench.run([.assert("check", "1 > 2")])
        #expect(result.failure?.message == "1 > 2 is false")
        #expect(result.failure?.code == "assertion_failed")
    }

    @Test func assertSaysWhatItSaw() async throws {
        let bench = Bench()
        let result = try await bench.run(
            [.read("a", 7), .assert("check", "steps.a.output < 5 && inputs.on")], inputs: ValueMap([("on", true)]))
        #expect(
            result.failure?.message
                == "steps.a.output < 5 && inputs.on is false: steps.a.output < 5 is false (steps.a.output is 7)")
    }

    @Test func assertWithAMessageOfItsOwnSaysWhatItSawBesides() async throws {
        let bench = Bench()
        var step = try Step.assert("check", "steps.a.output < 5")
        step.kind = .assert(that: try .compile("steps.a.output < 5"), message: try Make.text("too many"))
        let result = try await bench.run([.read("a", 7), step])
        #expect(result.failure?.message == "too many")
        #expect(result.failure?.underlying == "steps.a.output < 5 is false: steps.a.output is 7")
    }

    @Test func aSkippedStepSaysWhatItsConditionSaw() async throws {
        let bench = Bench()
        _ = try await bench.run([.read("a", 7), .read("b").iff("steps.a.output < 5")])
        let history = try bench.history()
        let steps = try history.steps(of: history.run(named: "latest"))
        #expect(steps.last?.note == "its condition is false: steps.a.output is 7")
    }

    @Test func waitTakesItsTime() async throws {
        let bench = Bench()
        let result = try await bench.run([.wait("pause", "90s"), .read("a")])
        #expect(result.status == .succeeded)
        #expect(bench.clock.sleeps == [.seconds(90)])
    }
}
