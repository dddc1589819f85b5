import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    mutating func input(_ entry: SourceNode.Entry) -> WorkflowInput {
        check(id: entry.key, "the input", at: entry.keySpan, allowsContexts: true)
        var type = ParameterType.string
        guard let map = MapDecoder(entry.value, Keywords.input, &diagnostics) else {
            return WorkflowInput(parameter: Parameter(entry.key, .any), span: entry.keySpan)
        }
        if let node = map.node("type"), let name = node.decodeString(for: "type", &diagnostics) {
            if Keywords.inputTypes.contains(name), let known = ParameterType(name: name) {
                type = known
            } else {
                // What it was meant to be is not known, so the rest is held against nothing.
                type = .any
                diagnostics.error(
                    "unknown-value", "\(JSON.quoted(name)) is not a type of inputs", at: node.span,
                    hint: Keywords.inputTypeSynonyms[name.lowercased()].map { "did you mean \"\($0)\"?" }
                        ?? Suggestion.didYouMean(name, among: Keywords.inputTypes)
                        ?? "use one of \(Keywords.inputTypes.joined(separator: ", "))")
            }
        }
        var parameter = Parameter(entry.key, type)
        parameter.isRequired = map.bool("required", &diagnostics) ?? false
        parameter.help = map.string("description", &diagnostics) ?? ""
        parameter.minimum = map.number("min", &diagnostics)
        parameter.maximum = map.number("max", &diagnostics)
        if let minimum = parameter.minimum, let maximum = parameter.maximum, minimum > maximum,
            let entry = map.entry("min")
        {
            diagnostics.error(
                "no-value-fits",
                "no value is at least \(JSON.text(entry.value.value)) and at most "
                    + JSON.text(map.node("max")?.value ?? .null),
                at: entry.keySpan, hint: "swap min and max")
        }
        if ![.int, .number, .any].contains(type) {
            for key in ["min", "max"] { misplaced(key, in: map, "goes with the types int and number only") }
        }
        let pattern = pattern(map, type)
        parameter.choices = choices(map, parameter, pattern)
        let input = WorkflowInput(parameter: parameter, pattern: pattern, span: entry.keySpan)
        guard let node = map.node("default") else { return input }
        if parameter.isRequired, let entry = map.entry("required") {
            diagnostics.note(
                "required-with-default", "an input with a default is never missing", at: entry.keySpan,
                hint: "leave out \"required\", or the default")
        }
        var withDefault = input
        withDefault.parameter.defaultValue = literal(node, for: input)
        return withDefault
    }

    private mutating func choices(_ map: MapDecoder, _ parameter: Parameter, _ pattern: String?) -> [Value] {
        let items = map.list("enum", &diagnostics) ?? []
        if items.isEmpty, let entry = map.entry("enum"), entry.value.list != nil {
            diagnostics.error(
                "no-value-fits", "\"enum\" allows no value at all", at: entry.keySpan,
                hint: "list the values, or remove it")
        }
        // Of a list they are what its elements may be.
        var parameter = parameter
        if case .list(let element) = parameter.type { parameter.type = element }
        let element = WorkflowInput(parameter: parameter, pattern: pattern, span: map.span)
        return items.map { item in
            if let objection = element.objection(to: item.value) {
                diagnostics.error("wrong-type", "a value of \"enum\" \(objection)", at: item.shortSpan)
            }
            return parameter.type.fitted(item.value)
        }
    }

    private mutating func pattern(_ map: MapDecoder, _ type: ParameterType) -> String? {
        if ![.string, .any].contains(type) { misplaced("pattern", in: map, "goes with the type string only") }
        guard let node = map.node("pattern"), let pattern = map.string("pattern", &diagnostics) else { return nil }
        if let fault = InputPattern(pattern).fault {
            diagnostics.error("bad-pattern", "the pattern is no regular expression: \(fault)", at: node.span)
            return nil
        }
        return pattern
    }

    private mutating func literal(_ node: SourceNode, for input: WorkflowInput) -> Value? {
        let value = node.value
        if let text = node.string, text.contains("${{") {
            diagnostics.error(
                "no-template", "the default of an input can't be computed", at: node.span,
                hint: "use default(inputs.\(input.parameter.name), …) where it is read")
            return nil
        }
        guard let objection = input.objection(to: value) else { return input.parameter.type.fitted(value) }
        diagnostics.error("wrong-type", "the default \(objection)", at: node.shortSpan)
        return nil
    }

    mutating func misplaced(_ key: String, in map: MapDecoder, _ reason: String) {
        guard let entry = map.entry(key) else { return }
        diagnostics.error("misplaced-key", "\"\(key)\" \(reason)", at: entry.keySpan, hint: "remove it")
    }

    // MARK: Environment

    mutating func environment(_ map: MapDecoder) -> [EnvironmentEntry] {
        (map.map("env", &diagnostics) ?? []).map { environmentEntry($0) }
    }

    private mutating func environmentEntry(_ entry: SourceNode.Entry) -> EnvironmentEntry {
        checkVariable(entry.key, at: entry.keySpan)
        let node = entry.value
        if node.map != nil {
            guard let map = MapDecoder(node, Keywords.processVariable, &diagnostics),
                let variable = map.requiredString("from", &diagnostics)
            else {
                return EnvironmentEntry(
                    name: entry.key, origin: .value(ValueTemplate(.literal(.null), span: node.span)),
                    span: entry.keySpan)
            }
            checkVariable(variable, at: map.node("from")?.span ?? node.span)
            let fallback = map.node("default").map { node in
                if node.list != nil || node.map != nil {
                    node.expected("text or a number", for: "default", &diagnostics)
                }
                return value(node)
            }
            return EnvironmentEntry(
                name: entry.key,
                origin: .process(
                    variable: variable, fallback: fallback, isSecret: map.bool("secret", &diagnostics) ?? false),
                span: entry.keySpan)
        }
        if node.list != nil {
            node.expected("text, a number or {from: VARIABLE}", for: entry.key, &diagnostics)
        }
        return EnvironmentEntry(name: entry.key, origin: .value(value(node)), span: entry.keySpan)
    }

    private mutating func checkVariable(_ name: String, at span: SourceSpan) {
        if !Identifier.isVariable(name) {
            diagnostics.error(
                "bad-variable", "\(JSON.quoted(name)) can't name an environment variable", at: span,
                hint: "use letters, digits and _, and start with no digit")
        } else if name.hasPrefix("FLOWCTL_") {
            diagnostics.error(
                "bad-variable", "variables of flowctl itself can't be used here", at: span,
                hint: "use credential: or secrets for what they hold")
        }
    }
}
