import FlowCore
import FlowExpression
import FlowSpec
package import FlowStore
package import FlowWorkflow

/// Another version of its file that a run goes on with.
package struct EditedFile: Sendable {
    package let workflow: Workflow
    package let difference: WorkflowDifference
    /// What the run has from then on.
    package let snapshot: RunSnapshot
    /// What called workflows go on with that have begun, where that differs from what they began with.
    let calls: [String: RunReset.Call]
    /// Changed steps that are to run again although they have finished, with the steps that read their results.
    package var rerun: [String] = []
    /// Changed steps whose results are kept as they are.
    package var keep: [String] = []

    /// Fits the run's inputs to the new declarations, and makes the variables anew whose definitions have changed. Called
    /// workflows do so by themselves when they go on.
    ///
    /// - Parameter unfinished: the calls that go on.
    /// - Throws: `InputErrors`; a `Failure` where the files can't be compared, a value of the run can't be opened, or a
    ///   variable can't be made.
    package init(
        _ run: StoredRun, unfinished: () throws -> [StoredCall], from old: Workflow, to new: Workflow,
        connectors: [String: String], version: String, setup: RunSetup
    ) async throws {
        workflow = new
        difference = try WorkflowDifference(from: old, to: new)
        func open(_ value: StoredValue) throws(Failure) -> ValueMap {
            let opened = try value.value(sealing: setup.sealing, context: run.id.text)
            setup.masker.add(secretsIn: opened)
            return opened.mapValue ?? ValueMap()
        }
        let declared = Set(new.inputs.map(\.parameter.name))
        let given = try open(run.snapshot.inputs).filter { declared.contains($0.key.text) && !$0.value.isAbsent }
        let inputs = try InputBinding.bind(new.inputs, values: ValueMap(given.map { ($0.key.text, $0.value) })) {
            path throws(Failure) in
            try setup.world.files.readableFile(path, from: run.snapshot.workingDirectory)
        }
        let names = Set(new.vars.map(\.name)).subtracting(difference.vars)
        let known = try open(run.snapshot.vars).filter { names.contains($0.key.text) }
        let event = try run.snapshot.event.value(sealing: setup.sealing, context: run.id.text)
        let vars = try await Executor.variables(
            of: new, inputs: inputs, event: event, known: ValueMap(known.map { ($0.key.text, $0.value) }), setup: setup)
        var snapshot = run.snapshot
        // A label that is as the old file had it is the file's, and follows it; any other was given beside the file.
        let others = run.snapshot.labels.filter { old.labels[$0.key] != $0.value }
        snapshot.labels = new.labels.merging(others) { $1 }
        snapshot.file = new.source.name
        snapshot.source = new.source.bytes
        for called in new.called { snapshot.calledFiles[called.source.name] = called.source.bytes }
        snapshot.inputs = try StoredValue(.map(inputs), sealing: setup.sealing, context: run.id.text)
        snapshot.vars = try StoredValue(.map(vars), sealing: setup.sealing, context: run.id.text)
        snapshot.connectors = connectors
        snapshot.version = version
        self.snapshot = snapshot
        var calls: [String: RunReset.Call] = [:]
        func store(_ known: ValueMap, without names: Set<String>) throws -> StoredValue {
            let kept = known.filter { !names.contains($0.key.text) }.map { ($0.key.text, $0.value) }
            return try StoredValue(.map(ValueMap(kept)), sealing: setup.sealing, context: run.id.text)
        }
        for call in difference.calls.isEmpty ? [] : try unfinished() {
            guard let renewed = difference.calls[call.path.withoutItems] else { continue }
            calls[call.path] = RunReset.Call(
                inputs: try store(try open(call.inputs), without: renewed.inputs),
                vars: try store(try open(call.vars), without: renewed.vars))
        }
        self.calls = calls
    }

    /// Paths of the steps whose results are kept.
    ///
    /// - Throws: a `Failure` of kind `invalid` where one is to be kept that runs again.
    func kept(_ recorded: RecordedSteps, _ rerun: Rerun) throws(Failure) -> Set<String> {
        var kept: Set<String> = []
        for name in keep {
            for path in try recorded.paths(named: name) {
                guard !rerun.restarts(path) else {
                    throw Failure(
                        .invalid, "\"\(path.withoutItems)\" can't be both kept and run again",
                        hint: "leave out --keep, or what makes it run again")
                }
                kept.insert(path)
            }
        }
        return Set(recorded.steps.map(\.path).filter(kept.covers))
    }

    /// Makes sure that the user has said what is to become of what changed steps have done.
    ///
    /// - Throws: a `Failure` of kind `invalid` where steps have changed after they finished, or did a part.
    func requireDecisions(_ recorded: RecordedSteps, _ rerun: Rerun, kept: Set<String>) throws(Failure) {
        var undecided: [String] = []
        var isInPart = false
        for step in recorded.steps where difference.changed.contains(step.path.withoutItems) {
            let name = step.path.withoutItems
            guard !rerun.restarts(step.path), !kept.contains(step.path), !undecided.contains(name) else { continue }
            if try !recorded.hasFinishedWork(step) {
                guard try recorded.hasUsedWork(step, of: workflow) else { continue }
                isInPart = true
            }
            undecided.append(name)
        }
        guard !undecided.isEmpty else { return }
        throw Failure(
            .invalid,
            "steps have changed that have finished\(isInPart ? " or done a part" : ""): "
                + undecided.joined(separator: ", "),
            hint: "add --rerun STEP or --keep STEP for each")
    }
}

extension RecordedSteps {
    fileprivate func hasFinishedWork(_ step: StoredStep) throws(Failure) -> Bool {
        if step.status == .succeeded || step.isHandled { return true }
        return try history.itemCounts(of: step.path, in: run)[.succeeded] != nil
    }

    /// Whether more than the step itself knows of the parts that it has done: the other side, or the loops that have
    /// begun to go through its pages.
    fileprivate func hasUsedWork(_ step: StoredStep, of workflow: Workflow) throws(Failure) -> Bool {
        if try history.hasPartsOfWrites(step.path, in: run) { return true }
        guard try history.pageCount(of: step.path, in: run) > 0 else { return false }
        var readers = Rerun(workflow, self)
        try readers.add(step.path, reach: .readers)
        return steps.contains { $0.path != step.path && $0.startedAt != nil && readers.restarts($0.path) }
    }
}

extension Set<String> {
    /// Whether a path is among them, or that of a step around it.
    fileprivate func covers(_ path: String) -> Bool {
        contains(path) || path.indices.contains { "/[".contains(path[$0]) && contains(String(path[..<$0])) }
    }
}

extension String {
    /// A step's path as it stands in the file: `deploy/upload` of `deploy[3]/upload`.
    var withoutItems: String {
        split(separator: "/", omittingEmptySubsequences: false).map { part in
            let name = part.prefix { $0 != "[" && $0 != "#" }
            return String(name)
        }.joined(separator: "/")
    }
}
