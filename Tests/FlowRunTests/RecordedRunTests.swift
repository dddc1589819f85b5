import FlowCore
import FlowExpression
import FlowRun
import FlowStore
import FlowWorkflow
import Testing

/// What expressions of a run saw is read back from its journal.
@Suite struct RecordedRunTests {
    private func recorded(_ bench: Bench, _ workflow: Workflow) throws -> RecordedRun {
        let history = try bench.history()
        let run = try history.run(named: "latest")
        return try RecordedRun(workflow, run, run: history.stored(run), history: history, sealing: NoSealing())
    }

    private func value(_ text: String, _ view: RecordedView?) throws -> Value {
        let expression = try Expression.compile(text)
        return try expression.evaluate(#require(view).scope)
    }

    @Test func aStepSeesWhatEndedBeforeIt() async throws {
        let bench = Bench()
        let steps: [Step] = [try .read("a", 1), try .read("b", "${{ steps.a.output + inputs.x }}"), try .read("c", 3)]
        _ = try await bench.run(steps, inputs: ValueMap([("x", 41)]), event: ["kind": "push"])
        let recorded = try recorded(bench, Bench.workflow(steps))

        let view = try recorded.view(of: "b")
        #expect(try value("steps.a.output + inputs.x", view) == 42)
        #expect(try value("event.kind + run.workflow", view) == "pushtest")
        #expect(try value("steps", view)["b"] == nil)
        #expect(try value("steps", recorded.view())["c"]?["output"] == 3)
        #expect(try recorded.view(of: "d") == nil)
        #expect(try recorded.view(of: "a/b") == nil)
        #expect(try recorded.view(of: "a[0]") == nil)
        #expect(try recorded.view(of: "") == nil)
        #expect(view?.names == ["steps", "run", "inputs", "vars", "event", "env"])
    }

    @Test func anItemSeesItselfAndTheStepsInsideItTheirs() async throws {
        let bench = Bench()
        let steps: [Step] = [
            try .block("deploy", [.read("build", "${{ host }}"), .read("test", "${{ steps.build.output }}")]).each(
                ["x", "y"], as: "host")
        ]
        _ = try await bench.run(steps)
        let recorded = try recorded(bench, Bench.workflow(steps))
        #expect(try value("host + string(index)", recorded.view(of: "deploy[1]")) == "y1")
        #expect(try value("steps.build.output + host", recorded.view(of: "deploy[1]/test")) == "yy")
        #expect(try recorded.view(of: "deploy[1]/test")?.stored?.status == .succeeded)
        #expect(try recorded.view(of: "deploy[1]")?.item?.status == .succeeded)
        #expect(try recorded.view(of: "deploy[2]") == nil)
        #expect(try recorded.view(of: "deploy[x]") == nil)
    }

    @Test func handlersSeeTheErrorAndAllSteps() async throws {
        let bench = Bench { call in throw Failure(.invalid, "bad \(call.value.stringValue ?? "")") }
        let steps: [Step] = [try .read("a")]
        let change: (inout Workflow) throws -> Void = { $0.finally = [try .read("f").iff("failure()")] }
        _ = try await bench.run(steps, change)
        let view = try recorded(bench, Bench.workflow(steps, change)).view(of: "finally/f")
        #expect(try value("run.error.message + ' in ' + run.error.step", view) == "bad a in a")
        #expect(try value("failure() && steps.a.status == 'failed'", view) == true)
    }

    @Test func aStepAfterAHandledFailureSeesSuccess() async throws {
        let bench = Bench { call in
            if call.value == "a" { throw Failure(.invalid, "bad") }
            return call.value
        }
        let steps: [Step] = [try .read("a").with { $0.continueOnError = true }, try .read("b"), try .read("c")]
        _ = try await bench.run(steps)
        #expect(try value("success()", recorded(bench, Bench.workflow(steps)).view(of: "c")) == true)
    }

    @Test func theTimeIsThatOfTheStep() async throws {
        let bench = Bench()
        let steps: [Step] = [try .read("a")]
        _ = try await bench.run(steps)
        let view = try recorded(bench, Bench.workflow(steps)).view(of: "a")
        #expect(try value("now()", view) == view?.stored?.startedAt.map(Value.timestamp))
    }

    @Test func secretsAreMaskedInReasonsAndStaySecret() async throws {
        let bench = Bench { _ in .secret("hunter2-and-more") }
        let steps: [Step] = [try .read("a"), try .read("b").iff("steps.a.output == 'x'")]
        _ = try await bench.run(steps, setup: bench.setup { $0.sealing = NoSealing() })
        let view = try #require(try recorded(bench, Bench.workflow(steps)).view(of: "b"))
        #expect(view.stored?.note == "its condition is false: steps.a.output is ***")
        #expect(view.stored?.isSkippedByCondition == true)
        guard case .secret = try value("steps.a.output", view) else {
            Issue.record("the output is not secret any more")
            return
        }
    }

    @Test func whatTheProcessGaveIsNotRecorded() async throws {
        let bench = Bench()
        let steps: [Step] = [try .read("a")]
        let change: (inout Workflow) throws -> Void = { workflow in
            workflow.env = [
                EnvironmentEntry(name: "FIXED", origin: .value(try Make.value("${{ 1 + 1 }}")), span: Make.span),
                EnvironmentEntry(
                    name: "GIVEN", origin: .process(variable: "GIVEN", fallback: try Make.value("x")), span: Make.span),
                EnvironmentEntry(name: "BOTH", origin: .value(try Make.value("${{ env.GIVEN }}")), span: Make.span),
            ]
        }
        _ = try await bench.run(steps, change)
        let view = try #require(try recorded(bench, Bench.workflow(steps, change)).view(of: "a"))
        #expect(try value("env.FIXED", view) == "2")
        let reads = try Expression.compile("env.FIXED + env.GIVEN + env.BOTH + secrets.x.y")
        #expect(view.unrecorded(in: reads).map(\.path) == ["env.GIVEN", "env.BOTH", "secrets.x"])
    }
}

/// No value of these runs is sealed.
private struct NoSealing: ValueSealing {
    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] { bytes }
    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] { bytes }
}
