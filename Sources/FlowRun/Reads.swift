import FlowCore
import FlowExpression
import FlowWorkflow

/// What the expressions of one step look at, found once before the run, so that no more than that is built for each
/// evaluation.
struct Reads: Sendable {
    /// Ids of steps; nil where a name is only known when it is evaluated.
    private(set) var steps: Set<String>? = []
    /// Those of them whose `items` are looked at.
    private(set) var itemsOf: Set<String> = []
    /// Those of them whose `output` is looked at.
    private(set) var outputsOf: Set<String> = []
    /// Those of them whose `output` a loop goes through item by item.
    private(set) var loopedOver: Set<String> = []
    /// Names of credentials, and whether only `secrets.NAME` is written, which means its one field.
    private(set) var secrets: [String: Bool] = [:]
    /// Fields of credentials that are read by name.
    private(set) var secretFields: [String: Set<String>] = [:]
    /// Names of variables in `env`; nil where a name is only known when it is evaluated.
    private(set) var environment: Set<String>? = []
    /// Whether they look at `run`, of which each attempt has other members.
    private(set) var looksAtRun = false
    /// Whether they look at something other than credentials and variables of `env`.
    private(set) var looksElsewhere = false
    /// Whether another evaluation may give another value.
    private(set) var isReproducible = true

    private static let unreproducible: Set<String> = ["now", "uuid", "hashFiles"]

    /// Looks at everything there is.
    static var everything: Reads {
        var reads = Reads([])
        reads.steps = nil
        return reads
    }

    init(_ expressions: [Expression]) {
        for expression in expressions { add(expression) }
    }

    private mutating func add(_ reference: Expression.Reference) {
        switch (reference.root, reference.members.first) {
        case ("steps", let id?):
            steps?.insert(id)
            let member = reference.members.count < 2 ? nil : reference.members[1]
            if member == nil || member == "items" { itemsOf.insert(id) }
            if member == nil || member == "output" { outputsOf.insert(id) }
        case ("steps", nil): steps = nil
        case ("secrets", let name?):
            secrets[name] = (secrets[name] ?? true) && reference.members.count < 2
            if reference.members.count > 1 { secretFields[name, default: []].insert(reference.members[1]) }
        case ("env", let name?): environment?.insert(name)
        case ("env", nil): environment = nil
        case ("run", _): looksAtRun = true
        default: break
        }
    }

    /// What anything in a workflow looks at.
    init(_ workflow: Workflow) {
        self.init(workflow.outputs.flatMap(\.value.expressions))
        for steps in [workflow.steps, workflow.onFailure, workflow.onSuccess, workflow.finally] { add(steps) }
    }

    /// What a step looks at, and those inside it, but for what it goes through item by item.
    init(besideItemsOf step: Step) {
        self.init([])
        add(step)
    }

    private mutating func add(_ steps: [Step]) { for step in steps { add(step) } }

    private mutating func add(_ step: Step) {
        let source = step.loop?.source?.step
        if let source { loopedOver.insert(source) }
        for expression in step.loop?.items.expressions ?? [] { add(expression, without: source) }
        for expression in step.expressionsBesideItems { add(expression) }
        for branch in step.branches { add(branch.steps) }
    }

    /// - Parameter source: a step whose output is gone through item by item, and is not looked at otherwise.
    private mutating func add(_ expression: Expression, without source: String? = nil) {
        if !expression.functions.isDisjoint(with: Reads.unreproducible) { isReproducible = false }
        for reference in expression.references {
            if let source, reference.root == "steps", reference.members.first == source { continue }
            add(reference)
            if reference.root != "secrets", reference.root != "env" { looksElsewhere = true }
        }
    }

    /// Whether the output of this step is only gone through by loops, item by item.
    func onlyLoopsRead(_ id: String) -> Bool {
        steps != nil && loopedOver.contains(id) && !outputsOf.contains(id)
    }

    /// Whether anything looks at what came of this step.
    func readsResult(of id: String) -> Bool { steps == nil || steps?.contains(id) == true || loopedOver.contains(id) }

    func readsItems(of id: String) -> Bool { steps == nil || itemsOf.contains(id) }

    /// What has to be kept of the items of a loop for all that is read of it.
    func kept(of step: Step) -> LoopItems.Kept {
        if step.loop?.collect == .nothing { return readsItems(of: step.id) ? [.failures] : [] }
        if readsItems(of: step.id) { return [.outputs, .failures] }
        return outputsOf.contains(step.id) || loopedOver.contains(step.id) ? [.outputs] : []
    }
}

extension Step {
    /// Every expression of the step itself, without those of the steps inside it.
    var expressions: [Expression] { (loop?.items.expressions ?? []) + expressionsBesideItems }

    /// Those that decide what is done: arguments, items, environment.
    var workExpressions: [Expression] { (loop?.items.expressions ?? []) + ownWork }

    fileprivate var expressionsBesideItems: [Expression] {
        var found: [Expression] = []
        if let condition { found.append(condition) }
        if let repetition { found.append(repetition.condition) }
        found += ownWork
        if let name { found += name.expressions }
        for (_, value) in outputs ?? [] { found += value.expressions }
        return found
    }

    private var ownWork: [Expression] {
        var found = loop?.key?.expressions ?? []
        switch kind {
        case .node(_, _, let arguments): for (_, value) in arguments { found += value.expressions }
        case .call(let call): for (_, value) in call.arguments { found += value.expressions }
        case .assert(let that, let message): found += [that] + (message?.expressions ?? [])
        case .wait(.duration(let value)), .wait(.until(let value)): found += value.expressions
        case .switch(let choice): found.append(choice.value)
        case .block, .parallel: break
        }
        if let credential { found += credential.name.expressions }
        if let idempotencyKey { found += idempotencyKey.text.expressions }
        if let workingDirectory { found += workingDirectory.expressions }
        for entry in environment {
            switch entry.origin {
            case .value(let value): found += value.expressions
            case .process(_, let fallback, _): found += fallback?.expressions ?? []
            }
        }
        return found
    }
}

extension Step.Loop {
    /// The step whose output a loop goes through item by item.
    struct Source: Sendable {
        var step: String
        /// Whether it is gone through as it is, without `filter` and `map`.
        var isWhole: Bool
    }

    /// nil where the loop needs its list whole.
    var source: Source? {
        guard case .list(let items) = items, let expression = items.onlyExpression,
            let path = expression.itemwisePath, path.count == 3, path[0] == "steps", path[2] == "output",
            Reads([expression]).isReproducible
        else { return nil }
        return Source(step: path[1], isWhole: expression.functions.isEmpty)
    }
}
