import FlowCore
import FlowExpression

/// Evaluates expressions of the command line and shows what they give.
struct ExpressionBench {
    let data: ExpressionData
    let console: Console

    /// - Throws: an `Exit` of status `usage` where the expression is wrong, a `Failure` where it has no value.
    func show(_ text: String) throws {
        let expression = try data.compile(text)
        let scope = data.scope
        let value: Value
        do {
            value = try expression.evaluate(scope)
        } catch {
            // Explaining takes many times as long as evaluating: only where there may be something to say.
            if data.remarkOnSecrets != nil { remark(ifNeeded: expression.explain(scope).root.holdsSecret) }
            throw error
        }
        console.show(json: value) {
            let shown = console.masker.mask(value)
            let text = shown.stringValue ?? JSON.text(shown, pretty: console.outputScreen.isTerminal)
            console.show(StyledText(text))
        }
        remark(ifNeeded: value.containsSecret)
    }

    /// Shows every term with its value; an expression that fails is shown as well, and then throws.
    func explain(_ text: String) throws {
        let expression = try data.compile(text)
        let explanation = expression.explain(data.scope)
        console.show(json: explanation.asValue) {
            ExplanationSheet(explanation, masker: console.masker).show(on: console)
        }
        remark(ifNeeded: explanation.root.holdsSecret)
        guard let failure = explanation.failure else { return }
        // Tools have it in the one document.
        guard console.format == .text else { throw Exit.status(.failure) }
        throw failure
    }

    private func remark(ifNeeded isNeeded: Bool) {
        guard isNeeded, let remark = data.remarkOnSecrets else { return }
        console.note("\("note:", .cyan) \(remark)")
    }
}
