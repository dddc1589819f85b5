import FlowCore
import FlowExpression

/// Checks the edges of one list: `needs` with names that exist, and no cycle.
struct OrderCheck {
    private(set) var diagnostics = Diagnostics()

    mutating func check(_ list: ListScope) {
        let steps = list.steps
        checkNames(steps)
        var reported: Set<SourceSpan> = []
        for cycle in list.order.cycles {
            let pairs = zip(cycle.steps, cycle.steps.dropFirst())
            let edges = pairs.map { Edge(from: steps[$0], to: steps[$1], readsCount: list.listOrder == .graph) }
            // Without one that leads downwards in the file there is no cycle, so that is where to look.
            let forward = zip(pairs, edges).first { $0.0 < $0.1 && $1.span != nil }
            guard let span = forward?.1.span, reported.insert(span).inserted else { continue }
            let path = cycle.steps.map { steps[$0].id }.joined(separator: " → ")
            diagnostics.error("cycle", "steps wait for each other: \(path)", at: span, hint: OrderCheck.hint(edges))
        }
    }

    private mutating func checkNames(_ steps: [Step]) {
        lazy var ids = steps.map(\.id)
        lazy var known = Set(ids)
        for step in steps {
            for need in step.needs ?? [] {
                if need.id == step.id {
                    diagnostics.error(
                        "cycle", "the step \"\(step.id)\" waits for itself", at: need.span, hint: "remove it from needs"
                    )
                } else if !known.contains(need.id) {
                    diagnostics.error(
                        "unknown-step", "there is no step \"\(need.id)\" in this list", at: need.span,
                        hint: Suggestion.didYouMean(need.id, among: ids.filter { $0 != step.id })
                            ?? "needs names steps of the same list")
                }
            }
        }
    }

    private static func hint(_ edges: [Edge]) -> String {
        if let implicit = edges.first(where: { $0.span == nil }) {
            return "\"\(implicit.step)\" waits for all steps above it; move it up, or give it needs: of its own"
        }
        return "remove one of these: \(edges.map(\.text).joined(separator: "; "))"
    }

    /// Why one step waits for another.
    private struct Edge {
        let step: String
        /// Where the file says so; nil where it only follows from the place.
        let span: SourceSpan?
        let text: String

        init(from step: Step, to other: Step, readsCount: Bool) {
            self.step = step.id
            if let need = step.needs?.first(where: { $0.id == other.id }) {
                span = need.span
                text = "\"\(step.id)\" needs \(other.id) (line \(need.span.position.line))"
            } else if readsCount, let (_, reference) = step.outerReads.first(where: { $0.id == other.id }) {
                span = reference.span
                let path = (["steps"] + reference.members.prefix(2)).joined(separator: ".")
                text = "\"\(step.id)\" reads \(path) (line \(reference.span.position.line))"
            } else {
                span = nil
                text = ""
            }
        }
    }
}
