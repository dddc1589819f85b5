import FlowCore
package import FlowExpression
package import FlowStore
package import FlowWorkflow

/// What the expressions of one place of a recorded run saw.
package struct RecordedView: Sendable {
    /// nil for the workflow's outputs.
    package let step: Step?
    /// What is recorded of the step; nil where it never started.
    package let stored: StoredStep?
    /// The item of its loop that was asked for, where it ended.
    package let item: StoredItem?
    let frame: Frame
    let status: RunCondition
    let roots: Roots
    /// What `now()` answers.
    let time: Timestamp

    /// Values by name, without `steps` and the variables of loops.
    struct Roots: Sendable {
        var values: ValueMap
        /// Such as `env.REGION`: what can't be told any more.
        var unrecorded: Set<String> = []
    }

    package var scope: EvaluationScope {
        let (frame, roots, time) = (frame, roots, time)
        return EvaluationScope(status: status, now: { time }) { name in
            frame.variable(name) ?? (name == "steps" ? frame.steps(.everything) : roots.values[name])
        }
    }

    /// Names an expression can start with.
    package var names: [String] {
        frame.variableNames.sorted() + ["steps"] + roots.values.names
    }

    /// What the expression reads and the run's record doesn't have: `env.REGION`.
    package func unrecorded(in expression: Expression) -> [Expression.Reference] {
        expression.references.filter { roots.unrecorded.contains($0.path) || $0.root == "secrets" }
    }
}

extension Expression.Reference {
    /// The name and its first member: `env.REGION`.
    package var path: String { ([root] + members.prefix(1)).joined(separator: ".") }
}
