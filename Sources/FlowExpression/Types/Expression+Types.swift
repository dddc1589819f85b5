package import FlowCore

extension Expression {
    /// The type of what it gives, as far as it can be told.
    ///
    /// - Parameters:
    ///   - names: the types of the names it sees; those left out may be anything.
    ///   - diagnostics: gets every term that can't work, or always gives the same.
    package func type(_ names: [String: StaticType], _ diagnostics: inout Diagnostics) -> StaticType {
        var check = TypeCheck(text: source, names: names)
        let type = check.type(of: syntax)
        diagnostics.add(contentsOf: check.findings.map { place.diagnostic($0.fault) })
        return type
    }

    /// What it always gives, where that depends on nothing outside.
    package var constant: Value? {
        guard references.isEmpty, functions.isDisjoint(with: Expression.functionsOfTheRun) else { return nil }
        var scope = EvaluationScope(ValueMap())
        scope.budget.steps = 10_000
        return try? evaluate(scope)
    }

    private static let functionsOfTheRun = Set(FunctionLibrary.run.map(\.name))
}

extension Template {
    /// - Parameters:
    ///   - names: the types of the names that an expression sees.
    ///   - diagnostics: gets every term that can't work, or always gives the same.
    package func type(
        _ names: (Expression) -> [String: StaticType], _ diagnostics: inout Diagnostics
    ) -> StaticType {
        if parts.count == 1, let expression = expressions.first {
            return expression.type(names(expression), &diagnostics)
        }
        for expression in expressions {
            let type = expression.type(names(expression), &diagnostics)
            // Everything else has a text.
            if type.without([.absent, .stream]) == nil {
                diagnostics.error(
                    "expression-type", "the value is always \(type.name) and can't stand inside text",
                    at: expression.span, hint: "use default(\(expression.source), \"\")")
            }
        }
        return .string
    }
}

extension ValueTemplate {
    /// - Parameters: as for ``Template/type(_:_:)``.
    package func type(
        _ names: (Expression) -> [String: StaticType], _ diagnostics: inout Diagnostics
    ) -> StaticType {
        switch content {
        case .literal(let value): return StaticType(of: value)
        case .template(let template): return template.type(names, &diagnostics)
        case .list(let items):
            // Items that are absent are left out.
            let types = items.compactMap { $0.type(names, &diagnostics).without([.absent]) }
            return .list(of: StaticType.union(of: types) ?? .dynamic)
        case .map(let members): return .record(members.map { ($0.key, $0.value.type(names, &diagnostics)) })
        }
    }
}
