import FlowCore
import FlowExpression
import Testing

/// What takes long is charged accordingly: a step stands for less than 100 ns, so that a budget of ten million ends
/// within a second whatever is repeated.
@Suite struct CostTests {
    /// A call, and the steps it takes at least: measured in a release build, a step for each 60 ns.
    struct Charge: Sendable, CustomTestStringConvertible {
        let expression: String
        let steps: Int
        var testDescription: String { expression }

        init(_ expression: String, _ steps: Int) {
            self.expression = expression
            self.steps = steps
        }
    }

    @Test(arguments: [
        Charge("'%f'.format([1e308])", 150), Charge("'%.1000f'.format([1e308])", 400), Charge("'%e'.format([1.5])", 60),
        Charge("format('{0}', 1.5)", 18), Charge("string(5e-324)", 80), Charge("string(timestamp(0))", 10),
        Charge("string(duration('1h'))", 70), Charge("double('1.7976931348623157e308')", 12),
        Charge("duration('1h2m3.5s')", 40), Charge("timestamp(0).getHours('Europe/Berlin')", 12),
        Charge("uuid()", 200), Charge("hashFiles('lock/*.lock', '**/*.lock')", 40_000),
        Charge("hash.sha256('')", 50), Charge("hmac.sha256('', '')", 60),
        Charge("'a'.matches('^(a|b)*$')", 12), Charge("regex.replace('aaaa', 'a', 'b')", 30),
        Charge("regex.extractAll('a b c', '[a-z]')", 30), Charge("json('1')", 8), Charge("yaml('1')", 150),
        Charge("csv('a')", 30), Charge("to_json(5e-324)", 8),
    ]) func slowCallsAreChargedByTheirTime(charge: Charge) throws {
        var scope = LanguageCase.scope
        scope.budget.steps = charge.steps
        let failure = #expect(throws: Failure.self) { try Expression.compile(charge.expression).evaluate(scope) }
        #expect(failure?.message == "the expression takes more than \(charge.steps) steps")
        scope.budget.steps = 100_000
        #expect(throws: Never.self) { try Expression.compile(charge.expression).evaluate(scope) }
    }

    @Test func noMoreThanAHundredMistakesAreTold() {
        let text = "[" + (0..<5000).map { "f\($0)()" }.joined(separator: ", ") + "]"
        let errors = #expect(throws: ExpressionErrors.self) { try Expression.compile(text) }
        #expect(errors?.diagnostics.count == 100)
    }
}
