import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

/// One entry of `with:`.
struct NodeArgument {
    var name: String
    var nameSpan: SourceSpan
    var valueSpan: SourceSpan
    /// nil where its templates were reported.
    var value: ValueTemplate?

    init(_ entry: SourceNode.Entry, _ value: ValueTemplate?) {
        name = entry.key
        nameSpan = entry.keySpan
        valueSpan = entry.value.shortSpan
        self.value = value
    }
}

/// What may stand under `with:`: the parameters of a node, or the inputs of a workflow.
struct Signature {
    let name: String
    /// For messages: `parameter`, `input`.
    let noun: String
    let parameters: [Parameter]
    let rules: [NodeSpec.Rule]
    /// Where the names that there are can be found.
    let remedy: String

    init(_ spec: NodeSpec) {
        name = spec.name
        noun = "parameter"
        parameters = spec.parameters
        rules = spec.rules
        remedy = "run \"flowctl nodes show \(spec.name)\" for its parameters"
    }

    init(_ path: String, _ inputs: [WorkflowInput]) {
        name = path
        noun = "input"
        parameters = inputs.map(\.parameter)
        rules = []
        let names = parameters.map(\.name).joined(separator: ", ")
        remedy = parameters.isEmpty ? "it declares no inputs" : "its inputs are \(names)"
    }

    func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
}

extension WorkflowReader {
    /// What can be known of arguments before they are evaluated.
    mutating func check(_ arguments: [NodeArgument], of signature: Signature, at span: SourceSpan) {
        for argument in arguments {
            guard let parameter = signature.parameter(argument.name) else {
                let near = Suggestion.nearest(to: argument.name, among: signature.parameters.map(\.name))
                diagnostics.add(
                    .error(
                        "unknown-parameter", "\"\(signature.name)\" has no \(signature.noun) \"\(argument.name)\"",
                        at: argument.nameSpan,
                        hint: near.map { "did you mean \"\($0)\"?" } ?? signature.remedy,
                        edit: near.map { Diagnostic.Edit(span: argument.nameSpan, replacement: $0) }))
                continue
            }
            guard let value = argument.value else { continue }
            if let remedy = parameter.codeRemedy { refuseTemplates(in: value, of: parameter.name, remedy: remedy) }
            for (member, remedy) in parameter.codeMembers {
                refuseTemplates(inMember: member, of: value, as: parameter.name, remedy: remedy)
            }
            if parameter.type == .expressions { checkExpressions(value) }
            if let objection = value.objection(of: parameter) {
                diagnostics.error(
                    "wrong-argument",
                    "\(signature.noun) \"\(parameter.name)\" of \"\(signature.name)\" \(objection)",
                    at: argument.valueSpan, hint: value.hint(for: parameter))
            }
        }
        let given = Set(arguments.map(\.name))
        for parameter in signature.parameters
        where parameter.isRequired && parameter.defaultValue == nil && !given.contains(parameter.name) {
            diagnostics.error(
                "missing-parameter", "\"\(signature.name)\" needs the \(signature.noun) \"\(parameter.name)\"",
                at: span,
                hint: "add \(parameter.name) under with:\(parameter.help.isEmpty ? "" : " (\(parameter.help))")")
        }
        checkRules(of: signature, arguments, at: span)
    }

    /// A computed argument may turn out to be absent, so a rule is broken only where it is so either way.
    private mutating func checkRules(of signature: Signature, _ arguments: [NodeArgument], at span: SourceSpan) {
        let possible = Set(arguments.filter { !($0.value?.isLiteralNull ?? false) }.map(\.name))
        let certain = Set(arguments.filter { $0.value?.isCertain ?? false }.map(\.name))
        for rule in signature.rules {
            guard let objection = rule.objection(given: possible.contains),
                rule.objection(given: certain.contains) != nil
            else { continue }
            diagnostics.error("broken-rule", "\"\(signature.name)\": \(objection)", at: span)
        }
    }

    /// `${{ }}` has no place in code: what it gives could be read as code.
    mutating func refuseTemplates(in value: ValueTemplate, of name: String, remedy: String) {
        for expression in value.expressions {
            diagnostics.error(
                "no-splicing", "\"\(name)\" is code, so ${{ }} can't be used in it", at: expression.span, hint: remedy)
        }
    }

    /// The same for a member of the maps in a list. What computes the list or a map whole computes the code, too.
    private mutating func refuseTemplates(
        inMember member: String, of value: ValueTemplate, as name: String, remedy: String
    ) {
        switch value.content {
        case .literal: break
        case .template: refuseTemplates(in: value, of: name, remedy: remedy)
        case .list(let items):
            for (index, item) in items.enumerated() {
                refuseTemplates(inMember: member, of: item, as: "\(name)[\(index)]", remedy: remedy)
            }
        case .map(let members):
            for found in members where found.key == member {
                refuseTemplates(in: found.value, of: "\(name).\(member)", remedy: remedy)
            }
        }
    }

    /// Named expressions that the node evaluates itself: their syntax is checked here.
    private mutating func checkExpressions(_ value: ValueTemplate) {
        guard case .map(let members) = value.content else {
            if case .literal(.map(let map)) = value.content {
                for text in map.values.compactMap(\.stringValue) { checkExpression(text, at: value.span) }
            }
            return
        }
        for member in members {
            if case .literal(.string(let text)) = member.value.content { checkExpression(text, at: member.value.span) }
        }
    }

    private mutating func checkExpression(_ text: String, at span: SourceSpan) {
        do throws(ExpressionErrors) {
            let expression = try Expression.compile(text, in: SourceNode(.scalar(.string(text)), span: span))
            _ = expression.type([:], &diagnostics)
        } catch {
            diagnostics.add(contentsOf: error.diagnostics)
        }
    }
}

extension ValueTemplate {
    var isLiteral: Bool { expressions.isEmpty }

    var isLiteralNull: Bool {
        if case .literal(let value) = content { return value.isNull }
        return false
    }

    /// What the parameter is for; of a closed set, the one that is near.
    fileprivate func hint(for parameter: Parameter) -> String? {
        guard !parameter.choices.isEmpty else { return parameter.help.isEmpty ? nil : parameter.help }
        guard case .literal(let value) = content, let text = value.stringValue else { return nil }
        return Suggestion.didYouMean(text, among: parameter.choices.compactMap(\.stringValue))
    }

    /// Whether it gives something, whatever its expressions give.
    fileprivate var isCertain: Bool {
        switch content {
        case .literal(let value): !value.isNull
        case .template(let template): template.parts.count > 1
        case .list, .map: true
        }
    }

    /// Why this can't be the argument of `parameter`, as far as it is not computed.
    func objection(of parameter: Parameter) -> String? {
        if case .template(let template) = content {
            guard template.parts.count > 1 else { return nil }
            // Several parts always make text; what it says is not known.
            var plain = parameter
            plain.choices = []
            plain.pattern = nil
            switch parameter.type {
            case .timestamp, .duration: return nil
            default:
                guard plain.objection(to: "text") != nil else { return nil }
                return "must be of type \(parameter.type.name), but ${{ }} with text around it makes a string"
            }
        }
        return parameter.objection(to: knownValue)
    }

    /// The value with null, which fits everywhere, where it is computed.
    private var knownValue: Value {
        switch content {
        case .literal(let value): value
        case .template: .null
        case .list(let items): .list(items.map(\.knownValue))
        case .map(let members): .map(ValueMap(members.map { ($0.key, $0.value.knownValue) }))
        }
    }
}
