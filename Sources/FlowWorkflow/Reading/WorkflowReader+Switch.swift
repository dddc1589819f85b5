import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// `switch:`; nil where it was reported.
    mutating func choice(_ node: SourceNode) -> Step.Kind? {
        guard let map = MapDecoder(node, Keywords.choice, &diagnostics) else { return nil }
        let value = map.required("value", &diagnostics).flatMap { condition($0, key: "value") }
        _ = map.required("cases", &diagnostics)
        let entries = map.map("cases", &diagnostics) ?? []
        if let cases = map.node("cases"), cases.map?.isEmpty == true {
            diagnostics.error(
                "no-cases", "\"cases\" holds no case", at: cases.span, hint: "add one, as in fast: [steps]")
        }
        let cases = entries.map { entry in
            Step.Switch.Case(
                key: entry.key, keySpan: entry.keySpan,
                steps: steps(entry.value, key: "case \(entry.key)"))
        }
        let otherwise = map.node("default").map { steps($0, key: "default") }
        guard let value else { return nil }
        let choice = Step.Switch(value: value, cases: cases, otherwise: otherwise)
        choices.append(choice)
        return .switch(choice)
    }

    /// Where the value is an input with a list of allowed values, each of these must have a case, and each case one of
    /// these.
    mutating func checkCases(against inputs: [WorkflowInput]) {
        for choice in choices {
            guard let reference = choice.value.references.first, reference.root == "inputs",
                choice.value.isOnly(reference), let name = reference.members.first,
                let parameter = inputs.first(where: { $0.parameter.name == name })?.parameter,
                !parameter.choices.isEmpty
            else { continue }
            let allowed = parameter.choices.compactMap { try? $0.formatted() }
            for one in choice.cases where !allowed.contains(one.key) {
                diagnostics.error(
                    "unknown-case", "\(JSON.quoted(one.key)) is not a value of the input \"\(name)\"", at: one.keySpan,
                    hint: Suggestion.didYouMean(one.key, among: allowed)
                        ?? "use one of \(allowed.joined(separator: ", "))")
            }
            let missing = allowed.filter { value in !choice.cases.contains { $0.key == value } }
            if choice.otherwise == nil, !missing.isEmpty {
                diagnostics.error(
                    "missing-case",
                    "the input \"\(name)\" may be \(missing.joined(separator: " or ")), which has no case",
                    at: choice.value.span, hint: "add the case, or default: [] to do nothing")
            }
        }
    }
}

extension Expression {
    /// Whether it is nothing but this one path.
    fileprivate func isOnly(_ reference: Reference) -> Bool {
        let path = ([reference.root] + reference.members).joined(separator: ".")
        return source.filter { !$0.isWhitespace } == path
    }
}
