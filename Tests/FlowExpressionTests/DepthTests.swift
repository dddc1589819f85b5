import FlowCore
import FlowExpression
import Testing

/// Depth is refused before it costs stack: while reading, in the tree, and when the tree is let go.
@Suite(.serialized) struct DepthTests {
    @Test(arguments: [
        String(repeating: "(", count: 40_000) + "1",
        String(repeating: "[", count: 40_000),
        String(repeating: "{1:", count: 30_000),
        String(repeating: "!", count: 90_000) + "true",
        String(repeating: "-", count: 90_000) + "x",
        "1" + String(repeating: "+1", count: 45_000),
        "a" + String(repeating: ".b", count: 45_000),
        "a" + String(repeating: "[0]", count: 30_000),
        "a" + String(repeating: ".size()", count: 10_000),
        String(repeating: "a ? b : ", count: 10_000) + "c",
        String(repeating: "size(", count: 18_000),
        String(repeating: "[1].map(x, ", count: 9000),
        String(repeating: "has(", count: 20_000),
    ]) func deepTextIsRefusedWithItsPlace(text: String) throws {
        let errors = #expect(throws: ExpressionErrors.self) { try Expression.compile(text) }
        #expect(errors?.diagnostics.map(\.id) == ["expression-depth"])
        #expect(errors?.diagnostics.first?.message == "the expression is nested too deeply")
        #expect(
            errors?.diagnostics.first?.hint
                == "split it over several steps, or name a part with cel.bind(name, value, …)")
    }

    @Test func longTextIsRefused() throws {
        let errors = #expect(throws: ExpressionErrors.self) {
            try Expression.compile("1" + String(repeating: "+1", count: 60_000))
        }
        #expect(errors?.diagnostics.first?.message == "the expression is longer than 100000 bytes")
    }

    @Test func longChainsOfConditionsAreNotDeep() throws {
        let text = Array(repeating: "true", count: 10_000).joined(separator: " && ")
        #expect(try Expression.compile(text).evaluate(EvaluationScope(ValueMap())) == true)
    }

    /// As deep as the grammar allows, with the macro whose evaluation takes the most stack.
    @Test func deepestMacrosAreEvaluated() async throws {
        let depth = 120
        let text =
            String(repeating: "[1].map(x, ", count: depth) + "x" + String(repeating: ")[0]", count: depth)
        let task = Task { try Expression.compile(text).evaluate(EvaluationScope(ValueMap())) }
        #expect(try await task.value == 1)
    }
}
