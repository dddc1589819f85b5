import FlowCore
import FlowRun
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

/// Files that a step calls, edited together with the file of the run.
@Suite("Going on with edited files that are called")
struct EditedCallTests {
    private static let main = """
        name: test
        steps:
          - { id: part, uses: ./part.yaml, with: { word: hello, size: 1 } }
          - { id: last, uses: test.write, with: { value: "bad ${{ steps.part.output.text }}" } }

        """

    private static let part = """
        name: part
        inputs: { word: { type: string }, size: { type: int } }
        vars: { greeting: "${{ inputs.word }}!", kept: "${{ uuid() }}" }
        steps:
          - { id: first, uses: test.write, with: { value: "${{ vars.greeting }}" } }
          - { id: second, uses: test.write, with: { value: "bad ${{ vars.kept }}" } }
          - { id: third, uses: test.write, with: { value: "third ${{ inputs.size }}" } }
        outputs: { text: "${{ steps.third.output }}" }

        """

    private func edited(_ changes: KeyValuePairs<String, String>, of text: String = part) -> [String: String] {
        ["part.yaml": changes.reduce(text) { $0.replacing($1.key, with: $1.value) }]
    }

    private func broken(_ bench: EditBench) async throws {
        #expect(try await bench.run(Self.main, calling: ["part.yaml": Self.part]).status == .failed)
    }

    @Test func stepThatFailedInsideRunsWithItsNewTextAndTheOthersAreReused() async throws {
        let bench = EditBench()
        try await broken(bench)
        let files = edited(["bad ${{ vars.kept }}": "good ${{ vars.kept }}"])
        let (plan, _) = try await bench.plan(Self.main, calling: files)
        #expect(
            bench.outlook(plan) == [
                "part runs again -", "part/first reused -", "part/second runs again changed",
                "part/third decided again -",
                "last decided again -",
            ])
        _ = try await bench.resume(Self.main, calling: files)
        #expect(bench.said.count == 5)
        #expect(
            bench.said.prefix(1) == ["write hello!"] && bench.said.suffix(2) == ["write third 1", "write bad third 1"])
        // What was made once is kept.
        #expect(bench.said[2] == bench.said[1].replacing("bad", with: "good"))
        let snapshot = try bench.history().stored(bench.history().run(named: "latest")).snapshot
        #expect(snapshot.calledFiles["part.yaml"].map { String(decoding: $0, as: UTF8.self) } == files["part.yaml"])
    }

    @Test func finishedStepInsideThatChangedNeedsAWord() async throws {
        let bench = EditBench()
        try await broken(bench)
        let files = edited(["\"${{ vars.greeting }}\"": "anew", "bad ": "good "])
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(Self.main, calling: files) }
        #expect(failure?.message == "steps have changed that have finished: part/first")
        _ = try await bench.resume(Self.main, calling: files, keep: ["part/first"])
        #expect(!bench.said.contains("write anew"))
        let again = try await bench.plan(
            Self.main, calling: edited(["\"${{ vars.greeting }}\"": "b", "bad ": "good "]), rerun: ["part/first"])
        #expect(again.plan.repetitions.map(\.path) == ["part/first"])
    }

    @Test func whatIsKeptIsKeptWithAllInside() async throws {
        let bench = EditBench()
        _ = try await bench.run(Self.main, calling: edited(["bad ": "good "]))
        let files = edited(["\"${{ vars.greeting }}\"": "anew", "bad ": "good ", "third ${{": "new ${{"])
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(Self.main, calling: files) }
        #expect(failure?.message == "steps have changed that have finished: part/first, part/third")
        let fixed = Self.main.replacing("bad ", with: "")
        #expect(try await bench.resume(fixed, calling: files, keep: ["part"]).status == .succeeded)
        #expect(bench.said.last == "write third 1")
    }

    @Test(arguments: [
        ["outputs: { text": "outputs: { more: 1, text"], ["inputs: {": "inputs: { more: { type: int },"],
        ["  - { id: third": "  - { id: fresh, uses: test.read }\n  - { id: third"],
    ])
    func finishedCallOfAFileThatSaysOtherwiseBesideItsStepsHasChanged(change: [String: String]) async throws {
        let bench = EditBench()
        let good = Self.part.replacing("bad ", with: "good ")
        _ = try await bench.run(Self.main, calling: ["part.yaml": good])
        let new = change.reduce(good) { $0.replacing($1.key, with: $1.value) }
        #expect(new != good)
        let failure = await #expect(throws: Failure.self) {
            _ = try await bench.plan(Self.main, calling: ["part.yaml": new])
        }
        #expect(failure?.message == "steps have changed that have finished: part")
        let remark = good.replacing("name: part", with: "name: part\ndescription: A remark.")
        let (plan, _) = try await bench.plan(Self.main, calling: ["part.yaml": remark])
        #expect(bench.outlook(plan) == ["part reused -", "last runs again -"])
    }

    @Test func inputsGivenAnewReachTheStepsInside() async throws {
        let bench = EditBench()
        try await broken(bench)
        let files = edited(["bad ": "good "])
        let main = Self.main.replacing("word: hello, size: 1", with: "word: hello, size: 2")
        let (plan, _) = try await bench.plan(main, calling: files)
        #expect(
            bench.outlook(plan).prefix(4) == [
                "part runs again changed", "part/first reused -", "part/second runs again changed",
                "part/third decided again changed",
            ])
        _ = try await bench.resume(main, calling: files)
        #expect(bench.said.contains("write third 2"))

        // A variable that reads what is given anew has changed, and so has the step that read it.
        let other = EditBench()
        try await broken(other)
        let word = Self.main.replacing("word: hello", with: "word: bye")
        let failure = await #expect(throws: Failure.self) { _ = try await other.plan(word, calling: files) }
        #expect(failure?.message == "steps have changed that have finished: part/first")
        _ = try await other.resume(word, calling: files, rerun: ["part/first"])
        #expect(other.said.contains("write bye!"))
        // Not made anew: nothing it reads has changed.
        #expect(other.said.first { $0.contains("good") } == other.said[1].replacing("bad", with: "good"))
    }

    @Test func newInputTakesItsDefaultAndAChangedVariableItsNewValue() async throws {
        let bench = EditBench()
        try await broken(bench)
        let files = edited([
            "inputs: {": "inputs: { tail: { type: string, default: end },", "bad ${{ vars.kept }}": "${{ vars.kept }}",
            "kept: \"${{ uuid() }}\"": "kept: \"kept ${{ inputs.tail }}\"",
        ])
        _ = try await bench.resume(Self.main, calling: files)
        #expect(bench.said.contains("write kept end"))
        let call = try bench.history().stored(bench.history().run(named: "latest/part")).snapshot
        #expect(try call.inputs.value(sealing: nil, context: "") == ["tail": "end", "word": "hello", "size": 1])
        #expect(try call.vars.value(sealing: nil, context: "") == ["greeting": "hello!", "kept": "kept end"])
    }

    @Test func inputThatDoesNotFitAnyMoreFailsTheCallAndSaysWhich() async throws {
        let bench = EditBench()
        let main = Self.main.replacing("word: hello", with: "word: \"${{ uuid() }}\"")
        _ = try await bench.run(main, calling: ["part.yaml": Self.part])
        let files = edited(["word: { type: string }": "word: { type: string, pattern: \"[a-z]\" }"])
        let result = try await bench.resume(main, calling: files, keep: ["part/first"])
        #expect(result.status == .failed)
        #expect(
            result.failure?.message.hasPrefix("./part.yaml: the input \"word\" ") == true, "\(result.failure as Any)")
    }

    @Test func stepsOfACalledFileThatChangedNeedIDs() async throws {
        let bench = EditBench()
        let nameless = "steps:\n  - { uses: test.write, with: { value: bad } }\n"
        let main = Self.main.replacing(", with: { word: hello, size: 1 }", with: "").replacing(
            "${{ steps.part.output.text }}", with: "")
        _ = try await bench.run(main, calling: ["part.yaml": nameless])
        // As it was: found by what it has for an id.
        let (plan, _) = try await bench.plan(main, calling: ["part.yaml": nameless])
        #expect(plan.entries.allSatisfy { $0.change == nil })
        let failure = await #expect(throws: Failure.self) {
            _ = try await bench.plan(main, calling: ["part.yaml": nameless.replacing("bad", with: "good")])
        }
        #expect(failure?.message == "a step without an id can't be told from others when a file has changed")
    }

    @Test func itemsThatCallGoOnEachWithItsOwnInputs() async throws {
        let bench = EditBench()
        let main = """
            name: test
            steps:
              - { id: each, for_each: [1, 2], max_parallel: 1, on_item_error: continue, uses: ./part.yaml, with: { n: "${{ item }}" } }

            """
        func part(_ text: String) -> [String: String] {
            [
                "part.yaml": """
                inputs: { n: { type: int } }
                vars: { v: \(text) }
                steps:
                  - { id: go, uses: test.write, with: { value: "${{ inputs.n == 1 || vars.v == 'new' ? 'ok' : 'bad' }} ${{ inputs.n }} ${{ vars.v }}" } }

                """
            ]
        }
        _ = try await bench.run(main, calling: part("old"))
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(main, calling: part("new")) }
        #expect(failure?.message == "steps have changed that have finished: each, each/go")
        #expect(try await bench.resume(main, calling: part("new"), keep: ["each"]).status == .succeeded)
        #expect(bench.said == ["write ok 1 old", "write bad 2 old", "write ok 2 new"])
    }
}
