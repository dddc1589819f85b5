import FlowCore
import FlowExpression
import FlowRun

/// What an expression on the command line sees: the members of a JSON object, or what a step of a run saw.
struct ExpressionData {
    enum Origin {
        case variables(ValueMap, scope: EvaluationScope)
        case recorded(RecordedView, RecordedSecrets)
    }

    let origin: Origin

    /// Names an expression can start with.
    var names: [String] {
        switch origin {
        case .variables(let variables, _): variables.names
        case .recorded(let view, _): view.names
        }
    }

    func value(of name: String) -> Value? {
        switch origin {
        case .variables(let variables, _): variables[name]
        case .recorded(let view, _): view.scope.lookup(name)
        }
    }

    var scope: EvaluationScope {
        switch origin {
        case .variables(_, let scope): scope
        case .recorded(let view, _): view.scope
        }
    }

    /// What to say of a result that a secret had a part in; nil where nothing is.
    var remarkOnSecrets: String? {
        guard case .recorded(_, let secrets) = origin else { return nil }
        return secrets.remark
    }

    /// Reads an expression and looks its names up.
    ///
    /// - Throws: an `Exit` of status `usage` with every mistake.
    func compile(_ text: String) throws -> Expression {
        let expression: Expression
        do {
            expression = try Expression.compile(text)
        } catch {
            throw Exit(status: .usage, diagnostics: error.diagnostics)
        }
        let diagnostics = unrecorded(in: expression) + unknown(in: expression)
        guard diagnostics.isEmpty else { throw Exit(status: .usage, diagnostics: diagnostics) }
        return expression
    }

    private func unrecorded(in expression: Expression) -> [Diagnostic] {
        guard case .recorded(let view, _) = origin else { return [] }
        return view.unrecorded(in: expression).map { reference in
            .error(
                "not-recorded", "\"\(reference.path)\" is not recorded with a run", at: reference.span,
                hint: "put a value in its place: credentials and variables of the process are not kept")
        }
    }

    /// More mistakes of one expression tell nobody more.
    private static let mostMistakes = 100

    private func unknown(in expression: Expression) -> [Diagnostic] {
        let known = names
        return expression.references.filter { reference in
            !known.contains(reference.root) && !reference.toleratesAbsence
                && !(isRecorded && reference.root == "secrets")
        }.prefix(ExpressionData.mostMistakes).map { reference in
            .error(
                "unknown-name", "nothing is named \"\(reference.root)\"", at: reference.span,
                hint: Suggestion.didYouMean(reference.root, among: known) ?? listed(known))
        }
    }

    private func listed(_ known: [String]) -> String {
        let list = known.joined(separator: ", ")
        if isRecorded { return "use one of \(list)" }
        return known.isEmpty ? "give variables with --data file.json" : "the data has \(list)"
    }

    private var isRecorded: Bool { if case .recorded = origin { true } else { false } }
}
