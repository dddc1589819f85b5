import FlowCore
import FlowSpec
import FlowWorkflow

/// A workflow with its lists ready to be run any number of times.
final class PreparedWorkflow: Sendable {
    enum Handler: String, Hashable, CaseIterable { case onFailure = "on_failure", onSuccess = "on_success", finally }

    let workflow: Workflow
    /// What anything in the workflow looks at.
    let reads: Reads
    let main: StepList
    let handlers: [Handler: StepList]

    /// - Throws: a `Failure` of kind `invalid` where a step uses a node that doesn't exist.
    init(_ workflow: Workflow, _ preparation: Preparation) throws {
        self.workflow = workflow
        reads = Reads(workflow)
        main = try StepList(workflow.steps, of: workflow, preparation)
        handlers = [
            .onFailure: try StepList(workflow.onFailure, of: workflow, preparation),
            .onSuccess: try StepList(workflow.onSuccess, of: workflow, preparation),
            .finally: try StepList(workflow.finally, of: workflow, preparation),
        ]
    }
}

/// Makes workflows ready to run, each called one once, however many steps call it.
final class Preparation {
    let nodes: any NodeSource
    private var called: [String: PreparedWorkflow] = [:]

    init(nodes: any NodeSource) { self.nodes = nodes }

    func called(_ workflow: Workflow) throws -> PreparedWorkflow {
        if let known = called[workflow.source.name] { return known }
        let prepared = try PreparedWorkflow(workflow, self)
        called[workflow.source.name] = prepared
        return prepared
    }
}
