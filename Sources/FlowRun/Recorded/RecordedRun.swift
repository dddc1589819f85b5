import FlowCore
import FlowExpression
import FlowSpec
package import FlowStore
package import FlowWorkflow

/// A run as its journal has it: gives what the expressions of any of its steps saw.
///
///     let view = try recorded.view(of: "deploy[3]/upload")
///     try expression.evaluate(view.scope)
package struct RecordedRun {
    let workflow: Workflow
    let summary: RunSummary
    private let history: RunHistory
    private let sealing: any ValueSealing
    private let run: StoredRun
    private let steps: [String: StoredStep]

    /// - Parameters:
    ///   - workflow: read from the run's own snapshot.
    ///   - sealing: opens sealed parts, or shows them as secrets.
    package init(
        _ workflow: Workflow, _ summary: RunSummary, run: StoredRun, history: RunHistory, sealing: any ValueSealing
    ) throws {
        self.workflow = workflow
        self.summary = summary
        self.run = run
        self.history = history
        self.sealing = sealing
        steps = Dictionary(try history.steps(of: summary).map { ($0.path, $0) }) { $1 }
    }

    /// What the workflow's outputs see: all steps.
    package func view() throws -> RecordedView {
        let frame = try frame(after: workflow.steps)
        return RecordedView(
            step: nil, stored: nil, item: nil, frame: frame, status: RunCondition(summary.status),
            roots: roots(of: nil, frame),
            time: summary.endedAt ?? summary.startedAt)
    }

    /// What the step of this path saw when it started, or one of its items: `deploy`, `deploy[3]`, `deploy[3]/upload`.
    ///
    /// - Returns: nil where the workflow has no such step.
    /// - Throws: a `Failure` where what a step inside an item saw is not recorded.
    package func view(of path: String) throws -> RecordedView? {
        var names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var steps = workflow.steps
        var frame = Frame()
        if names.count > 1, let handlers = handlers(names[0]) {
            let top = try self.frame(after: workflow.steps)
            frame = Frame(
                parent: top, prefix: names.removeFirst() + "/", base: RunCondition(summary.status), isHandler: true)
            steps = handlers
        }
        var isParallel = false
        while true {
            guard let place = StepName(names.removeFirst()),
                let position = steps.firstIndex(where: { $0.id == place.id })
            else { return nil }
            let step = steps[position]
            let status = try record(steps, before: position, isParallel: isParallel, in: frame)
            let stepPath = frame.prefix + step.id
            let stored = self.steps[stepPath]
            var inside = frame
            var ended: StoredItem?
            if let item = place.item {
                guard let variables = try variables(of: item, step, stored, frame, status) else { return nil }
                ended = try history.items(of: stepPath, in: summary, from: item, limit: 1).first { $0.index == item }
                inside = Frame(
                    parent: frame, prefix: "\(stepPath)[\(item)]/", base: status, variables: variables)
            }
            if names.isEmpty { return view(step, stored, ended, inside, status) }
            if place.item == nil { inside = Frame(parent: frame, prefix: stepPath + "/", base: status) }
            let taken = try history.takenCase(of: stepPath, item: place.item, in: summary)
            guard let branch = step.branch(on: &names, taken) else {
                guard case .call = step.kind else { return nil }
                throw Failure(
                    .invalid, "\"\(path)\" is a step of the workflow that \"\(place.id)\" calls",
                    hint: "ask there: run \(summary.name)/\(stepPath)\(place.item.map { "[\($0)]" } ?? ""), step "
                        + names.joined(separator: "/"))
            }
            if branch.prefix == Step.handlerPrefix {
                let failure = stored?.failure?.asValue ?? .null
                inside = Frame(
                    parent: frame, prefix: "\(stepPath)/\(branch.prefix)", base: .failure,
                    variables: ValueMap([("error", failure)]))
            }
            frame = inside
            steps = branch.steps
            isParallel = branch.isParallel
        }
    }

    private func view(
        _ step: Step, _ stored: StoredStep?, _ item: StoredItem?, _ frame: Frame, _ status: RunCondition
    ) -> RecordedView {
        RecordedView(
            step: step, stored: stored, item: item, frame: frame, status: status, roots: roots(of: step, frame),
            time: stored?.startedAt ?? stored?.endedAt ?? summary.startedAt)
    }

    private func handlers(_ name: String) -> [Step]? {
        switch name.prefix(while: { $0 != "#" }) {
        case "on_failure": workflow.onFailure
        case "on_success": workflow.onSuccess
        case "finally": workflow.finally
        default: nil
        }
    }

    private func open(_ stored: StoredValue) throws(Failure) -> Value {
        try stored.value(sealing: sealing, context: run.id.text)
    }
}

// MARK: - Steps

extension RecordedRun {
    /// The top of the run when all its steps had ended.
    private func frame(after steps: [Step]) throws -> Frame {
        let frame = Frame()
        for step in steps { if let outcome = try outcome(of: step, in: frame) { frame.record(outcome, of: step.id) } }
        return frame
    }

    /// Puts the results of the steps that end before one of their list starts into `frame`.
    ///
    /// - Returns: how the run stood for that step.
    private func record(
        _ steps: [Step], before position: Int, isParallel: Bool, in frame: Frame
    ) throws -> RunCondition {
        let graph = StepGraph(steps, order: workflow.listOrder(isParallel: isParallel))
        var earlier: Set<Int> = []
        var open = graph.vertices[position].waitsFor
        while let next = open.popLast() {
            if earlier.insert(next).inserted { open += graph.vertices[next].waitsFor }
        }
        var plan = Plan(graph)
        while let index = plan.next() {
            guard earlier.contains(index) else { continue }
            let outcome = try outcome(of: steps[index], in: frame)
            if let outcome { frame.record(outcome, of: steps[index].id) }
            plan.end(index, as: outcome?.planEnd ?? .leftOut)
        }
        return plan.isAfterFailure(position) ? .failure : frame.base
    }

    private func outcome(of step: Step, in frame: Frame) throws -> StepOutcome? {
        let path = frame.prefix + step.id
        guard let stored = steps[path] else { return nil }
        guard step.loop != nil else {
            var outcome = try StepOutcome(stored) { try open($0) }
            // Beside an output they are of a try before something needed it whole.
            let pages = outcome.output == .null ? try history.pages(of: path, in: summary) : []
            if !pages.isEmpty { outcome.output = .list(try pages.flatMap { Page(try open($0)).items }) }
            return outcome
        }
        var items = LoopItems()
        for item in try history.items(of: path, in: summary, limit: .max) {
            try items.take(item) { try open($0) }
        }
        return try StepOutcome(stored, items: items) { try open($0) }
    }

    /// What an item or iteration sees by name; nil where the step has none of that number.
    private func variables(
        of item: Int, _ step: Step, _ stored: StoredStep?, _ frame: Frame, _ status: RunCondition
    ) throws -> ValueMap? {
        let path = frame.prefix + step.id
        if step.repetition != nil {
            let before = try history.items(of: path, in: summary, from: max(0, item - 1), limit: 1).first
            let last = item == 0 ? .null : try before?.output.map(open) ?? .null
            return Step.Repetition.variables(index: item, last: last)
        }
        guard let loop = step.loop else { return nil }
        let before = view(step, stored, nil, frame, status)
        return try element(item, of: loop, in: before).map { loop.variables($0, item) }
    }

    /// One item of a loop; nil where it has none of that number.
    private func element(_ index: Int, of loop: Step.Loop, in view: RecordedView) throws -> Value? {
        let items: Value
        if let resolved = view.stored?.resolved {
            items = try open(resolved)
        } else {
            items = try loop.items.evaluate(view.scope)
        }
        guard let list = items.listValue else {
            throw Failure(
                .invalid, "the items of \"\(view.step?.id ?? "")\" are not recorded",
                hint: "use --step without the item", position: loop.items.span)
        }
        guard list.indices.contains(index) else { return nil }
        return items.isSecret ? list[index].markedSecret : list[index]
    }
}

// MARK: - Names

extension RecordedRun {
    private func roots(of step: Step?, _ frame: Frame) -> RecordedView.Roots {
        var members = run.members
        members["error"] = .null
        if frame.isHandler || step == nil, let failure = summary.failure {
            members["error"] = failure.asRunError(step: summary.failedStep)
        }
        var roots = RecordedView.Roots(values: ValueMap([("run", .map(members))]))
        for (name, stored) in [
            ("inputs", run.snapshot.inputs), ("vars", run.snapshot.vars), ("event", run.snapshot.event),
        ] {
            roots.values[name] = try? open(stored)
        }
        addEnvironment(workflow.env + (step?.environment ?? []), to: &roots, frame)
        return roots
    }

    /// The environment is not kept; what it has from the file alone can be made again.
    private func addEnvironment(_ entries: [EnvironmentEntry], to roots: inout RecordedView.Roots, _ frame: Frame) {
        var environment = ValueMap()
        for entry in entries {
            roots.values["env"] = .map(environment)
            let (known, unrecorded) = (roots.values, roots.unrecorded)
            guard case .value(let template) = entry.origin,
                template.expressions.allSatisfy({ expression in
                    expression.references.allSatisfy { !unrecorded.contains($0.path) && $0.root != "secrets" }
                }),
                let value = try? template.evaluate(
                    EvaluationScope { name in
                        frame.variable(name) ?? known[name]
                            ?? (name == "steps" ? frame.steps(.everything) : nil)
                    }
                ).environmentText()
            else {
                roots.unrecorded.insert("env.\(entry.name)")
                continue
            }
            environment[entry.name] = value
        }
        roots.values["env"] = .map(environment)
    }
}
