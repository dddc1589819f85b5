import FlowCore
import FlowExpression
import FlowSpec

extension WorkflowCheck {
    /// - Returns: the type of the node's output.
    mutating func check(
        _ arguments: [(name: String, value: ValueTemplate)], of node: String, in scope: NameScope
    ) -> StaticType {
        let spec = catalog.known(node)
        check(arguments, of: node, spec.map(Signature.init), in: scope)
        var written = WrittenArguments()
        for (name, value) in arguments { written[name] = value.argument }
        return catalog.outputType(of: node, written)
    }

    /// - Parameter signature: nil where nothing is known of the node; that is reported already.
    mutating func check(
        _ arguments: [(name: String, value: ValueTemplate)], of owner: String, _ signature: Signature?,
        in scope: NameScope
    ) {
        let noun = signature?.noun ?? "parameter"
        for (name, value) in arguments {
            let parameter = signature?.parameter(name)
            references.check(
                value.expressions, in: scope, place: "the \(noun) \"\(name)\" of \(owner)",
                takesSecrets: signature == nil || parameter?.takesSecrets ?? false)
            guard let parameter, parameter.codeRemedy == nil else { continue }
            check(
                value, fits: parameter.type, of: parameter, in: scope,
                as: "\(noun) \"\(parameter.name)\" of \"\(owner)\"")
        }
    }

    /// Holds what expressions give against the parameter; what is written out was checked when it was read.
    private mutating func check(
        _ value: ValueTemplate, fits type: ParameterType, of parameter: Parameter, in scope: NameScope, as name: String
    ) {
        if case .list(let items) = value.content, case .list(let itemType) = type {
            for item in items { check(item, fits: itemType, of: parameter, in: scope, as: "an item of \(name)") }
            return
        }
        let found = value.type(scope.types(for:), &types)
        guard
            require(
                found, fits: type.accepted, value, saying: "\(name) must be of type \(type.name)",
                hint: parameter.help.isEmpty ? "give it one" : parameter.help)
        else { return }
        let choices = parameter.choices.compactMap(\.stringValue)
        guard value.isOneExpression, !choices.isEmpty, let texts = found.texts,
            !texts.contains(where: choices.contains)
        else { return }
        types.error(
            "wrong-argument", "\(name) must be one of \(choices.joined(separator: ", "))", at: value.span,
            hint: "\(value.written) is \(texts.joined(separator: " or "))")
    }

    /// Reports a computed value that can't be what is needed; null fits everywhere.
    ///
    /// - Parameter hint: where no conversion is known.
    /// - Returns: whether it can.
    @discardableResult
    mutating func require(
        _ type: StaticType, fits needed: StaticType, _ value: ValueTemplate, saying message: String, hint: String
    ) -> Bool {
        guard value.isOneExpression, let expression = value.expressions.first else { return true }
        guard let known = type.without([.null, .absent]), !needed.overlaps(known), !known.may(be: .stream) else {
            return true
        }
        types.error(
            "wrong-argument", "\(message), found \(known.withArticle)", at: expression.span,
            // Turned into text, it would be no time either.
            hint: needed.may(beOneOf: [.timestamp, .duration])
                ? hint : TypeHint.conversion(from: known, to: needed, expression.source) ?? hint)
        return false
    }
}

extension ValueTemplate {
    /// The expression as it was written, for hints.
    var written: String { expressions.first?.source ?? "x" }

    fileprivate var isOneExpression: Bool {
        if case .template(let template) = content { return template.parts.count == 1 && !template.isLiteral }
        return false
    }

    fileprivate var argument: WrittenArguments.Argument {
        guard isLiteral, let value = try? evaluate(EvaluationScope(ValueMap())) else { return .computed }
        return value.isNull ? .missing : .written(value)
    }
}
