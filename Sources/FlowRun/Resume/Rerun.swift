import FlowCore
import FlowExpression
import FlowStore
import FlowWorkflow

/// Which recorded steps of a run start again: those a user names, and what follows from that in the lists around them.
struct Rerun {
    /// What starts again with a step.
    enum Reach {
        /// Every step that comes after it.
        case after
        /// The steps that read its result, and those that read theirs.
        case readers
    }

    private let workflow: Workflow
    private let recorded: RecordedSteps
    /// Paths of steps, and of items as `deploy[3]`, that start again with all inside them.
    private var whole: Set<String> = []
    private var reopened: Set<String> = []
    /// Items whose result is made again, by the paths of their loops.
    private var items: [String: Set<Int>] = [:]

    init(_ workflow: Workflow, _ recorded: RecordedSteps) {
        self.workflow = workflow
        self.recorded = recorded
    }

    var isEmpty: Bool { whole.isEmpty && reopened.isEmpty }

    /// Adds a step or an item.
    ///
    /// - Parameter isWhole: false where it goes on with what it has.
    /// - Throws: a `Failure` of kind `invalid` where the workflow has no such step, or it belongs to a handler.
    mutating func add(_ path: String, isWhole: Bool = true, reach: Reach) throws(Failure) {
        var names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var workflow = workflow
        var steps = workflow.steps
        var prefix = ""
        var isParallel = false
        while true {
            guard let name = StepName(names.removeFirst()), let position = steps.firstIndex(where: { $0.id == name.id })
            else { throw unknown(path) }
            let step = prefix + name.id
            let graph = StepGraph(steps, order: workflow.listOrder(isParallel: isParallel))
            for follower in followers(of: position, in: steps, graph, reach) {
                whole.insert(prefix + steps[follower].id)
            }
            if names.isEmpty, name.item == nil {
                if isWhole { whole.insert(step) } else { reopened.insert(step) }
                return
            }
            reopened.insert(step)
            if let item = name.item {
                items[step, default: []].insert(item)
                if names.isEmpty { whole.insert("\(step)[\(item)]") }
                if steps[position].repetition != nil { try repeatAll(after: item, of: step) }
            }
            guard !names.isEmpty else { return }
            guard names[0].prefix(while: { $0 != "#" }) + "/" != Step.handlerPrefix else {
                throw Failure(
                    .invalid, "\"\(path)\" belongs to on_error, which can't run again without its step",
                    hint: "name \(step)")
            }
            prefix = "\(step)\(name.item.map { "[\($0)]" } ?? "")/"
            if case .call(let call) = steps[position].kind {
                workflow = call.workflow
                steps = workflow.steps
                isParallel = false
                continue
            }
            let taken = try recorded.takenCase(of: step, item: name.item)
            guard let branch = steps[position].branch(on: &names, taken) else { throw unknown(path) }
            steps = branch.steps
            isParallel = branch.isParallel
        }
    }

    /// Each iteration sees what the one before gave.
    private mutating func repeatAll(after iteration: Int, of path: String) throws(Failure) {
        guard let step = recorded.steps.first(where: { $0.path == path }) else { return }
        for later in try recorded.indices(of: step) where later > iteration {
            items[path, default: []].insert(later)
            whole.insert("\(path)[\(later)]")
        }
    }

    /// Whether a step, or one around it, starts again.
    func restarts(_ path: String) -> Bool {
        for index in path.indices where path[index] == "/" || path[index] == "[" {
            if whole.contains(String(path[..<index])) { return true }
        }
        return whole.contains(path)
    }

    func reopens(_ path: String) -> Bool { reopened.contains(path) && !restarts(path) }

    /// What the journal is to forget of what it has.
    ///
    /// - Parameters:
    ///   - edit: what the run's file says now; steps that have changed make their arguments anew where they go on.
    ///   - kept: paths of steps that go on with what they have nevertheless.
    func reset(of steps: [StoredStep], edit: EditedFile?, keeping kept: Set<String>, note: String) -> RunReset {
        let paths = steps.map(\.path)
        return RunReset(
            changed: Set(paths.filter { edit?.difference.changed.contains($0.withoutItems) ?? false }), kept: kept,
            anew: Set(paths.filter(restarts)), reopened: Set(paths.filter(reopens)),
            items: items.filter { !restarts($0.key) }, calls: edit?.calls ?? [:], note: note)
    }

    private func followers(
        of position: Int, in steps: [Step], _ graph: StepGraph, _ reach: Reach
    ) -> Set<Int> {
        var sources: [[Int]]
        switch reach {
        case .after: sources = graph.vertices.map(\.waitsFor)
        case .readers:
            let index = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
            sources = steps.map { step in step.outerReads.compactMap { index[$0.id] } }
            for (index, step) in steps.enumerated() where step.readsAllSteps { sources[index] = Array(steps.indices) }
        }
        var followers: [[Int]] = Array(repeating: [], count: steps.count)
        for (step, sources) in sources.enumerated() { for source in sources { followers[source].append(step) } }
        var found: Set<Int> = []
        var open = [position]
        while let next = open.popLast() {
            for follower in followers[next] where found.insert(follower).inserted { open.append(follower) }
        }
        return found.subtracting([position])
    }

    private func unknown(_ path: String) -> Failure {
        path.isPathInHandler
            ? Failure(
                .invalid, "\"\(path)\" belongs to a handler, which runs again by itself", hint: "name another step")
            : Failure(.invalid, "the workflow has no step \"\(path)\"")
    }
}

extension Step {
    /// Whether it looks at `steps` without naming one.
    fileprivate var readsAllSteps: Bool {
        Reads(expressions).steps == nil || branches.contains { $0.steps.contains(where: \.readsAllSteps) }
    }
}
