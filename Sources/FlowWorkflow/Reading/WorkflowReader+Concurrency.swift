import FlowCore
import FlowExpression
import FlowYAML

extension WorkflowReader {
    /// `concurrency:` as the name of a group, or a map.
    mutating func concurrency(_ node: SourceNode) -> Workflow.Concurrency? {
        guard node.map != nil else {
            guard node.string != nil else {
                node.expected("the name of a group, or a map", for: "concurrency", &diagnostics)
                return nil
            }
            return group(node).map { Workflow.Concurrency(group: $0) }
        }
        guard let map = MapDecoder(node, Keywords.concurrency, &diagnostics) else { return nil }
        let name = map.required("group", &diagnostics).flatMap { group($0) }
        let policy: Workflow.Concurrency.Policy? = map.choice("policy", &diagnostics)
        let limit = map.int("max", in: 1...10_000, &diagnostics)
        return name.map { Workflow.Concurrency(group: $0, policy: policy ?? .queue, limit: limit ?? 1) }
    }

    private mutating func group(_ node: SourceNode) -> Template? {
        guard let template = template(node, key: "group") else { return nil }
        if node.string?.isEmpty == true {
            diagnostics.error(
                "no-group", "the group has no name", at: node.span, hint: "give it one, such as ${{ inputs.target }}")
        }
        return template
    }
}
