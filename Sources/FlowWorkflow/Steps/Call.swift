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
    /// The files of the workflows that it calls, and of those that these call; each once.
    package var calledFiles: [SourceText] {
        var found: [SourceText] = []
        var known: Set<String> = []
        addCalledFiles(to: &found, &known)
        return found
    }

    private func addCalledFiles(to found: inout [SourceText], _ known: inout Set<String>) {
        var open = [steps, onFailure, onSuccess, finally]
        while let list = open.popLast() {
            for step in list {
                open += step.branches.map(\.steps)
                guard case .call(let call) = step.kind, known.insert(call.workflow.source.name).inserted else {
                    continue
                }
                found.append(call.workflow.source)
                call.workflow.addCalledFiles(to: &found, &known)
            }
        }
    }
}
