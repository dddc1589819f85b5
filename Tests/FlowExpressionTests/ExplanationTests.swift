import FlowCore
import Testing

@testable import FlowExpression

@Suite struct ExplanationTests {
    private let data: ValueMap

    init() throws {
        let json = """
            {"items": [{"n": 5, "open": true}, {"n": 7, "open": true}, {"n": 8, "open": true}, {"n": 9, "open": true},
            {"n": 2, "open": true}, {"n": 1, "open": false}], "count": 2, "name": "Ada", "off": false, "none": {}}
            """
        var data = try #require(try JSON.parse(Array(json.utf8)).mapValue)
        data["token"] = .secret("hunter2-and-more")
        self.data = data
    }

    /// The terms as lines: indented, with the value or what is said instead.
    private func lines(_ text: String) throws -> [String] {
        func lines(_ term: Explanation.Term, _ indent: String, _ mark: String) -> [String] {
            let value =
                switch term.result {
                case .value(let value): ValueExcerpt.text(value, masker: Masker())
                case .failure(let message, _): "error: \(message)"
                case .notEvaluated: "not evaluated"
                }
            return ["\(indent)\(mark)\(term.text) -> \(value)"]
                + term.terms.flatMap { lines($0, indent + "  ", "") }
                + (term.items?.shown ?? []).flatMap { item in
                    item.terms.flatMap { lines($0, indent + "  ", "[\(item.index)] ") }
                }
        }
        return lines(try explanation(text).root, "", "")
    }

    private func explanation(_ text: String) throws -> Explanation {
        try Expression.compile(text).explain(EvaluationScope(data))
    }

    private func reasons(_ text: String) throws -> String? {
        try explanation(text).reasonsForFalse(masker: Masker())
    }

    @Test func termsNestAsInTheText() throws {
        #expect(
            try lines("count > 3 || name.startsWith('B')") == [
                "count > 3 || name.startsWith('B') -> false", "  count > 3 -> false", "    count -> 2",
                "  name.startsWith('B') -> false", "    name -> \"Ada\"",
            ])
    }

    @Test func whatShortCircuitLeavesOutSaysSo() throws {
        #expect(
            try lines("count > 3 && name.startsWith('B')") == [
                "count > 3 && name.startsWith('B') -> false", "  count > 3 -> false", "    count -> 2",
                "  name.startsWith('B') -> not evaluated",
            ])
        #expect(
            try lines("off ? count : 1 + count") == [
                "off ? count : 1 + count -> 3", "  off -> false", "  count -> not evaluated", "  1 + count -> 3",
                "    count -> 2",
            ])
    }

    @Test func aPathIsOneTermAndItsIndexAnother() throws {
        #expect(
            try lines("items[count - 1].n == 7") == [
                "items[count - 1].n == 7 -> true", "  items[count - 1].n -> 7", "    count - 1 -> 1",
                "      count -> 2",
            ])
    }

    @Test func theTermThatFailedShowsItsError() throws {
        #expect(
            try lines("1 + none.total > 2") == [
                "1 + none.total > 2 -> error: none has no key \"total\"; it is empty",
                "  1 + none.total -> error: none has no key \"total\"; it is empty",
                "    none.total -> error: none has no key \"total\"; it is empty",
            ])
        #expect(
            try lines("default(none.total, count)") == [
                "default(none.total, count) -> 2", "  none.total -> error: none has no key \"total\"; it is empty",
                "  count -> 2",
            ])
    }

    @Test func ofManyItemsTheFirstAndTheLastAreKept() throws {
        let lines = try lines("items.all(i, i.open && i.n > 2)")
        #expect(
            lines.filter { $0.contains("[") && !$0.contains("items") } == [
                "  [0] i.open && i.n > 2 -> true", "  [1] i.open && i.n > 2 -> true",
                "  [2] i.open && i.n > 2 -> true", "  [4] i.open && i.n > 2 -> false",
            ])
        #expect(
            lines.suffix(4) == [
                "  [4] i.open && i.n > 2 -> false", "    i.open -> true", "    i.n > 2 -> false", "      i.n -> 2",
            ])
        #expect(try explanation("items.all(i, i.n > 2)").root.items?.count == 5)
    }

    @Test func aMacroWithAConditionShowsBothForEachItem() throws {
        #expect(
            try lines("[1, 2].map(x, x > 1, x * count)").dropFirst() == [
                "  [0] x > 1 -> false", "    x -> 1", "  [0] x * count -> not evaluated", "  [1] x > 1 -> true",
                "    x -> 2", "  [1] x * count -> 4", "    x -> 2", "    count -> 2",
            ])
    }

    @Test func macrosNestInItems() throws {
        let lines = try lines("[[1], [2]].exists(x, x.exists(y, y == 2))")
        #expect(lines.contains("  [1] x.exists(y, y == 2) -> true"))
        #expect(lines.suffix(2) == ["    [0] y == 2 -> true", "      y -> 2"])
    }

    @Test func aMillionItemsAreCountedNotKept() throws {
        let many = ValueMap([("many", .list((0..<100_000).map { .int($0) }))])
        let root = try Expression.compile("many.filter(x, x % 2 == 0).size()").explain(EvaluationScope(many)).root
        let items = try #require(root.terms.first?.items)
        #expect(items.count == 100_000)
        #expect(items.shown.map(\.index) == [0, 1, 2, 99_999])
    }

    @Test func parenthesesAroundATermAreNotShown() throws {
        #expect(
            try lines("(count)  +\n(count + 1)") == [
                "(count) + (count + 1) -> 5", "  count -> 2", "  count + 1 -> 3", "    count -> 2",
            ])
    }

    @Test func secretsAndWhatIsMadeOfThemAreMasked() throws {
        #expect(
            try lines("token + '!' == name") == [
                "token + '!' == name -> ***", "  token + '!' -> ***", "    token -> ***", "  name -> \"Ada\"",
            ])
    }

    @Test(arguments: [
        ("count > 3", "count is 2"),
        ("off", "off is false"),
        ("count > 3 && off", "count > 3 is false (count is 2)"),
        ("count > 3 || off", "count > 3 is false (count is 2), off is false"),
        ("!(count < 3)", "count < 3 is true (count is 2)"),
        ("!(count < 3 && name == 'Ada')", "count < 3 is true (count is 2), name == 'Ada' is true (name is \"Ada\")"),
        ("off ? true : count > 2", "off is false, count > 2 is false (count is 2)"),
        ("[3, 4].all(x, x > 3)", "item 0: x > 3 is false (x is 3)"),
        ("!items.exists(i, i.n == 2)", "item 4: i.n == 2 is true (i.n is 2)"),
        ("!['a'].all(x, x == name || count == 2)", "['a'].all(x, x == name || count == 2) is true"),
        ("token == name", "token is ***, name is \"Ada\""),
        (
            "off && off || count == 1 || count == 3 || count == 4",
            "off is false, count == 1 is false (count is 2), count == 3 is false (count is 2), …"
        ),
    ])
    func reasonsNameWhatDecided(text: String, reasons: String) throws {
        #expect(try self.reasons(text) == reasons)
    }

    @Test func aConditionThatHoldsHasNoReasonsForFalse() throws {
        #expect(try reasons("count == 2") == nil)
        #expect(try reasons("count + 1") == nil)
        #expect(try reasons("none.x") == nil)
    }

    @Test func explainingGivesWhatEvaluatingGives() throws {
        for text in [
            "items.map(i, i.n).sortBy(n, -n)", "has(none.x) || cel.bind(c, count, c > 1)", "{'a': [count]}.a[0]",
        ] {
            let expression = try Expression.compile(text)
            guard case .value(let value) = expression.explain(EvaluationScope(data)).root.result else {
                Issue.record("\(text) has no value")
                continue
            }
            #expect(try value == expression.evaluate(EvaluationScope(data)))
        }
    }
}

@Suite struct ValueExcerptTests {
    private func text(_ value: Value, _ masker: Masker = Masker()) -> String {
        ValueExcerpt.text(value, masker: masker, limit: 20)
    }

    @Test func shortValuesAreWhole() {
        #expect(text(["a": 1, "b": [nil]]) == "{\"a\": 1, \"b\": [null]}")
        #expect(text(1.0) == "1.0")
        #expect(text(.absent) == "absent")
        #expect(text(.optional(nil)) == "optional.none()")
        #expect(text(.bytes([1, 2])) == "2 bytes")
    }

    @Test func longOnesAreCutAndSized() {
        #expect(text(.list((0..<100).map { .int($0) })) == "[0, 1, 2, 3, 4, 5, 6, …] (100 items)")
        #expect(text(.string(String(repeating: "x", count: 90))) == "\"xxxxxxxxxxxxxxxxxxxx…\" (90 characters)")
    }

    @Test func aSecretIsMaskedBeforeTheCut() {
        let masker = Masker()
        masker.add("0123456789abcdefghijklmnop")
        #expect(text("x0123456789abcdefghijklmnop", masker) == "\"x***\"")
        #expect(text(["a": .secret(["b": 1])]) == "{\"a\": ***}")
    }
}
