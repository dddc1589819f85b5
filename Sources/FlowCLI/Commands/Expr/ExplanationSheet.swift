import FlowCore
import FlowExpression

/// An expression with the value of each of its terms, below each other and aligned.
struct ExplanationSheet {
    private struct Line {
        var term: StyledText
        var value: StyledText
    }

    private let explanation: Explanation
    private let masker: Masker

    /// Values stand in one column up to here; behind longer terms they follow at once.
    private static let widest = 56

    init(_ explanation: Explanation, masker: Masker) {
        self.explanation = explanation
        self.masker = masker
    }

    func show(on console: Console) {
        var lines: [Line] = []
        add(explanation.root, indent: 0, mark: "", to: &lines)
        let width = min(lines.map(\.term.width).max() ?? 0, ExplanationSheet.widest)
        for line in lines {
            guard line.value.width > 0 else {
                console.show(line.term)
                continue
            }
            let gap = String(repeating: " ", count: max(0, width - line.term.width))
            console.show("\(line.term)\(gap)  \(line.value)")
        }
    }

    private func add(_ term: Explanation.Term, indent: Int, mark: String, to lines: inout [Line]) {
        let margin = String(repeating: "  ", count: indent)
        lines.append(Line(term: "\(margin)\(mark, .dim)\(term.text)", value: value(of: term)))
        for inner in term.terms { add(inner, indent: indent + 1, mark: "", to: &lines) }
        guard let items = term.items else { return }
        var next = 0
        for item in items.shown {
            if item.index > next {
                let left = item.index - next
                let words = left == 1 ? "1 more item" : "\(left) more items"
                lines.append(Line(term: "\(margin)  \("… \(words)", .dim)", value: StyledText()))
            }
            next = item.index + 1
            for inner in item.terms { add(inner, indent: indent + 1, mark: "[\(item.index)] ", to: &lines) }
        }
    }

    private func value(of term: Explanation.Term) -> StyledText {
        switch term.result {
        case .value(let value):
            let style: Style? =
                switch value {
                case .bool(true): .green
                case .bool(false): .red
                default: nil
                }
            return "= \(ValueExcerpt.text(value, masker: masker), style)"
        case .failure(let message, _): return "\("error:", .red) \(message)"
        case .notEvaluated: return StyledText("not evaluated", .dim)
        }
    }
}

extension Explanation {
    /// For tools: `expression`, then `value` or `error` where it was evaluated, and `terms`, each of the same shape; of
    /// a macro also `items` with their `count` and those `shown`.
    var asValue: Value { root.asValue }
}

extension Explanation.Term {
    fileprivate var asValue: Value {
        var map = ValueMap([("expression", .string(text))])
        switch result {
        case .value(let value): map["value"] = value
        case .failure(let message, let hint):
            map["error"] = ["message": .string(message), "hint": hint.map(Value.string) ?? .null]
        case .notEvaluated: break
        }
        map["terms"] = .list(terms.map(\.asValue))
        if let items {
            map["items"] = [
                "count": .int(Int64(items.count)),
                "shown": .list(
                    items.shown.map { ["index": .int(Int64($0.index)), "terms": .list($0.terms.map(\.asValue))] }),
            ]
        }
        return .map(map)
    }
}
