import FlowCore
import FlowExpression

/// Checks that the `outputs:` of a step allow for results that may not be there: its own after `on_error`, those of
/// `on_error` after success, and those of steps that stand in some cases of a `switch` only.
struct AbsenceCheck {
    private(set) var diagnostics = Diagnostics()

    mutating func check(_ step: Step) {
        let handlers = Set((step.onError ?? []).map(\.id))
        let own = step.onError == nil ? AbsenceCheck.stepsOfSomeCases(step) : Set(step.children.map(\.id) + [step.id])
        guard step.onError != nil || !own.isEmpty else { return }
        func isOwn(_ reference: Expression.Reference) -> Bool {
            switch reference.root {
            case "output": step.onError != nil && step.children.isEmpty
            case "steps": reference.members.first.map(own.contains) ?? false
            default: false
            }
        }
        for expression in (step.outputs ?? []).flatMap(\.value.expressions) {
            let references = expression.references
            // In default(output, steps.other.output) the second is read only where the first is missing.
            let hasFallback = references.contains { $0.toleratesAbsence && isOwn($0) }
            for reference in references where !reference.toleratesAbsence {
                if isOwn(reference) {
                    report(reference)
                } else if reference.root == "steps", !hasFallback, let id = reference.members.first,
                    handlers.contains(id)
                {
                    report(reference)
                }
            }
        }
    }

    private mutating func report(_ reference: Expression.Reference) {
        let path = ([reference.root] + reference.members).joined(separator: ".")
        let message =
            reference.root == "output"
            ? "there is no output after on_error" : "the step \"\(reference.members[0])\" may not have run"
        diagnostics.error("may-be-absent", message, at: reference.span, hint: "write default(\(path), …)")
    }

    private static func stepsOfSomeCases(_ step: Step) -> Set<String> {
        guard case .switch(let choice) = step.kind else { return [] }
        let cases = choice.branches.map { Set($0.steps.map(\.id)) }
        return Set(step.children.map(\.id).filter { id in !cases.allSatisfy { $0.contains(id) } })
    }
}
