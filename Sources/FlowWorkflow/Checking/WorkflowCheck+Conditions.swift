import FlowCore
import FlowExpression

extension WorkflowCheck {
    /// A condition must be able to be true or false, and must not always be the same.
    mutating func check(condition: Expression, in scope: NameScope, place: String) {
        references.check([condition], in: scope, place: place)
        let before = types.all.count
        let type = condition.type(scope.types(for: condition), &types)
        guard types.all.count == before else { return }
        guard type.may(be: .bool) else {
            types.error(
                "not-a-condition", "\"\(place)\" must be true or false, found \(type.withArticle)",
                at: condition.span, hint: TypeHint.condition(from: type, condition.source))
            return
        }
        guard let isTrue = condition.constant?.boolValue else { return }
        // People switch a step off by writing false; anything longer was meant to depend on something.
        let isLiteral = ["true", "false"].contains(condition.source)
        // An assertion that is false is how a step fails on purpose.
        if place == "assert", condition.source == "false" { return }
        let isRepetition = Step.Repetition.Kind(rawValue: place) != nil
        let remedy = "let it depend on \(isRepetition ? "last or index" : "inputs, steps or event")"
        let hasQuotes = condition.source.contains { $0 == "'" || $0 == "\"" }
        types.add(
            Diagnostic(
                isLiteral ? .warning : .error, "constant-condition", "\"\(place)\" is always \(isTrue)",
                at: condition.span,
                hint: isLiteral
                    ? "remove it, or \(remedy)" : hasQuotes ? "\(remedy); what is in quotes is only text" : remedy))
    }
}
