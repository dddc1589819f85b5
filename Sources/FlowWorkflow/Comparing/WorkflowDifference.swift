package import FlowCore
import FlowExpression

/// What an edited file, with the files it calls, says that the one before didn't.
package struct WorkflowDifference: Sendable {
    /// What a workflow can't go on with as it began: names of its inputs and variables that are made anew.
    package struct Renewed: Sendable, Hashable {
        package var inputs: Set<String> = []
        package var vars: Set<String> = []

        fileprivate func isRead(by expressions: [Expression]) -> Bool {
            expressions.lazy.flatMap(\.references).contains { reference in
                guard let names = reference.root == "vars" ? vars : reference.root == "inputs" ? inputs : nil else {
                    return false
                }
                return reference.members.first.map(names.contains) ?? !names.isEmpty
            }
        }
    }

    /// Paths of steps that say something else, or read a variable that does. What stands inside a step is compared by
    /// itself; which steps stand there belongs to the step, and so does what a file it calls says beside its steps.
    package private(set) var changed: Set<String> = []
    package private(set) var added: Set<String> = []
    package private(set) var removed: Set<String> = []
    /// Keys at the top that say something else: `inputs`, `finally`.
    package let settings: [String]
    /// Variables that are to be made anew.
    package let vars: Set<String>
    /// By the paths of the steps that call.
    package private(set) var calls: [String: Renewed] = [:]

    /// Keys at the top of a file that say nothing about what it does.
    private static let remarks: Set<String> = ["name", "description"]

    /// - Throws: a `Failure` of kind `invalid` where the files are of different workflows, or a step of an edited one has
    ///   no id by which it could be found in the old one.
    package init(from old: Workflow, to new: Workflow) throws(Failure) {
        guard old.name == new.name else {
            throw Failure(
                .invalid, "\"\(new.source.name)\" is the workflow \"\(new.name)\", and the run is of \"\(old.name)\"",
                hint: "give the edited file of the same workflow; its name must stay")
        }
        try new.requireIDs()
        let known = Set(old.called.map(\.source.bytes))
        for file in new.called where !known.contains(file.source.bytes) { try file.requireIDs() }
        let (before, after) = (StepDefinitions(old), StepDefinitions(new))
        settings = after.settings(differingFrom: before)
        let renewed = Renewed(inputs: [], from: before, to: after, new)
        vars = renewed.vars
        compare(old.steps, before, to: new.steps, after, renewed, below: "")
    }

    /// - Parameter renewed: what of their workflow is made anew.
    private mutating func compare(
        _ old: [Step], _ before: StepDefinitions, to new: [Step], _ after: StepDefinitions, _ renewed: Renewed,
        below prefix: String
    ) {
        let readers = Set(new.paths(where: renewed.isRead))
        let (earlier, later) = (old.calls, new.calls)
        for (path, definition) in after.steps {
            guard let known = before.steps[path] else {
                added.insert(prefix + path)
                if let call = later[path] { added.formUnion(call.workflow.allPaths(below: "\(prefix)\(path)/")) }
                continue
            }
            if known != definition || readers.contains(path) { changed.insert(prefix + path) }
            let inputs = definition.arguments(differingFrom: known)
                .union((later[path]?.arguments ?? []).filter { renewed.isRead(by: $0.value.expressions) }.map(\.name))
            compare(earlier[path]?.workflow, to: later[path]?.workflow, of: prefix + path, inputs)
        }
        for path in before.steps.keys where after.steps[path] == nil {
            removed.insert(prefix + path)
            if let call = earlier[path] { removed.formUnion(call.workflow.allPaths(below: "\(prefix)\(path)/")) }
        }
    }

    /// Compares what a step calls with what it called.
    ///
    /// - Parameter inputs: those that the step gives it anew.
    private mutating func compare(_ old: Workflow?, to new: Workflow?, of path: String, _ inputs: Set<String>) {
        guard let old, let new else {
            added.formUnion(new?.allPaths(below: "\(path)/") ?? [])
            removed.formUnion(old?.allPaths(below: "\(path)/") ?? [])
            return
        }
        let (before, after) = (StepDefinitions(old), StepDefinitions(new))
        let isOther = !after.settings(differingFrom: before).allSatisfy(WorkflowDifference.remarks.contains)
        if isOther || old.steps.map(\.id) != new.steps.map(\.id) { changed.insert(path) }
        let renewed = Renewed(inputs: inputs, from: before, to: after, new)
        if renewed != Renewed() { calls[path] = renewed }
        compare(old.steps, before, to: new.steps, after, renewed, below: "\(path)/")
    }
}

extension WorkflowDifference.Renewed {
    /// - Parameter inputs: those that are given anew.
    fileprivate init(
        inputs: Set<String>, from before: StepDefinitions, to after: StepDefinitions, _ workflow: Workflow
    ) {
        self.inputs = inputs
        let (old, new) = (before.settings["vars"]?.mapValue, after.settings["vars"]?.mapValue)
        vars = Set((new ?? ValueMap()).filter { old?[$0.key.text] != $0.value }.map(\.key.text))
        // A variable may read those above it.
        for (name, template) in workflow.vars where isRead(by: template.expressions) { vars.insert(name) }
    }
}

extension StepDefinitions.Definition {
    /// Names of arguments that are said in another way, or not any more.
    fileprivate func arguments(differingFrom old: StepDefinitions.Definition) -> Set<String> {
        let names = Set(arguments.names).union(old.arguments.names)
        return names.filter { arguments[$0] != old.arguments[$0] }
    }
}

extension StepDefinitions {
    fileprivate func settings(differingFrom old: StepDefinitions) -> [String] {
        Set(old.settings.keys).union(settings.keys).filter { old.settings[$0] != settings[$0] }.sorted()
    }
}

extension Workflow {
    /// - Throws: a `Failure` of kind `invalid` where a step has none.
    fileprivate func requireIDs() throws(Failure) {
        guard let step = steps.firstWithoutID else { return }
        throw Failure(
            .invalid, "a step without an id can't be told from others when a file has changed",
            hint: "give every step an id; those of the run are shown by \"flowctl runs show\"", position: step.span)
    }

    /// Paths of all its steps, and of those of the workflows it calls.
    fileprivate func allPaths(below prefix: String) -> [String] {
        let called = steps.calls.flatMap { path, call in call.workflow.allPaths(below: "\(prefix)\(path)/") }
        return steps.paths { _ in true }.map { prefix + $0 } + called
    }
}

extension Workflow {
    /// Paths of all its steps as they stand in the file, with those of its handlers and of the workflows it calls.
    package func stepPaths(below prefix: String = "") -> [String] {
        let lists = [("", steps), ("on_failure/", onFailure), ("on_success/", onSuccess), ("finally/", finally)]
        var paths: [String] = []
        for (list, steps) in lists {
            steps.forEach(below: prefix + list) { path, step in
                paths.append(path)
                if case .call(let call) = step.kind { paths += call.workflow.stepPaths(below: "\(path)/") }
            }
        }
        return paths
    }
}

extension [Step] {
    fileprivate var firstWithoutID: Step? {
        for step in self {
            if !step.hasExplicitID { return step }
            if let inner = step.branches.lazy.compactMap({ $0.steps.firstWithoutID }).first { return inner }
        }
        return nil
    }

    /// What they call, by the paths of the steps, inner ones too.
    fileprivate var calls: [String: Step.Call] {
        var calls: [String: Step.Call] = [:]
        forEach(below: "") { path, step in if case .call(let call) = step.kind { calls[path] = call } }
        return calls
    }

    /// Paths of the steps, inner ones too, whose own expressions a condition holds for.
    fileprivate func paths(where holds: ([Expression]) -> Bool) -> [String] {
        var paths: [String] = []
        forEach(below: "") { path, step in
            if holds(step.ownExpressions + (step.outputs ?? []).flatMap(\.value.expressions)) { paths.append(path) }
        }
        return paths
    }

    fileprivate func forEach(below prefix: String, _ body: (String, Step) -> Void) {
        for step in self {
            let path = prefix + step.id
            body(path, step)
            for branch in step.branches { branch.steps.forEach(below: "\(path)/\(branch.prefix)", body) }
        }
    }
}
