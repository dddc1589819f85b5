/// A workflow's graph as text for people and for drawing programs.
package enum GraphFormat: String, Sendable, CaseIterable { case mermaid, dot, ascii }

extension Workflow {
    /// The graph of the steps and of the handlers, blocks nested in it.
    package func graph(as format: GraphFormat) -> String {
        let drawing = Drawing(self)
        switch format {
        case .mermaid: return drawing.mermaid
        case .dot: return drawing.dot
        case .ascii: return drawing.ascii
        }
    }
}

/// What every format draws: groups of boxes with arrows between.
struct Drawing {
    struct Box {
        /// Unique in the drawing: ids from the outside in, joined by `__`.
        var key: String
        var id: String
        /// The node, or what kind of step it is.
        var work: String
        /// `for each pr`, `if`.
        var marks: [String]
        var isGroup: Bool
        var inner: [Box]
        /// Keys of the boxes of the same list it waits for.
        var after: [String]
        var afterIDs: [String]
    }

    let name: String
    /// The steps, then the handlers that exist.
    let lists: [(title: String?, boxes: [Box])]

    init(_ workflow: Workflow) {
        name = workflow.name
        var lists: [(title: String?, boxes: [Box])] = [(nil, Drawing.boxes(workflow.steps, prefix: ""))]
        let handlers = [
            ("on_failure", workflow.onFailure), ("on_success", workflow.onSuccess), ("finally", workflow.finally),
        ]
        for (title, steps) in handlers where !steps.isEmpty {
            lists.append((title, Drawing.boxes(steps, prefix: title + "__")))
        }
        self.lists = lists
    }

    private static func boxes(_ steps: [Step], isParallel: Bool = false, prefix: String) -> [Box] {
        StepGraph(steps, isParallel: isParallel).vertices.map { vertex in
            let step = vertex.step
            var marks: [String] = []
            if let loop = step.loop { marks.append("for each \(loop.variable)") }
            if step.condition != nil { marks.append("if") }
            if step.continueOnError { marks.append("continues on error") }
            let key = prefix + step.id
            let isParallel = if case .parallel = step.kind { true } else { false }
            return Box(
                key: key, id: step.id, work: step.kind.name, marks: marks, isGroup: step.kind.isGroup,
                inner: boxes(step.children, isParallel: isParallel, prefix: key + "__"),
                after: vertex.waitsFor.map { prefix + steps[$0].id }, afterIDs: vertex.waitsFor.map { steps[$0].id })
        }
    }
}

extension Step.Kind {
    fileprivate var isGroup: Bool {
        switch self {
        case .block, .parallel: true
        default: false
        }
    }

    /// The node's name, or the keyword.
    package var name: String {
        switch self {
        case .node(let name, _, _): name
        case .block: "steps"
        case .parallel: "parallel"
        case .assert: "assert"
        case .wait: "wait"
        }
    }
}
