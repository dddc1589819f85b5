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
    /// Names of credentials, and whether only `secrets.NAME` is written, which means its one field.
    private(set) var secrets: [String: Bool] = [:]
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
        for expression in expressions {
            if !expression.functions.isDisjoint(with: Reads.unreproducible) { isReproducible = false }
            for reference in expression.references { add(reference) }
        }
    }

    private mutating func add(_ reference: Expression.Reference) {
        switch (reference.root, reference.members.first) {
        case ("steps", let id?):
            steps?.insert(id)
            let member = reference.members.count < 2 ? nil : reference.members[1]
            if member == nil || member == "items" { itemsOf.insert(id) }
            if member == nil || member == "output" { outputsOf.insert(id) }
        case ("steps", nil): steps = nil
        case ("secrets", let name?): secrets[name] = (secrets[name] ?? true) && reference.members.count < 2
        default: break
        }
    }

    func readsResult(of id: String) -> Bool { steps?.contains(id) ?? true }

    func readsItems(of id: String) -> Bool { steps == nil || itemsOf.contains(id) }

    /// What has to be kept of the items of a loop for all that is read of it.
    func kept(of step: Step) -> LoopItems.Kept {
        if step.loop?.collect == .nothing { return readsItems(of: step.id) ? [.failures] : [] }
        if readsItems(of: step.id) { return [.outputs, .failures] }
        return outputsOf.contains(step.id) ? [.outputs] : []
    }
}

extension Workflow {
    /// Every expression that sees results of steps.
    var expressions: [Expression] {
        func all(_ steps: [Step]) -> [Expression] {
            steps.flatMap { $0.expressions + all($0.branches.flatMap(\.steps)) }
        }
        return [steps, onFailure, onSuccess, self.finally].flatMap(all) + outputs.flatMap(\.value.expressions)
    }
}

extension Step {
    /// Every expression of the step itself, without those of the steps inside it.
    var expressions: [Expression] {
        var found: [Expression] = []
        if let condition { found.append(condition) }
        found += workExpressions
        if let name { found += name.expressions }
        for (_, value) in outputs ?? [] { found += value.expressions }
        return found
    }

    /// Those that decide what is done: arguments, items, environment.
    var workExpressions: [Expression] {
        var found = loop?.expressions ?? []
        switch kind {
        case .node(_, _, let arguments): for (_, value) in arguments { found += value.expressions }
        case .call(let call): for (_, value) in call.arguments { found += value.expressions }
        case .assert(let that, let message): found += [that] + (message?.expressions ?? [])
        case .wait(.duration(let value)), .wait(.until(let value)): found += value.expressions
        case .switch(let choice): found.append(choice.value)
        case .block, .parallel: break
        }
        if let credential { found += credential.name.expressions }
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
