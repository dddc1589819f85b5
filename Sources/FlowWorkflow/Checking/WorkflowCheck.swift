import FlowCore
import FlowExpression
import FlowSpec

/// Checks what only the whole file can tell: order, and the names that expressions use.
struct WorkflowCheck {
    private let workflow: Workflow
    private let catalog: SpecCatalog
    private var references: ReferenceCheck
    private var order = OrderCheck()
    private var absence = AbsenceCheck()

    var diagnostics: Diagnostics {
        var all = order.diagnostics
        all.add(contentsOf: absence.diagnostics.all)
        all.add(contentsOf: references.diagnostics.all)
        return all
    }

    init(_ workflow: Workflow, catalog: SpecCatalog) {
        self.workflow = workflow
        self.catalog = catalog
        let lists = [workflow.steps, workflow.onFailure, workflow.onSuccess, workflow.finally]
        var inner: [String: String] = [:]
        for list in lists { WorkflowCheck.collectInner(of: list, into: &inner) }
        references = ReferenceCheck(innerSteps: inner)
    }

    private static func collectInner(of steps: [Step], into inner: inout [String: String]) {
        for step in steps {
            for branch in step.branches {
                for child in branch.steps where inner[child.id] == nil { inner[child.id] = step.id }
                collectInner(of: branch.steps, into: &inner)
            }
        }
    }

    mutating func run() {
        var scope = NameScope()
        scope.seesSteps = false
        scope.members = ["inputs": Set(workflow.inputs.map(\.parameter.name)), "env": []]
        for entry in workflow.env {
            references.check(entry.expressions, in: scope, place: "env", takesSecrets: true)
            scope = scope.adding(env: [entry])
        }
        scope.members["vars"] = []
        for (name, value) in workflow.vars {
            references.check(value.expressions, in: scope, place: "vars")
            scope.members["vars", default: []].insert(name)
        }
        scope.members["run"] = NameScope.runMembers
        references.check(
            workflow.defaults.workingDirectory?.expressions ?? [], in: scope, place: "working_directory")

        scope.seesSteps = true
        check(workflow.steps, in: scope)
        let after = scope.adding(ListScope(workflow.steps, order: workflow.listOrder()))
        for (name, value) in workflow.outputs {
            references.check(value.expressions, in: after, place: "the output \"\(name)\"")
        }
        for handlers in [workflow.onFailure, workflow.onSuccess, workflow.finally] { check(handlers, in: after) }
    }

    // MARK: Steps

    private mutating func check(_ steps: [Step], isParallel: Bool = false, in outer: NameScope) {
        let list = ListScope(steps, order: workflow.listOrder(isParallel: isParallel))
        order.check(list)
        for (index, step) in steps.enumerated() { check(step, in: outer.adding(list.seen(by: index))) }
    }

    private mutating func check(_ step: Step, in outer: NameScope) {
        references.check(step.condition.map { [$0] } ?? [], in: outer, place: "if")
        references.check(step.name?.expressions ?? [], in: outer, place: "name")
        var scope = outer
        if let loop = step.loop {
            references.check(loop.items.expressions, in: outer, place: loop.isMatrix ? "matrix" : "for_each")
            scope = outer.adding(loop)
        }
        references.check(step.credential?.name.expressions ?? [], in: scope, place: "credential")
        references.check(step.workingDirectory?.expressions ?? [], in: scope, place: "working_directory")
        for entry in step.environment {
            references.check(entry.expressions, in: scope, place: "env", takesSecrets: true)
            scope = scope.adding(env: [entry])
        }
        checkKind(of: step, in: scope)
        if let handlers = step.onError { check(handlers, in: outer.adding(variables: "error")) }
        absence.check(step)
        guard let outputs = step.outputs else { return }
        let seenByOutputs = outputScope(of: step, scope)
        for (name, value) in outputs {
            references.check(value.expressions, in: seenByOutputs, place: "the output \"\(name)\"")
        }
    }

    private mutating func checkKind(of step: Step, in scope: NameScope) {
        switch step.kind {
        case .node(let name, _, let arguments):
            let spec = catalog.known(name)
            for (argument, value) in arguments {
                // Of a node that isn't known nothing is known; that is reported already.
                let takesSecrets = spec.map { $0.parameter(argument)?.takesSecrets ?? false } ?? true
                references.check(
                    value.expressions, in: scope, place: "the parameter \"\(argument)\" of \(name)",
                    takesSecrets: takesSecrets)
            }
        case .assert(let that, let message):
            references.check([that] + (message?.expressions ?? []), in: scope, place: "assert")
        case .wait(.duration(let value)), .wait(.until(let value)):
            references.check(value.expressions, in: scope, place: "wait")
        case .switch(let choice):
            references.check([choice.value], in: scope, place: "switch")
            for branch in choice.branches { check(branch.steps, in: scope) }
        case .block(let steps): check(steps, in: scope)
        case .parallel(let steps): check(steps, isParallel: true, in: scope)
        }
    }

    /// Outputs see the steps inside, or the node's own output.
    private func outputScope(of step: Step, _ scope: NameScope) -> NameScope {
        let inner = step.children + (step.onError ?? [])
        var scope = inner.isEmpty ? scope : scope.adding(ListScope(inner, order: workflow.listOrder()))
        guard step.children.isEmpty else { return scope }
        scope = scope.adding(variables: "output")
        scope.ownStep = step.id
        return scope
    }
}
