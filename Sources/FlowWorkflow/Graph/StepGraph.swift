import FlowCore

/// The edges of one list of steps: which step waits for which, and whose skip reaches whom.
///
/// Every list has its own graph: the top, each block, each `parallel`, each list of handlers.
package struct StepGraph: Sendable {
    package struct Vertex: Sendable {
        /// Indices of the steps that must have ended before this one starts; those implied by place are left out.
        package var waitsFor: [Int]
        /// Indices of the steps it names in `needs` or whose output it reads without `default()` or `always()`:
        /// where one of these was skipped, this one is skipped too.
        package var skippedWith: [Int]
        /// Ids of steps of the lists around this one whose output it reads in that way.
        package var skippedWithOuter: [String]

        package init(waitsFor: [Int], skippedWith: [Int], skippedWithOuter: [String] = []) {
            self.waitsFor = waitsFor
            self.skippedWith = skippedWith
            self.skippedWithOuter = skippedWithOuter
        }
    }

    /// One for each step, in file order. The edges form no cycle.
    package let vertices: [Vertex]

    package init(vertices: [Vertex]) { self.vertices = vertices }

    /// Builds the edges of one list.
    ///
    /// Unknown names in `needs` and cycles are reported by the checker; here they are left out.
    package init(_ steps: [Step], order: ListOrder) {
        let edges = StepOrder(steps, order: order)
        vertices = steps.indices.map { position in
            var vertex = Vertex(waitsFor: edges.waitsFor[position], skippedWith: [])
            let sources = steps[position].skippedWith
            vertex.skippedWith = sources.compactMap { edges.index[$0] }
                .filter { edges.isOrdered(position, after: $0) }.sorted()
            vertex.skippedWithOuter = sources.filter { edges.index[$0] == nil }.sorted()
            return vertex
        }
    }
}
