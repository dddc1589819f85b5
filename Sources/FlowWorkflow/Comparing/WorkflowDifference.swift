package import FlowCore
import FlowExpression

/// What an edited file says that the one before didn't.
package struct WorkflowDifference: Sendable {
    /// Paths of steps that say something else, or read a variable that does. What stands inside a step is compared by
    /// itself; which steps stand there belongs to the step.
    package let changed: Set<String>
    package let added: Set<String>
    package let removed: Set<String>
    /// Keys at the top that say something else: `inputs`, `finally`.
    package let settings: [String]
    /// Variables that are to be made anew.
    package let vars: Set<String>

    /// - Throws: a `Failure` of kind `invalid` where the files are of different workflows, or a step of the new one has
    ///   no id by which it could be found in the old one.
    package init(from old: Workflow, to new: Workflow) throws(Failure) {
        guard old.name == new.name else {
            throw Failure(
                .invalid, "\"\(new.source.name)\" is the workflow \"\(new.name)\", and the run is of \"\(old.name)\"",
                hint: "give the edited file of the same workflow; its name must stay")
        }
        if let step = new.steps.firstWithoutID {
            throw Failure(
                .invalid, "a step without an id can't be told from others when a file has changed",
                hint: "give every step an id; those of the run are shown by \"flowctl runs show\"",
                position: step.span)
        }
        let (before, after) = (StepDefinitions(old), StepDefinitions(new))
        let vars = WorkflowDifference.changedVars(from: before, to: after)
        self.vars = vars
        added = Set(after.steps.keys).subtracting(before.steps.keys)
        removed = Set(before.steps.keys).subtracting(after.steps.keys)
        let others = Set(after.steps.filter { path, step in before.steps[path].map { $0 != step } ?? false }.keys)
        changed = others.union(new.steps.paths { $0.reads(vars) }).subtracting(added)
        settings = Set(before.settings.keys).union(after.settings.keys)
            .filter { before.settings[$0] != after.settings[$0] }.sorted()
    }

    private static func changedVars(from old: StepDefinitions, to new: StepDefinitions) -> Set<String> {
        let (before, after) = (old.settings["vars"]?.mapValue, new.settings["vars"]?.mapValue)
        return Set((after ?? ValueMap()).filter { before?[$0.key.text] != $0.value }.map(\.key.text))
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

    /// Paths of the steps, inner ones too, that a condition holds for.
    fileprivate func paths(below prefix: String = "", where holds: (Step) -> Bool) -> [String] {
        flatMap { step -> [String] in
            let path = prefix + step.id
            let inner = step.branches.flatMap { $0.steps.paths(below: "\(path)/\($0.prefix)", where: holds) }
            return (holds(step) ? [path] : []) + inner
        }
    }
}

extension Step {
    fileprivate func reads(_ vars: Set<String>) -> Bool {
        guard !vars.isEmpty else { return false }
        let all = ownExpressions + (outputs ?? []).flatMap(\.value.expressions)
        return all.flatMap(\.references).contains { reference in
            reference.root == "vars" && (reference.members.first.map(vars.contains) ?? true)
        }
    }
}
