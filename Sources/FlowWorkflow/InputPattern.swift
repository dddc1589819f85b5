import FlowCore
import FlowExpression

/// The `pattern` of an input: a regular expression of CEL that the whole text must match.
struct InputPattern {
    private let text: String

    init(_ pattern: String) { text = "^(?:\(pattern))$" }

    /// What is wrong with the pattern; nil where nothing is.
    var fault: String? {
        do throws(Failure) {
            _ = try evaluate("")
            return nil
        } catch {
            return error.message
        }
    }

    func matches(_ value: String) -> Bool { (try? evaluate(value)) == true }

    private func evaluate(_ value: String) throws(Failure) -> Bool {
        let expression: Expression
        do throws(ExpressionErrors) {
            expression = try Expression.compile("text.matches(pattern)")
        } catch {
            throw Failure(.internal, error.diagnostics.first?.message ?? "no regular expressions")
        }
        let scope = EvaluationScope(ValueMap([("text", .string(value)), ("pattern", .string(text))]))
        return try expression.evaluate(scope).boolValue ?? false
    }
}
