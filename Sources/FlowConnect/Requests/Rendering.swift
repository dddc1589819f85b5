import FlowCore
import FlowExpression
import FlowSpec

/// What the templates of one use of an operation see, and how they are evaluated.
struct Rendering: Sendable {
    /// `params`, `credential`, `steps`; with a response `status`, `headers`, `body`.
    var variables: ValueMap
    /// For `--dry-run`: secrets become `***`, and what can't be known yet stays in view as `‹expression›`.
    var isPreview: Bool
    /// What `now()` gives.
    var now: @Sendable () -> Timestamp

    func with(_ name: String, _ value: Value) -> Rendering {
        var copy = self
        copy.variables[name] = value
        return copy
    }

    /// With what an expression may read of a response.
    func with(_ response: DecodedResponse) -> Rendering {
        with("status", .int(Int64(response.status))).with("headers", .map(response.headers))
            .with("body", response.body)
    }

    /// The same with a result that was kept: `{status, headers, body}`.
    func with(result: Value) -> Rendering {
        with("status", result["status"] ?? .null).with("headers", result["headers"] ?? .null)
            .with("body", result["body"] ?? .null)
    }

    /// What expressions read, in order, without what they read of a response.
    func values(readBy expressions: [Expression]) -> [Value] {
        expressions.flatMap(\.references).filter { !["status", "headers", "body"].contains($0.root) }.map {
            let root = variables[$0.root] ?? .absent
            return $0.members.first.map { root[$0] ?? .absent } ?? root
        }
    }

    private var scope: EvaluationScope {
        let variables = variables
        return EvaluationScope(now: now) { variables[$0] }
    }

    /// What an expression gives; of an optional what it holds, and of an empty one nothing, as if it were left out.
    func value(_ expression: Expression) throws(Failure) -> Value {
        guard isPreview else { return try expression.evaluate(scope).unwrapped }
        guard let value = try? expression.evaluate(scope) else { return .string("‹\(expression.source)›") }
        return Rendering.masked(value.unwrapped)
    }

    /// Whether a condition holds. What is left out, as by an empty optional, does not.
    ///
    /// - Parameter unknown: what counts in a preview, where it can't be told yet.
    /// - Throws: a failure of kind `invalid` where the condition is neither true nor false, which would be taken for
    ///   one of them by chance.
    func holds(_ condition: Expression, unknown: Bool = false) throws(Failure) -> Bool {
        let value = try value(condition)
        if let holds = value.boolValue { return holds }
        if isPreview { return unknown }
        if value.isAbsent { return false }
        throw Failure(.invalid, "it is \(value.shortText), not true or false", position: condition.span)
    }

    func value(_ template: Template) throws(Failure) -> Value {
        guard isPreview else { return try template.evaluate(scope).unwrapped }
        if let value = try? template.evaluate(scope) { return Rendering.masked(value.unwrapped) }
        if template.parts.count == 1, case .expression(let expression) = template.parts[0] {
            return try value(expression)
        }
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression): text += WireText.of(try value(expression))
            }
        }
        return .string(text)
    }

    /// Members and items that are left out aren't there; the members of a map under the name `*` stand beside the others.
    func value(_ template: ValueTemplate) throws(Failure) -> Value {
        switch template.content {
        case .literal(let literal): return literal
        case .template(let template): return try value(template)
        case .list(let items):
            var values: [Value] = []
            for item in items {
                let rendered = try value(item)
                if !rendered.isLeftOut { values.append(rendered) }
            }
            return .list(values)
        case .map(let members):
            var map = ValueMap()
            for (key, member) in members {
                let rendered = try value(member)
                if rendered.isLeftOut { continue }
                guard key == ValueTemplate.spread else {
                    map[key] = rendered
                    continue
                }
                for (name, member) in try further(rendered, member) { map[name] = member }
            }
            return .map(map)
        }
    }

    /// The members that stand beside others.
    private func further(_ value: Value, _ template: ValueTemplate) throws(Failure) -> [(String, Value)] {
        // By name, so that those of a secret are secret too.
        if let names = value.mapValue?.names { return names.map { ($0, value[$0] ?? .null) } }
        if value.isNull { return [] }
        if isPreview { return [(ValueTemplate.spread, value)] }
        throw Failure(
            .invalid,
            "\"\(ValueTemplate.spread)\" must be a map, whose members stand beside the others, not "
                + value.shortText, position: template.span)
    }

    /// The text of a template; nil where it gives nothing.
    func text(_ template: Template) throws(Failure) -> String? {
        let value = try value(template)
        return value.isAbsent || value.isNull ? nil : WireText.of(value)
    }

    static func masked(_ value: Value) -> Value {
        switch value {
        case .secret: .string(Masker.replacement)
        case .list(let items): .list(items.map(masked))
        case .map(let map): .map(map.mapValues(masked))
        default: value
        }
    }
}

extension Value {
    /// Whether it stands for nothing: what was left out, or an optional without a value.
    var isLeftOut: Bool {
        if case .optional(nil) = self { true } else { isAbsent }
    }
}

extension ValueTemplate {
    /// The name under which a map gives its members, not itself.
    static let spread = "*"
}
