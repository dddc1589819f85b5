import FlowCore
import FlowWorkflow
import Testing

@Suite struct InputBindingTests {
    private func inputs() throws -> [WorkflowInput] {
        try workflow(
            """
            inputs:
              repo: { required: true, pattern: "[^/]+/[^/]+", description: Owner and name. }
              count: { type: int, min: 1, max: 5, default: 2 }
              ratio: { type: number }
              deep: { type: bool }
              tags: { type: list }
              map: { type: map }
              mode: { enum: [fast, slow] }
            steps: [{ run: ls }]
            """
        ).inputs
    }

    private func bind(_ values: ValueMap = ValueMap(), _ text: [(name: String, text: String)]) throws -> [String] {
        let inputs = try inputs()
        do throws(InputErrors) {
            let bound = try InputBinding.bind(inputs, values: values, text: text)
            return bound.map { "\($0.key.text)=\($0.value.isAbsent ? "absent" : JSON.text($0.value))" }
        } catch {
            return error.failures.map(\.description)
        }
    }

    @Test func textIsReadByTheDeclaredType() throws {
        #expect(
            try bind(
                ValueMap([("mode", "fast"), ("count", 9)]),
                [
                    ("repo", "a/b"), ("count", "3"), ("ratio", "0.5"), ("deep", "true"), ("tags", "[1]"),
                    ("map", "{\"a\":1}"),
                ]) == [
                    "repo=\"a/b\"", "count=3", "ratio=0.5", "deep=true", "tags=[1]", "map={\"a\":1}", "mode=\"fast\"",
                ])
    }

    @Test func choicesOfAListAreThoseOfItsElements() throws {
        let inputs = try workflow("inputs: { tags: { type: list, enum: [a, b] } }\nsteps: [{ run: ls }]").inputs
        let bound = try InputBinding.bind(inputs, text: [("tags", "[\"a\",\"b\"]")])
        #expect(bound["tags"] == ["a", "b"])
        let errors = #expect(throws: InputErrors.self) {
            try InputBinding.bind(inputs, text: [("tags", "[\"a\",\"c\"]")])
        }
        #expect(errors?.failures.first?.message == "the input \"tags\" item 1 must be one of \"a\", \"b\"")
    }

    @Test func whatIsNotGivenIsTheDefaultOrAbsent() throws {
        #expect(
            try bind(ValueMap([("repo", "a/b")]), []) == [
                "repo=\"a/b\"", "count=2", "ratio=absent", "deep=absent", "tags=absent", "map=absent", "mode=absent",
            ])
    }

    @Test func allMistakesComeAtOnce() throws {
        #expect(
            try bind(
                ValueMap([("mode", "fats")]), [("rep", "x"), ("count", "9"), ("deep", "yes"), ("ratio", "\"a\"")]) == [
                    "the workflow has no input \"rep\" (did you mean \"repo\"?)",
                    "the input \"repo\" is missing (give it with -i repo=… (Owner and name.))",
                    "the input \"count\" must be at most 5",
                    "the input \"ratio\" must be a number, not \"a\"",
                    "the input \"deep\" must be of type bool (write it as JSON: true)",
                    "the input \"mode\" must be one of \"fast\", \"slow\"",
                ])
    }

    @Test func thePatternHoldsForTheWholeText() throws {
        #expect(
            try bind(ValueMap(), [("repo", "a/b/c")]) == [
                "the input \"repo\" must match the pattern [^/]+/[^/]+, not \"a/b/c\" (repo: Owner and name.)"
            ])
    }
}
