import FlowCore
import FlowSpec
import FlowWorkflow
import Testing

/// The workflow of a text that must be without errors.
func workflow(_ text: String) throws -> Workflow {
    var diagnostics = Diagnostics()
    let source = SourceText(name: "dir/sample.yaml", text: text)
    let workflow = WorkflowReader.read(
        source, nodes: SampleNodes(), files: StoredWorkflowFiles(), diagnostics: &diagnostics)
    return try #require(workflow, "\(diagnostics.sorted.map(\.rendered))")
}
