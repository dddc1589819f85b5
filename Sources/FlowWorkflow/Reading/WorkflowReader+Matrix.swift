import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// `matrix:`, a map of axes with their values; a template may stand for the whole, for an axis, or for a value.
    mutating func matrix(_ node: SourceNode) -> Matrix? {
        if node.string != nil {
            return listOrExpression(node, key: "matrix", noun: "a map of lists").map {
                Matrix(template: $0, names: nil)
            }
        }
        guard let entries = node.map else {
            node.expected("a map of lists", for: "matrix", &diagnostics)
            return nil
        }
        let before = diagnostics.all.count
        var names: [String]? = []
        for entry in entries {
            switch entry.key {
            case Matrix.include: names = matrixNames(of: entry.value).flatMap { more in names.map { $0 + more } }
            case Matrix.exclude: break
            default:
                check(id: entry.key, "the axis", at: entry.keySpan, allowsContexts: true)
                names?.append(entry.key)
                if entry.value.list == nil, entry.value.string?.contains("${{") != true {
                    entry.value.expected("a list of values", for: entry.key, &diagnostics)
                }
            }
        }
        guard let template = ValueTemplate.compile(node, diagnostics: &diagnostics), diagnostics.all.count == before
        else { return nil }
        if template.expressions.isEmpty {
            do throws(Failure) {
                _ = try Matrix.combinations(of: try template.evaluate(EvaluationScope(ValueMap())))
            } catch {
                diagnostics.error(
                    "bad-matrix", error.message, at: entries.first?.keySpan ?? node.span, hint: error.hint)
            }
        }
        return Matrix(template: template, names: names)
    }

    /// The names in a list of maps; nil where a template hides them.
    private func matrixNames(of node: SourceNode) -> [String]? {
        guard let items = node.list else { return nil }
        var names: [String] = []
        for item in items {
            guard let map = item.map else { return nil }
            names += map.map(\.key)
        }
        return names
    }
}
