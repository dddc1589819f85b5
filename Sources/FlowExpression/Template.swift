package import FlowCore

/// Text with `${{ }}` in it. Exactly one expression and nothing else keeps the expression's type; otherwise the parts
/// are joined as text.
package struct Template: Sendable {
    package enum Part: Sendable {
        case text(String)
        case expression(Expression)
    }

    package let parts: [Part]
    package let span: SourceSpan

    /// - Throws: `ExpressionErrors` with every mistake of every part.
    package static func compile(_ node: SourceNode) throws(ExpressionErrors) -> Template { fatalError("placeholder") }

    package var isLiteral: Bool {
        parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    package var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value { fatalError("placeholder") }
}

/// A tree of values with templates at its leaves: what stands under `with:`, `outputs:`, `json:`.
package struct ValueTemplate: Sendable {
    package indirect enum Content: Sendable {
        case literal(Value)
        case template(Template)
        case list([ValueTemplate])
        /// Keys are taken as they are; only values hold templates.
        case map([(key: String, value: ValueTemplate)])
    }

    package let content: Content
    package let span: SourceSpan

    /// Compiles every string in `node` that holds `${{`; mistakes go to `diagnostics`, and nil is returned then.
    package static func compile(_ node: SourceNode, diagnostics: inout Diagnostics) -> ValueTemplate? {
        fatalError("placeholder")
    }

    /// Every expression inside, in order.
    package var expressions: [Expression] { fatalError("placeholder") }

    /// Members and items that evaluate to `absent` are left out.
    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value { fatalError("placeholder") }
}
