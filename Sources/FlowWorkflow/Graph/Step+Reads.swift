import FlowExpression

extension Step {
    /// Expressions of the step itself, without those of the steps inside it and of its own `outputs`.
    var ownExpressions: [Expression] {
        var found: [Expression] = []
        if let condition { found.append(condition) }
        found += loop?.expressions ?? []
        switch kind {
        case .node(_, _, let arguments): found += arguments.flatMap(\.value.expressions)
        case .assert(let that, let message): found += [that] + (message?.expressions ?? [])
        case .wait(.duration(let value)), .wait(.until(let value)): found += value.expressions
        case .block, .parallel: break
        }
        found += name?.expressions ?? []
        found += credential?.name.expressions ?? []
        found += workingDirectory?.expressions ?? []
        found += environment.flatMap(\.expressions)
        return found
    }

    /// Ids of steps, of its own list or of those around it, that must have an output for this step to run.
    package var readsOutputOf: Set<String> {
        let found = ownExpressions + (children.isEmpty ? (outputs ?? []).flatMap(\.value.expressions) : [])
        var ids: Set<String> = []
        for reference in found.flatMap(\.references)
        where reference.root == "steps" && !reference.toleratesAbsence && reference.members.count >= 2 {
            if ["output", "items"].contains(reference.members[1]), reference.members[0] != id {
                ids.insert(reference.members[0])
            }
        }
        return ids
    }

    /// Whether its `if` says that it runs whatever was skipped.
    var runsAlways: Bool { condition?.functions.contains("always") ?? false }
}

extension EnvironmentEntry {
    var expressions: [Expression] {
        switch origin {
        case .value(let value): value.expressions
        case .process(_, let fallback): fallback?.expressions ?? []
        }
    }
}
