import FlowCore
import FlowExpression
package import FlowWorkflow

extension Workflow {
    /// The credentials that a run of it may ask for: those its steps name or mean by leaving them out, and those that
    /// expressions read; also in the workflows that it calls. Of each the names, any of which will do.
    package var secretNames: Set<[String]> { called.reduce(ownSecretNames) { $0.union($1.ownSecretNames) } }

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
