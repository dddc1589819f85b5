import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@Suite("Going on with an edited file")
struct EditedFileTests {
    private static let head = "name: test\n"

    private func read(_ text: String, _ bench: Bench, name: String = "test.yaml") throws -> Workflow {
        var diagnostics = Diagnostics()
        let source = SourceText(name: name, text: text)
        guard
            let workflow = WorkflowReader.read(
                source, nodes: bench.nodes, files: StoredWorkflowFiles(), diagnostics: &diagnostics)
        else {
            throw Failure(.invalid, diagnostics.all.map(\.message).joined(separator: "; "))
        }
        return workflow
    }

    private func run(_ text: String, _ bench: Bench, inputs: ValueMap = ValueMap()) async throws -> RunResult {
        try await Executor.start(
            try read(text, bench), inputs: inputs, setup: bench.setup(), store: bench.store()
        ).run()
    }

    private func plan(
        _ text: String, _ bench: Bench, rerun: [String] = [], keep: [String] = []
    ) async throws -> (plan: ResumePlan, edit: EditedFile) {
        let history = try bench.history()
        let summary = try history.run(named: "latest")
        let stored = try history.stored(summary)
        let old = try read(String(decoding: stored.snapshot.source, as: UTF8.self), bench)
        var edit = try await EditedFile(
            stored, from: old, to: try read(text, bench), connectors: ["acme": "2"], version: "2", setup: bench.setup())
        edit.rerun = rerun
        edit.keep = keep
        var request = ResumeRequest()
        request.edit = edit
        return (try ResumePlan(request, of: edit.workflow, summary, history, at: bench.clock.now()), edit)
    }

    private func resume(
        _ text: String, _ bench: Bench, rerun: [String] = [], keep: [String] = []
    ) async throws -> RunResult {
        let (plan, edit) = try await plan(text, bench, rerun: rerun, keep: keep)
        return try await Executor.resume(
            "latest", options: plan.options, snapshot: edit.snapshot, setup: bench.setup(), store: bench.store()
        ) { _, _ in edit.workflow }.run()
    }

    private func bench() -> Bench {
        Bench { call in
            if call.text.hasPrefix("bad") { throw Failure(.conflict, "no") }
            return call.value
        }
    }

    private func steps(_ values: KeyValuePairs<String, String>) -> String {
        let lines = values.map { "  - { id: \($0), uses: test.write, with: { value: \"\($1)\" } }\n" }
        return Self.head + "steps:\n" + lines.joined()
    }

    // MARK: Steps

    @Test func stepThatFailedRunsWithItsNewTextAndTheOthersAreReused() async throws {
        let bench = bench()
        #expect(try await run(steps(["a": "a", "b": "bad"]), bench).status == .failed)
        let (plan, _) = try await plan(steps(["a": "a", "b": "good"]), bench)
        #expect(
            plan.entries.map { "\($0.path) \($0.fate.rawValue) \($0.change ?? "-")" } == [
                "a reused -", "b runs again changed",
            ])
        #expect(try await resume(steps(["a": "a", "b": "good"]), bench).status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write bad", "write good"])
    }

    @Test func laterResumesGoOnWithTheEditedFile() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "a", "b": "bad"]), bench)
        #expect(try await resume(steps(["a": "a", "b": "bad again"]), bench).status == .failed)
        let history = try bench.history()
        let snapshot = try history.stored(history.run(named: "latest")).snapshot
        #expect(String(decoding: snapshot.source, as: UTF8.self).contains("bad again"))
        #expect(snapshot.connectors == ["acme": "2"])
    }

    @Test func layoutCommentsAndNamesChangeNothing() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "a", "b": "bad"]), bench)
        let text = """
            # a remark
            name: test
            steps:
              - id: a
                name: another name
                with:
                  value: a
                uses: test.write
              - { id: b, uses: test.write, with: { value: "bad" } }
            """
        let (plan, _) = try await plan(text, bench)
        #expect(plan.entries.allSatisfy { $0.change == nil })
        #expect(plan.settings.isEmpty)
    }

    @Test func finishedStepThatChangedNeedsAWord() async throws {
        let bench = bench()
        let old =
            Self.head + """
                steps:
                  - { id: a, uses: test.write, with: { value: one } }
                  - { id: reader, uses: test.read, with: { value: "${{ steps.a.output }}" } }
                  - { id: other, uses: test.read }
                  - { id: b, uses: test.write, with: { value: bad } }

                """
        let new = old.split(separator: "one").joined(separator: "two").split(separator: "bad").joined(separator: "good")
        _ = try await run(old, bench)
        let failure = await #expect(throws: Failure.self) { _ = try await plan(new, bench) }
        #expect(failure?.message == "steps have changed that have finished: a")
        #expect(failure?.hint == "add --rerun STEP or --keep STEP for each")

        let (rerun, _) = try await plan(new, bench, rerun: ["a"])
        #expect(
            rerun.entries.map { "\($0.path) \($0.fate.rawValue)" } == [
                "a runs again", "reader runs again", "other reused", "b runs again",
            ])
        #expect(rerun.repetitions.map(\.path) == ["a"])
        #expect(try await resume(new, bench, keep: ["a"]).status == .succeeded)
        #expect(bench.nodes.said.count { $0 == "write two" } == 0)
    }

    @Test func finishedItemsAreKeptAndTheOthersRunWithTheNewText() async throws {
        let bench = bench()
        func text(_ value: String) -> String {
            Self.head + """
                steps:
                  - id: each
                    for_each: [1, 2]
                    on_item_error: continue
                    max_parallel: 1
                    uses: test.write
                    with: { value: "\(value)" }

                """
        }
        let old = text("${{ item == 2 ? 'bad' : 'old' }}")
        _ = try await run(old, bench)
        let failure = await #expect(throws: Failure.self) { _ = try await plan(text("new"), bench) }
        #expect(failure?.message == "steps have changed that have finished: each")
        #expect(try await resume(text("new"), bench, keep: ["each"]).status == .succeeded)
        #expect(bench.nodes.said == ["write old", "write bad", "write new"])
    }

    @Test func stepsInItemsAreNamedAsInTheFile() async throws {
        let bench = bench()
        func text(_ value: String) -> String {
            Self.head + """
                steps:
                  - id: each
                    for_each: [1, 2]
                    steps:
                      - { id: inner, uses: test.write, with: { value: \(value) } }
                      - { id: other, uses: test.write, with: { value: other } }
                  - { id: b, uses: test.write, with: { value: bad } }

                """
        }
        _ = try await run(text("old"), bench)
        let failure = await #expect(throws: Failure.self) { _ = try await plan(text("new"), bench) }
        #expect(failure?.message == "steps have changed that have finished: each/inner")
        let (kept, _) = try await plan(text("new"), bench, keep: ["each/inner"])
        #expect(kept.repetitions.isEmpty)
        let one = await #expect(throws: Failure.self) {
            _ = try await plan(text("new"), bench, keep: ["each[0]/inner"])
        }
        #expect(one?.message == failure?.message)
        let (again, _) = try await plan(text("new"), bench, rerun: ["each/inner"])
        #expect(again.repetitions.map(\.path) == ["each[0]/inner", "each[1]/inner"])
    }

    @Test func stepThatIsToBeKeptAndRunsAgainIsRefused() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "a", "reader": "${{ steps.a.output }}", "b": "bad"]), bench)
        let new = steps(["a": "new", "reader": "${{ steps.a.output }}", "b": "bad"])
        for name in ["a", "reader"] {
            let failure = await #expect(throws: Failure.self) {
                _ = try await plan(new, bench, rerun: ["a"], keep: [name])
            }
            #expect(failure?.message == "\"\(name)\" can't be both kept and run again")
            #expect(failure?.hint == "leave out --keep, or what makes it run again")
        }
    }

    @Test func removedAndAddedStepsAreTold() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "a", "gone": "x", "b": "bad"]), bench)
        let text = steps(["a": "a", "fresh": "fresh"])
        let (plan, _) = try await plan(text, bench)
        #expect(plan.removed == ["b", "gone"])
        #expect(
            plan.entries.map { "\($0.path) \($0.fate.rawValue) \($0.change ?? "-")" } == [
                "a reused -", "fresh runs added",
            ])
        #expect(try await resume(text, bench).status == .succeeded)
    }

    @Test func argumentsOfAChangedStepAreMadeAnew() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "bad ${{ uuid() }}"]), bench)
        _ = try await resume(steps(["a": "bad new ${{ uuid() }}"]), bench)
        #expect(bench.nodes.said.last?.hasPrefix("write bad new ") == true)
    }

    // MARK: Everything else

    @Test func changedVariablesAreMadeAnewAndTheirReadersHaveChanged() async throws {
        let bench = bench()
        func text(_ value: String) -> String {
            Self.head + """
                vars: { kept: "${{ uuid() }}", edited: \(value) }
                steps:
                  - { id: a, uses: test.read, with: { value: "${{ vars.kept }}" } }
                  - { id: b, uses: test.read, with: { value: "${{ vars.edited }}" } }
                  - { id: c, uses: test.read, with: { value: "${{ vars.edited == 'x' ? 'bad' : vars.kept }}" } }

                """
        }
        _ = try await run(text("x"), bench)
        let (plan, _) = try await plan(text("y"), bench, rerun: ["b"])
        #expect(plan.settings == ["vars"])
        #expect(
            plan.entries.compactMap { entry in entry.change.map { "\(entry.path) \($0)" } } == [
                "b changed", "c changed",
            ])
        #expect(try await resume(text("y"), bench, rerun: ["b"]).status == .succeeded)
        #expect(bench.nodes.said.first == bench.nodes.said.last)
        #expect(bench.nodes.said.contains("read y"))
    }

    @Test func inputsKeepTheirValuesAndNewOnesNeedADefault() async throws {
        let bench = bench()
        func text(_ inputs: String) -> String {
            Self.head + "inputs: \(inputs)\nsteps:\n  - { id: a, uses: test.read, with: { value: bad } }\n"
        }
        _ = try await run(text("{ who: { type: string } }"), bench, inputs: ValueMap([("who", "ann")]))
        let (_, edit) = try await plan(
            text("{ who: { type: string }, size: { type: int, default: 3 } }"), bench)
        #expect(try edit.snapshot.inputs.value(sealing: nil, context: "") == ["who": "ann", "size": 3])
        let errors = await #expect(throws: InputErrors.self) {
            _ = try await plan(text("{ size: { type: int, required: true } }"), bench)
        }
        #expect(errors?.failures.map(\.message) == ["the input \"size\" is missing"])
    }

    @Test func otherWorkflowAndStepsWithoutIDsAreRefused() async throws {
        let bench = bench()
        _ = try await run(steps(["a": "bad"]), bench)
        let other = await #expect(throws: Failure.self) {
            _ = try await plan("name: other\nsteps:\n  - { id: a, uses: test.write }\n", bench)
        }
        #expect(other?.message == "\"test.yaml\" is the workflow \"other\", and the run is of \"test\"")
        let nameless = await #expect(throws: Failure.self) {
            _ = try await plan(Self.head + "steps:\n  - uses: test.write\n", bench)
        }
        #expect(nameless?.message == "a step without an id can't be told from others when a file has changed")
        #expect(
            nameless?.hint == "give every step an id; those of the run are shown by \"flowctl runs show\"")
    }
}
