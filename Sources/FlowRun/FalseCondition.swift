import FlowCore
import FlowExpression
package import FlowStore

extension StoredStep {
    /// Whether its own `if` was looked at and is why it was skipped.
    package var isSkippedByCondition: Bool { status == .skipped && note?.hasPrefix(Expression.falseCondition) == true }
}

extension Expression {
    fileprivate static let falseCondition = "its condition is false"

    /// Why a step is skipped whose `if` came out false.
    func falseCondition(in scope: EvaluationScope, _ masker: Masker) -> String {
        because(Expression.falseCondition, scope, masker)
    }

    /// Why an `assert` failed.
    func falseAssertion(in scope: EvaluationScope, _ masker: Masker) -> String {
        because("\(source) is false", scope, masker)
    }

    private func because(_ fact: String, _ scope: EvaluationScope, _ masker: Masker) -> String {
        guard let reasons = explain(scope).reasonsForFalse(masker: masker), reasons != fact else { return fact }
        return "\(fact): \(reasons)"
    }
}
