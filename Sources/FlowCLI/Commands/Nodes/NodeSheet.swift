import FlowConnect
import FlowCore
import FlowSpec

/// Everything about a node on one page, made from its description.
struct NodeSheet {
    private let spec: NodeSpec
    private let errors: [KnownError]

    init(_ node: any Node) {
        spec = node.spec
        errors = (node as? ConnectorNode)?.knownErrors ?? []
    }

    func lines(width: Int) -> [StyledText] {
        var lines: [StyledText] = ["\(spec.name, .bold)  \(spec.effect.rawValue, .dim)", StyledText(spec.summary)]
        if !spec.details.isEmpty {
            lines.append("")
            lines += Paragraph.wrap(spec.details, width: width).split(separator: "\n").map { StyledText(String($0)) }
        }
        lines += section("Parameters", spec.parameters.flatMap { parameterLines($0, width) })
        lines += section("Rules", spec.rules.map { "  \($0.sentence)." })
        lines += section("Output", spec.output.isEmpty ? [] : ["  \(spec.output)"])
        lines += section("Credential", credentialLines)
        lines += section("Idempotency key", keyLines)
        lines += section("Errors", errorLines(width))
        lines += section("Example", exampleLines)
        lines += section("More", moreLines)
        return lines
    }

    private func section(_ title: String, _ lines: [StyledText]) -> [StyledText] {
        lines.isEmpty ? [] : ["", StyledText(title, .bold)] + lines
    }

    private func parameterLines(_ parameter: Parameter, _ width: Int) -> [StyledText] {
        let head: StyledText = "  \(parameter.name, .cyan)  \(parameter.type.name, .dim)"
        let required: StyledText = parameter.isRequired ? "\(", required", .yellow)" : ""
        return [head + required]
            + Paragraph.wrap(parameter.sentences, width: width, indent: "      ").split(separator: "\n").map {
                StyledText(String($0))
            }
    }

    private var credentialLines: [StyledText] {
        guard !spec.credentialTypes.isEmpty else { return [] }
        let need = spec.needsCredential ? "needed" : "optional"
        let types = spec.credentialTypes.joined(separator: ", ")
        let names = spec.usualCredentials.map { "\"\($0)\"" }.joined(separator: ", else ")
        return ["  \(need); of type \(types). Left out, the one named \(names)."]
    }

    private var keyLines: [StyledText] {
        guard let lifetime = spec.givenKeyLifetime?.humanText else { return [] }
        return spec.keyLifetime == nil
            ? ["  Sent where the step gives idempotency_key; it counts for \(lifetime)."]
            : ["  Made of run, step and item unless the step gives idempotency_key; it counts for \(lifetime)."]
    }

    /// Those with something to do about them; of the others the names.
    private func errorLines(_ width: Int) -> [StyledText] {
        var lines: [StyledText] = []
        for error in errors {
            guard let hint = error.hint else { continue }
            let kind = error.kind.map { "  \($0.rawValue)" } ?? ""
            lines.append("  \(error.code, .cyan)\(kind, .dim)")
            lines += Paragraph.wrap(hint, width: width, indent: "      ").split(separator: "\n").map {
                StyledText(String($0))
            }
        }
        let others = errors.filter { $0.hint == nil }.map(\.code)
        if !others.isEmpty {
            let text = (lines.isEmpty ? "Known: " : "Also known: ") + others.joined(separator: ", ")
            lines += Paragraph.wrap(text, width: width, indent: "  ").split(separator: "\n").map {
                StyledText(String($0))
            }
        }
        return lines
    }

    /// The step as it would stand in a workflow.
    private var exampleLines: [StyledText] {
        guard let example = spec.example else { return [] }
        var lines: [StyledText] = ["  - uses: \(spec.name)"]
        if !example.params.isEmpty {
            lines.append("    with:")
            for (key, value) in example.params { lines.append("      \(key.text): \(FlowText.scalar(value))") }
        }
        return lines
    }

    private var moreLines: [StyledText] {
        var lines: [StyledText] = []
        if let page = spec.documentation { lines.append("  \(page)") }
        if case .connectorFile(let path) = spec.source { lines.append("  from \(path)") }
        return lines
    }
}

extension NodeSheet {
    /// The description as JSON, for tools.
    var asValue: Value {
        [
            "name": .string(spec.name), "summary": .string(spec.summary), "details": .string(spec.details),
            "effect": .string(spec.effect.rawValue), "parameters": .list(spec.parameters.map(\.asValue)),
            "rules": .list(spec.rules.map { .string($0.sentence) }), "output": .string(spec.output),
            "credential_types": .list(spec.credentialTypes.map(Value.string)),
            "needs_credential": .bool(spec.needsCredential),
            "idempotency_key": .bool(spec.givenKeyLifetime != nil),
            "errors": .list(
                errors.map { error in
                    [
                        "code": .string(error.code), "kind": error.kind.map { .string($0.rawValue) } ?? .null,
                        "hint": error.hint.map(Value.string) ?? .null,
                    ]
                }),
            "example": spec.example.map { .map($0.params) } ?? .null,
            "documentation": spec.documentation.map(Value.string) ?? .null,
        ]
    }
}

extension NodeSpec.Rule {
    var sentence: String {
        let list = names.joined(separator: ", ")
        switch self {
        case .any: return "give at least one of \(list)"
        case .one: return "give exactly one of \(list)"
        case .together: return "give all of \(list) or none"
        case .single: return "give only one of \(list)"
        }
    }
}

extension Parameter {
    /// The help with what else is known of the argument.
    var sentences: String {
        var parts = help.isEmpty ? [] : [help]
        if !choices.isEmpty { parts.append("One of \(choices.map { FlowText.scalar($0) }.joined(separator: ", ")).") }
        if let minimum { parts.append("At least \(FlowText.number(minimum)).") }
        if let maximum { parts.append("At most \(FlowText.number(maximum)).") }
        if let defaultValue { parts.append("Default: \(FlowText.scalar(defaultValue)).") }
        if let example {
            let text = FlowText.scalar(example)
            parts.append("Example: \(text)" + (text.hasSuffix(".") ? "" : "."))
        }
        return parts.joined(separator: " ")
    }

    fileprivate var asValue: Value {
        var map = ValueMap()
        map["name"] = .string(name)
        map["type"] = .string(type.name)
        map["required"] = .bool(isRequired)
        map["help"] = .string(help)
        map["default"] = defaultValue
        map["example"] = example
        if !choices.isEmpty { map["choices"] = .list(choices) }
        map["minimum"] = minimum.map { .double($0) }
        map["maximum"] = maximum.map { .double($0) }
        return .map(map)
    }
}
