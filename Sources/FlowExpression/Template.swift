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
    package static func compile(_ node: SourceNode) throws(ExpressionErrors) -> Template {
        let text = node.string ?? node.scalar.flatMap { try? $0.formatted() } ?? ""
        var parser = TemplateParser(text)
        parser.parse()
        let place = Placement(text: text, node: node, offset: 0)
        var diagnostics = parser.faults.map(place.diagnostic)
        var parts: [Part] = []
        for piece in parser.pieces {
            switch piece {
            case .text(let text): parts.append(.text(text))
            case .expression(let source, let offset):
                do {
                    parts.append(.expression(try Expression.compile(source, in: node, at: offset)))
                } catch {
                    diagnostics += error.diagnostics
                }
            }
        }
        guard diagnostics.isEmpty else { throw ExpressionErrors(diagnostics: diagnostics) }
        return Template(parts: parts, span: node.span)
    }

    package var isLiteral: Bool {
        parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    package var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// - Throws: a `Failure` of kind `invalid` with the span of the term that failed, or of the expression whose value
    ///   has no text.
    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value {
        if parts.count == 1, case .expression(let expression) = parts[0] { return try expression.evaluate(scope) }
        var text = ""
        var isSecret = false
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression):
                let value = try expression.evaluate(scope)
                isSecret = isSecret || value.containsSecret
                do {
                    text += try value.formatted()
                } catch {
                    var failure = error
                    failure.position = expression.span
                    throw failure
                }
            }
        }
        return isSecret ? .secret(.string(text)) : .string(text)
    }
}

extension Value {
    /// The value inside other text: strings, timestamps, durations and types as they read, bytes as base64, everything
    /// else as JSON. Secrets are written as they are.
    ///
    /// - Throws: a `Failure` where there is no text: `absent`, or a stream.
    package func formatted() throws(Failure) -> String {
        switch self {
        case .string(let text): text
        case .secret(let inner): try inner.formatted()
        case .timestamp(let time): time.rfc3339
        case .duration(let duration): duration.celText
        case .bytes(let bytes): Base64.encode(bytes)
        case .type(let type): type.rawValue
        case .optional(let inner?): try inner.formatted()
        case .absent, .optional(nil):
            throw Failure(
                .invalid, "the value is absent and can't stand inside text", hint: "use default(…, \"\")")
        case .stream:
            throw Failure(.invalid, "a stream can't stand inside text", hint: "read it with for_each")
        default: JSON.text(self)
        }
    }
}
