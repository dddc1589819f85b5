package import FlowWorkflow

/// What of one list of steps may start, and how things stand for it. Pure: it runs nothing and knows no clock.
///
///     var plan = Plan(graph)
///     while let step = plan.next() { …start it… }
///     plan.end(step, as: .succeeded)
package struct Plan: Sendable {
    /// How a step ended, as far as others care.
    package enum End: Sendable, Hashable {
        /// Also where it failed and `continue_on_error` says to go on.
        case passed
        case failed
        /// By its own `if`, or because it hangs on a step that was.
        case skipped
        /// Because a step it waits for failed, or because the run stops.
        case leftOut
    }

    private let graph: StepGraph
    private var ends: [End?]
    /// For each step, how many of those it waits for have not ended.
    private var missing: [Int]
    /// For each step, those that wait for it.
    private var dependents: [[Int]]
    /// For a step that has begun to give its output, those of them that didn't wait for its end.
    private var early: [Int: Set<Int>] = [:]
    /// Those that ended before what they had begun with.
    private var waitingToEnd: [Int: End] = [:]
    /// Whether a step failed somewhere before this one.
    private var isAfterFailure: [Bool]
    /// Ready ones, in the order in which they became so; the first `taken` of them have been handed out.
    private var ready: [Int] = []
    private var taken = 0

    package init(_ graph: StepGraph) {
        self.graph = graph
        let count = graph.vertices.count
        ends = Array(repeating: nil, count: count)
        isAfterFailure = Array(repeating: false, count: count)
        missing = graph.vertices.map(\.waitsFor.count)
        dependents = Array(repeating: [], count: count)
        for (index, vertex) in graph.vertices.enumerated() {
            for other in vertex.waitsFor { dependents[other].append(index) }
            if vertex.waitsFor.isEmpty { ready.append(index) }
        }
    }

    /// Takes the next step that waits for nothing any more, in file order among those that became ready together.
    package mutating func next() -> Int? {
        guard hasReady else { return nil }
        defer { taken += 1 }
        return ready[taken]
    }

    /// Whether ``next()`` gives a step now.
    package var hasReady: Bool { taken < ready.count }

    /// The one step that can start when this one, which runs alone, has ended; nil where that is none or several.
    package func follower(of index: Int) -> Int? {
        let released = dependents[index].filter { missing[$0] == 1 }
        return released.count == 1 ? released[0] : nil
    }

    package mutating func end(_ index: Int, as end: End) {
        // To the others, a step ends after what it waits for, as if it had not begun early.
        guard !early.contains(where: { ends[$0.key] == nil && $0.value.contains(index) }) else {
            waitingToEnd[index] = end
            return
        }
        ends[index] = end
        let begun = early[index] ?? []
        for dependent in dependents[index] {
            if end == .failed || isAfterFailure[index] { isAfterFailure[dependent] = true }
            if !begun.contains(dependent) { release(dependent) }
        }
        for dependent in begun.sorted() {
            if let end = waitingToEnd.removeValue(forKey: dependent) { self.end(dependent, as: end) }
        }
    }

    /// Lets steps start that need no more of another one than that it has begun to give its output.
    package mutating func begin(_ index: Int, for dependents: [Int]) {
        guard ends[index] == nil, early[index] == nil else { return }
        early[index] = Set(dependents)
        for dependent in dependents { release(dependent) }
    }

    private mutating func release(_ dependent: Int) {
        missing[dependent] -= 1
        if missing[dependent] == 0 { ready.append(dependent) }
    }

    /// Whether a step before this one failed, and nothing said to go on as if it had not.
    package func isAfterFailure(_ index: Int) -> Bool { isAfterFailure[index] }

    /// The step whose skip reaches this one; nil where none does.
    package func skipCause(of index: Int) -> Int? {
        graph.vertices[index].skippedWith.first { ends[$0] == .skipped }
    }
}
