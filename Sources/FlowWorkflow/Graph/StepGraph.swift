import FlowCore

/// One list of steps with its edges: which step waits for which, and whose skip reaches whom.
///
/// Every list has its own graph: the top, each block, each `parallel`, each list of handlers.
package struct StepGraph: Sendable {
    package struct Vertex: Sendable {
        package var step: Step
        /// Indices of the steps that must have ended before this one starts, without those implied by others.
        package var waitsFor: [Int]
        /// Indices of the steps it names in `needs` or whose output it reads without `default()` or `always()`:
        /// where one of these was skipped, this one is skipped too.
        package var skippedWith: [Int]

        package init(step: Step, waitsFor: [Int], skippedWith: [Int]) {
            self.step = step
            self.waitsFor = waitsFor
            self.skippedWith = skippedWith
        }
    }

    /// In file order. The edges form no cycle.
    package let vertices: [Vertex]

    package init(vertices: [Vertex]) { self.vertices = vertices }

    /// Builds the edges of one list. `isParallel` removes the implicit order.
    ///
    /// Unknown names in `needs` and cycles are reported by the checker; here they are left out.
    package init(_ steps: [Step], isParallel: Bool = false) {
        let order = StepOrder(steps, isParallel: isParallel)
        var index: [String: Int] = [:]
        for (position, step) in steps.enumerated() where index[step.id] == nil { index[step.id] = position }
        vertices = steps.enumerated().map { position, step in
            var sources: Set<Int> = []
            if !step.runsAlways {
                let names = Set((step.needs ?? []).map(\.id)).union(step.readsOutputOf)
                sources = Set(names.compactMap { index[$0] }).filter { order.isOrdered(position, after: $0) }
            }
            return Vertex(step: step, waitsFor: order.waitsFor[position], skippedWith: sources.sorted())
        }
    }
}
