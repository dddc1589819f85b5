import FlowCore

/// Checks `needs` of one list: names that exist, and no cycle.
struct OrderCheck {
    private(set) var diagnostics = Diagnostics()

    mutating func check(_ steps: [Step], _ order: StepOrder) {
        let ids = steps.map(\.id)
        let known = Set(ids)
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
        var reported: Set<SourceSpan> = []
        for cycle in order.cycles {
            guard let edge = forwardNeed(in: cycle, steps), reported.insert(edge.span).inserted else { continue }
            let path = cycle.steps.map { steps[$0].id }.joined(separator: " → ")
            let implicit = cycle.steps.dropLast().first { steps[$0].needs == nil }
            diagnostics.error(
                "cycle", "steps wait for each other: \(path)", at: edge.span,
                hint: implicit.map {
                    "\"\(steps[$0].id)\" waits for all steps above it; move it up, or give it needs: of its own"
                } ?? "remove one of these needs")
        }
    }

    /// The entry of `needs` in the cycle that names a step further down: without one there is no cycle.
    private func forwardNeed(in cycle: StepOrder.Cycle, _ steps: [Step]) -> (id: String, span: SourceSpan)? {
        for (step, other) in zip(cycle.steps, cycle.steps.dropFirst()) where other > step {
            if let need = steps[step].needs?.first(where: { $0.id == steps[other].id }) { return need }
        }
        return nil
    }
}
