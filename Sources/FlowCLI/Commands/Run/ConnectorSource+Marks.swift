import FlowConnect
import FlowRun
import FlowWorkflow

extension ConnectorSource {
    /// A mark of the content of each connector that a workflow uses, by which a change is seen when it is resumed.
    func marks(for workflow: Workflow) throws -> [String: String] {
        var marks: [String: String] = [:]
        for group in Set(workflow.nodeNames.map { String($0.prefix { $0 != "." }) }) {
            guard let content = try content(of: group) else { continue }
            var hash = StableHash()
            hash.add(content)
            marks[group] = hash.text
        }
        return marks
    }
}
