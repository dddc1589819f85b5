import FlowCore
import FlowExpression
import Testing

/// Nothing that can be written takes more steps or memory than it was given, and what was too much is located.
@Suite(.serialized) struct BudgetTests {
    /// Much smaller than the default, so that a term that isn't counted would run on for a noticeable time.
    private static let scope: EvaluationScope = {
        let text = Value.string(String(repeating: "ab", count: 200_000))
        let list = Value.list((0..<20_000).map { .int($0) })
        let variables: Value = [
            "text": text, "list": list, "texts": .list([Value](repeating: text, count: 1000)),
            "lists": .list([Value](repeating: list, count: 1000)),
        ]
        var scope = EvaluationScope(variables.mapValue ?? ValueMap())
        scope.budget.steps = 100_000
        scope.budget.bytes = 1 << 20
        return scope
    }()

    private static let steps = "the expression takes more than 100000 steps"
    private static let bytes = "the expression needs more than 1048576 bytes"

    private func expectRefusal(_ text: String, _ message: String, at place: String? = nil) throws {
        let expression = try Expression.compile(text)
        let failure = #expect(throws: Failure.self, "\(text)") { try expression.evaluate(BudgetTests.scope) }
        #expect(failure?.message == message, "\(text)")
        #expect(failure?.kind == .invalid)
        #expect(failure?.position != nil)
        if let place { #expect(failure?.position?.text == place, "\(text)") }
    }

    @Test(arguments: [
        "list.all(a, list.all(b, list.all(c, true)))",
        "list.all(a, list.all(b, a >= 0 && b >= 0))",
        "list.filter(a, a in list)",
        "lists.all(l, lists == lists.filter(m, true))",
        "lists.all(l, l == list)",
        "texts.all(t, t <= text)",
        "texts.all(t, b'x' != bytes(t))",
        "texts.all(t, t.contains('b'))",
        "texts.all(t, size(t) > 0)",
        "texts.all(t, t.charAt(1) == 'b')",
        "texts.all(t, t.substring(1) != '')",
        "texts.all(t, t.lowerAscii() != '')",
        "texts.all(t, t.matches('b$'))",
        "texts.all(t, t != 'x' && {t: 1} != {})",
        "texts.group_by(t, t).size()",
        "texts.sort().size()",
        "texts.distinct().size()",
        "lists.map(l, l.sort())",
        "lists.map(l, l.sum())",
        "lists.map(l, sets.contains(l, [1]))",
        "lists.map(l, to_json(l))",
        "lists.flatten().size()",
    ]) func workThatGrowsIsCounted(expression: String) throws {
        try expectRefusal(expression, BudgetTests.steps)
    }

    @Test(arguments: [
        "texts.map(t, t + t)",
        "texts[0] + texts[1] + texts[2]",
        "list + list + list",
        "range(100).map(i, list + [i])",
        "range(1000000)",
        "lists.map(l, l.slice(0, 10000))",
        "lists.map(l, l.reverse())",
        "list.map(a, [a, a, a])",
        "list.map(a, {'a': a})",
        "list.map(a, optional.of(a))",
        "list.transformMap(i, a, a)",
        "list.group_by(a, a)",
        "cel.bind(a, text + text, cel.bind(b, a + a, cel.bind(c, b + b, c + c)))",
    ]) func memoryThatGrowsIsCounted(expression: String) throws {
        try expectRefusal(expression, BudgetTests.bytes)
    }

    /// Sixty lists that hold each other twice take few bytes, and would never end as JSON.
    @Test func resultThatHoldsItselfManyTimesIsRefused() throws {
        var text = "[1]"
        for level in 0..<60 { text = "cel.bind(v\(level), \(text), [v\(level), v\(level)])" }
        let expression = try Expression.compile(text)
        let failure = #expect(throws: Failure.self) { try expression.evaluate(BudgetTests.scope) }
        #expect(failure?.message == "the result has more than 400000 parts")
        #expect(failure?.hint == "what stands in it many times is written many times: return it once")
    }

    @Test func placeIsThatOfTheInnermostTermThatGrew() throws {
        try expectRefusal(
            "1 + size(list.map(a, list.map(b, a * b)))", BudgetTests.steps, at: "list.map(b, a * b)")
        try expectRefusal("size(['x', text + text + text])", BudgetTests.bytes, at: "text + text + text")
    }

    @Test func dataLargerThanTheBudgetIsStillHandedOn() throws {
        for text in ["lists", "lists[0]", "default(texts, [])", "list[1] > 0 ? lists : []"] {
            #expect(throws: Never.self, "\(text)") { try Expression.compile(text).evaluate(BudgetTests.scope) }
        }
    }
}
