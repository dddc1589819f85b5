package import FlowCore

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

    package init(_ content: Content, span: SourceSpan) {
        self.content = content
        self.span = span
    }

    /// Compiles every string in `node` that holds `${{`; mistakes go to `diagnostics`, and nil is returned then.
    package static func compile(_ node: SourceNode, diagnostics: inout Diagnostics) -> ValueTemplate? {
        switch node.content {
        case .scalar(let value):
            guard let text = value.stringValue, TemplateParser.holdsExpression(text) else {
                return ValueTemplate(.literal(value), span: node.span)
            }
            do {
                return ValueTemplate(.template(try Template.compile(node)), span: node.span)
            } catch {
                diagnostics.add(contentsOf: error.diagnostics)
                return nil
            }
        case .list(let items):
            // All are compiled before any is judged, so that every mistake is told.
            let compiled = items.map { compile($0, diagnostics: &diagnostics) }
            let whole = compiled.compactMap { $0 }
            return whole.count == compiled.count ? ValueTemplate(.list(whole), span: node.span) : nil
        case .map(let entries):
            var members: [(key: String, value: ValueTemplate)] = []
            for entry in entries {
                guard let value = compile(entry.value, diagnostics: &diagnostics) else { continue }
                members.append((entry.key, value))
            }
            return members.count == entries.count ? ValueTemplate(.map(members), span: node.span) : nil
        }
    }

    /// Every expression inside, in order.
    package var expressions: [Expression] {
        switch content {
        case .literal: []
        case .template(let template): template.expressions
        case .list(let items): items.flatMap(\.expressions)
        case .map(let members): members.flatMap(\.value.expressions)
        }
    }

    /// The expression that stands here alone; nil where there is more.
    package var onlyExpression: Expression? {
        guard case .template(let template) = content, template.parts.count == 1 else { return nil }
        return template.expressions.first
    }

    /// Looks at what an expression gave, and at the keys that lead there; `[]` is an item of a list.
    package typealias Inspection = (Value, _ keys: [String]) -> Failure?

    /// Members and items that evaluate to `absent` are left out.
    ///
    /// - Parameters:
    ///   - keys: those that lead here.
    ///   - inspect: gives a failure for what may not stand here.
    package func evaluate(
        _ scope: EvaluationScope, below keys: [String] = [], inspect: Inspection? = nil
    ) throws(Failure) -> Value {
        try evaluate(below: keys, inspect: inspect) { template throws(Failure) in try template.evaluate(scope) }
    }

    /// The same where something else than a scope says what expressions give.
    package func evaluate(
        below keys: [String] = [], inspect: Inspection? = nil, _ give: (Template) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        switch content {
        case .literal(let value): return value
        case .template(let template):
            let value = try give(template)
            if var failure = inspect?(value, keys) {
                failure.position = template.span
                throw failure
            }
            return value
        case .list(let items):
            var values: [Value] = []
            let keys = inspect == nil ? [] : keys + ["[]"]
            for item in items {
                let value = try item.evaluate(below: keys, inspect: inspect, give)
                if !value.isAbsent { values.append(value) }
            }
            return .list(values)
        case .map(let members):
            var map = ValueMap(minimumCapacity: members.count)
            for (key, member) in members {
                let value = try member.evaluate(below: inspect == nil ? [] : keys + [key], inspect: inspect, give)
                if !value.isAbsent { map[key] = value }
            }
            return .map(map)
        }
    }
}
