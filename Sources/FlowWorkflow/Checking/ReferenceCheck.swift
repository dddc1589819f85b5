import FlowCore
import FlowExpression

/// Holds what expressions read against the names there are.
struct ReferenceCheck {
    private(set) var diagnostics = Diagnostics()
    /// Ids inside blocks, with the id of the block.
    let innerSteps: [String: String]

    private static let stepMembers = ["output", "status", "error", "attempts", "items"]

    init(innerSteps: [String: String]) { self.innerSteps = innerSteps }

    /// - Parameters:
    ///   - place: where the expressions stand, for messages: `if`.
    ///   - takesSecrets: whether `secrets` may be used there.
    mutating func check(
        _ expressions: some Sequence<Expression>, in scope: NameScope, place: String, takesSecrets: Bool = false
    ) {
        for expression in expressions {
            for reference in expression.references { check(reference, scope, place, takesSecrets) }
        }
    }

    private mutating func check(
        _ reference: Expression.Reference, _ scope: NameScope, _ place: String, _ takesSecrets: Bool
    ) {
        let root = reference.root
        if scope.variables[root] != nil || root == "event" { return }
        switch root {
        case "secrets":
            guard !takesSecrets else { return }
            diagnostics.error(
                "secret-here", "secrets can't be used in \(place)", at: reference.span,
                hint: "use them in env:, or in a parameter that takes secrets")
        case "steps" where scope.seesSteps:
            checkStep(reference, scope)
        case "inputs", "vars", "env", "run", Matrix.variable:
            guard let names = scope.members[root] else { return reportMisplaced(reference, place) }
            guard let name = reference.members.first, names[name] == nil else { return }
            if root == "vars", let reader = scope.pendingVars.first, scope.pendingVars.contains(name) {
                return reportOrder(of: name, readBy: reader, at: reference.span)
            }
            diagnostics.error(
                "unknown-reference", ReferenceCheck.missing(name, in: root), at: reference.span,
                hint: Suggestion.didYouMean(name, among: names.keys.sorted())
                    ?? (root == "run" || root == Matrix.variable
                        ? "use one of \(names.keys.sorted().joined(separator: ", "))" : "declare it under \(root):"))
        default:
            if Identifier.contexts.contains(root) { return reportMisplaced(reference, place) }
            diagnostics.error(
                "unknown-name", "unknown name \"\(root)\"", at: reference.span,
                hint: ForeignNames.remedy(for: reference)
                    ?? Suggestion.didYouMean(root, among: scope.roots + ["secrets"])
                    ?? "use one of \(scope.roots.joined(separator: ", ")), or quote text")
        }
    }

    mutating func report(_ code: String, _ message: String, at span: SourceSpan, hint: String) {
        diagnostics.error(code, message, at: span, hint: hint)
    }

    private mutating func reportOrder(of name: String, readBy reader: String, at span: SourceSpan) {
        if name == reader {
            diagnostics.error(
                "not-ordered", "the variable \"\(name)\" can't read itself", at: span,
                hint: "give one of them another name")
        } else {
            diagnostics.error(
                "not-ordered", "the variable \"\(name)\" has no value yet when \"\(reader)\" reads it", at: span,
                hint: "vars are computed from top to bottom: write \(name) above \(reader)")
        }
    }

    private static func missing(_ name: String, in root: String) -> String {
        switch root {
        case "inputs": "there is no input \"\(name)\""
        case "vars": "there is no variable \"\(name)\" in vars"
        case "env": "there is no variable \"\(name)\" in env"
        case Matrix.variable: "the matrix has no \"\(name)\""
        default: "\"\(root)\" has no member \"\(name)\""
        }
    }

    private mutating func reportMisplaced(_ reference: Expression.Reference, _ place: String) {
        diagnostics.error(
            "unknown-name", "\"\(reference.root)\" can't be used in \(place)", at: reference.span,
            hint: ForeignNames.remedy(for: reference) ?? "it is not known yet when that is evaluated")
    }

    private mutating func checkStep(_ reference: Expression.Reference, _ scope: NameScope) {
        guard let id = reference.members.first else {
            guard !scope.lists.allSatisfy(\.allowsReadingAll) else { return }
            return diagnostics.error(
                "not-ordered", "it can't be told which steps this reads, so that it could wait for them",
                at: reference.span, hint: "name the step, as in steps.ID.output")
        }
        let loop: Step.Loop?
        switch scope.standing(of: id) {
        case .ended(let found)?: loop = found
        case .obstacle(let message, let hint)?:
            diagnostics.error("not-ordered", message, at: reference.span, hint: hint)
            return
        case nil: return reportStep(id, at: reference.span, scope)
        }
        guard reference.members.count > 1 else { return }
        let member = reference.members[1]
        if !ReferenceCheck.stepMembers.contains(member) {
            diagnostics.error(
                "unknown-reference", "a step has no \"\(member)\"", at: reference.span,
                hint: ForeignNames.remedy(forStepMember: member)
                    ?? Suggestion.didYouMean(member, among: ReferenceCheck.stepMembers)
                    ?? "use one of \(ReferenceCheck.stepMembers.joined(separator: ", "))")
        } else if member == "items", loop == nil {
            diagnostics.error(
                "unknown-reference", "the step \"\(id)\" has no items, for it has no for_each", at: reference.span,
                hint: "use output")
        } else if member == "output", loop?.collect == .nothing {
            diagnostics.error(
                "unknown-reference", "the step \"\(id)\" has no output, for it says collect: none",
                at: reference.span, hint: "leave out collect: none, or read items for how each ended")
        }
    }

    /// A step that can't be seen from here.
    private mutating func reportStep(_ id: String, at span: SourceSpan, _ scope: NameScope) {
        if let block = innerSteps[id] {
            diagnostics.error(
                "inner-step", "the step \"\(id)\" is seen inside \"\(block)\" only", at: span,
                hint: "publish what you need with outputs: of \"\(block)\"")
        } else {
            diagnostics.error(
                "unknown-step", "there is no step \"\(id)\"", at: span,
                hint: hyphenRemedy(id, scope) ?? Suggestion.didYouMean(id, among: scope.stepIDs)
                    ?? "give the step that is meant an id")
        }
    }
    /// For `steps.list-items`, which reads as a difference.
    private func hyphenRemedy(_ id: String, _ scope: NameScope) -> String? {
        scope.stepIDs.filter { $0.hasPrefix("\(id)_") }.min()
            .map { "an id has no hyphen, which is a minus sign here: write steps.\($0)" }
    }
}
