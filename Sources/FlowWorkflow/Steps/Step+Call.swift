package import FlowCore
package import FlowExpression

extension Step {
    /// `uses: ./other.yaml` — another workflow as a step: its inputs are `with`, its outputs the step's output.
    package struct Call: Sendable {
        /// As the file says it.
        package var path: String
        package var span: SourceSpan
        package var workflow: Workflow
        package var arguments: [(name: String, value: ValueTemplate)]

        package init(
            path: String, span: SourceSpan, workflow: Workflow, arguments: [(name: String, value: ValueTemplate)]
        ) {
            self.path = path
            self.span = span
            self.workflow = workflow
            self.arguments = arguments
        }
    }
}

extension Workflow {
    /// The workflows that it calls, and those that these call; each once.
    package var called: [Workflow] {
        var found: [Workflow] = []
        var known: Set<String> = []
        addCalled(to: &found, &known)
        return found
    }

    private func addCalled(to found: inout [Workflow], _ known: inout Set<String>) {
        var open = [steps, onFailure, onSuccess, finally]
        while let list = open.popLast() {
            for step in list {
                open += step.branches.map(\.steps)
                guard case .call(let call) = step.kind, known.insert(call.workflow.source.name).inserted else {
                    continue
                }
                found.append(call.workflow)
                call.workflow.addCalled(to: &found, &known)
            }
        }
    }
}
