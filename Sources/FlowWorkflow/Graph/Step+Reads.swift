package import FlowExpression

extension Step {
    /// Expressions of the step itself, without those of the steps inside it and of its own `outputs`.
    var ownExpressions: [Expression] {
        var found: [Expression] = []
        if let condition { found.append(condition) }
        found += loop?.expressions ?? []
        if let repetition { found.append(repetition.condition) }
        switch kind {
        case .node(_, _, let arguments): found += arguments.flatMap(\.value.expressions)
        case .call(let call): found += call.arguments.flatMap(\.value.expressions)
        case .assert(let that, let message): found += [that] + (message?.expressions ?? [])
        case .wait(.duration(let value)), .wait(.until(let value)): found += value.expressions
        case .switch(let choice): found.append(choice.value)
        case .block, .parallel: break
        }
        found += name?.expressions ?? []
        found += credential?.name.expressions ?? []
        found += idempotencyKey?.text.expressions ?? []
        found += workingDirectory?.expressions ?? []
        found += environment.flatMap(\.expressions)
        return found
    }

    /// Ids of steps, of its own list or of those around it, that must have an output for this step to run.
    package var readsOutputOf: Set<String> {
        let references = ownExpressions.flatMap(\.references) + outerReferencesOfOutputs
        var ids: Set<String> = []
        for reference in references
        where reference.root == "steps" && !reference.toleratesAbsence && reference.members.count >= 2 {
            if ["output", "items"].contains(reference.members[1]), reference.members[0] != id {
                ids.insert(reference.members[0])
            }
        }
        return ids
    }

    /// Ids of steps, of its own list or of those around it, whose skip reaches it: those that it needs, and whose output
    /// it can't do without.
    package var skippedWith: Set<String> { runsAlways ? [] : readsOutputOf.union((needs ?? []).map(\.id)) }

    /// The steps around it whose results it reads, in whatever way, or a step inside it does; each once.
    package var outerReads: [(id: String, reference: Expression.Reference)] {
        var found: [(id: String, reference: Expression.Reference)] = []
        var known: Set<String> = []
        func add(_ id: String, _ reference: Expression.Reference) {
            if known.insert(id).inserted { found.append((id, reference)) }
        }
        let references = ownExpressions.flatMap(\.references) + outerReferencesOfOutputs
        for reference in references where reference.root == "steps" {
            if let id = reference.members.first { add(id, reference) }
        }
        for branch in branches {
            let siblings = Set(branch.steps.map(\.id))
            for (id, reference) in branch.steps.flatMap(\.outerReads) where !siblings.contains(id) {
                add(id, reference)
            }
        }
        return found
    }

    /// What its own `outputs` read of steps that are neither itself nor one of those inside it.
    private var outerReferencesOfOutputs: [Expression.Reference] {
        guard let outputs, !outputs.isEmpty else { return [] }
        let inner = Set((children + (onError ?? [])).map(\.id) + [id])
        return outputs.flatMap(\.value.expressions).flatMap(\.references).filter { reference in
            guard reference.root == "steps", let id = reference.members.first else { return false }
            return !inner.contains(id)
        }
    }

    /// Whether its `if` says that it runs whatever was skipped.
    var runsAlways: Bool { condition?.functions.contains("always") ?? false }
}

extension EnvironmentEntry {
    package var expressions: [Expression] {
        switch origin {
        case .value(let value): value.expressions
        case .process(_, let fallback, _): fallback?.expressions ?? []
        }
    }
}
