import FlowCore
import FlowExpression
import FlowSpec
import FlowWorkflow
import Synchronization

// From which credentials a secret in an evaluated value may come. A secret keeps its mark on any way, but not its origin;
// so what can't be told from the expression itself counts as any that the run reads.
extension ScopeSource {
    /// - Parameter values: what the templates gave.
    func lenders(
        to templates: [(name: String, value: ValueTemplate)], giving values: ValueMap
    ) async -> [Credential] {
        let expressions = templates.flatMap { $0.value.secretExpressions(giving: values[$0.name]) }
        guard !expressions.isEmpty else { return [] }
        var found: [Credential] = []
        for name in names(in: Reads(expressions)).sorted() {
            // What this workflow may not have, it hasn't read.
            if let credential = try? await credential(named: name, defaultType: nil) { found.append(credential) }
        }
        return found
    }

    /// Remembers it for expressions that read the variable.
    func noteLenders(of variable: String, _ template: ValueTemplate, giving value: Value?) {
        let expressions = template.secretExpressions(giving: value)
        guard !expressions.isEmpty else { return }
        let names = names(in: Reads(expressions))
        state.withLock { $0.lenders[variable, default: []].formUnion(names) }
    }

    private func names(in reads: Reads) -> Set<String> {
        state.withLock { state in
            var names = Set(reads.secrets.keys)
            for (variable, lenders) in state.lenders where reads.environment?.contains(variable) ?? true {
                names.formUnion(lenders)
            }
            guard reads.looksElsewhere else { return names }
            let all = state.readAnywhere ?? root.called.reduce(root.secretsRead) { $0.union($1.secretsRead) }
            state.readAnywhere = all
            return names.union(all)
        }
    }
}

extension ValueTemplate {
    /// The expressions of those parts that gave something secret.
    fileprivate func secretExpressions(giving value: Value?) -> [Expression] {
        guard let value, value.containsSecret else { return [] }
        if case .map(let members) = content, case .map(let map) = value {
            return members.flatMap { $0.value.secretExpressions(giving: map[$0.key]) }
        }
        return expressions
    }
}
