package import FlowCore
import FlowExpression
package import FlowWorkflow

extension Workflow {
    /// The credentials that a run of it may ask for: those its steps name or mean by leaving them out, and those that
    /// expressions read; also in the workflows that it calls. Of each the names, any of which will do.
    package var secretNames: Set<[String]> { called.reduce(ownSecretNames) { $0.union($1.ownSecretNames) } }

    /// What `env` takes from the process, in it and the workflows that it calls: names with the variables that they
    /// stand for, and whether there is another value where these are not set.
    package var processVariables: [(name: String, variable: String, hasDefault: Bool)] {
        ([self] + called).flatMap { workflow in
            let lists = [workflow.steps, workflow.onFailure, workflow.onSuccess, workflow.finally]
            return (workflow.env + lists.flatMap { $0.flatMap(\.allEnvironment) }).compactMap(\.processVariable)
        }
    }

    private var ownSecretNames: Set<[String]> {
        let lists = [steps, onFailure, onSuccess, self.finally]
        let named = credentialNames.filter { use in
            // Others belong to triggers, which a run has nothing to do with.
            use.span.source.name == source.name
                && lists.contains { $0.contains { $0.span.start <= use.span.start && use.span.end <= $0.span.end } }
        }
        return Set(named.map(\.names)).union(secretsRead.map { [$0] })
    }

    /// The credentials that expressions of this file read as `secrets.NAME`.
    package var secretsRead: Set<String> {
        let before = env.flatMap(\.expressions) + vars.flatMap(\.value.expressions)
        return Set(Reads(before).secrets.keys).union(Reads(self).secrets.keys)
    }
}

/// A place where an expression reads a credential.
package struct SecretRead: Sendable, Hashable {
    package var name: String
    /// nil where the whole is read.
    package var field: String?
    /// Whether the field may be missing.
    package var toleratesAbsence: Bool
    package var span: SourceSpan
}

extension Workflow {
    /// The places where expressions of this file read `secrets.NAME`, in their order, each once.
    package var secretReads: [SecretRead] {
        var found: Set<SecretRead> = []
        func add(_ expressions: [Expression]) {
            for reference in expressions.lazy.flatMap(\.references) where reference.root == "secrets" {
                guard let name = reference.members.first else { continue }
                found.insert(
                    SecretRead(
                        name: name, field: reference.members.dropFirst().first,
                        toleratesAbsence: reference.toleratesAbsence, span: reference.span))
            }
        }
        func add(_ steps: [Step]) {
            for step in steps {
                add(step.expressions)
                for branch in step.branches { add(branch.steps) }
            }
        }
        add(env.flatMap(\.expressions) + (vars + outputs).flatMap(\.value.expressions))
        for steps in [steps, onFailure, onSuccess, self.finally] { add(steps) }
        return found.sorted { $0.span.start < $1.span.start }
    }
}

extension Step {
    /// Its own and that of the steps inside it.
    fileprivate var allEnvironment: [EnvironmentEntry] {
        environment + branches.flatMap { $0.steps.flatMap(\.allEnvironment) }
    }
}

extension EnvironmentEntry {
    fileprivate var processVariable: (name: String, variable: String, hasDefault: Bool)? {
        if case .process(let variable, let fallback, _) = origin { (name, variable, fallback != nil) } else { nil }
    }
}
