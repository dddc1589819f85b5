import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// `uses: ./other.yaml`; nil where it was reported.
    mutating func call(
        _ path: String, at span: SourceSpan, _ arguments: [NodeArgument], _ map: MapDecoder
    ) -> Step.Kind? {
        for key in Keywords.ofNodesOnly {
            guard let entry = map.entry(key) else { continue }
            diagnostics.error(
                "misplaced-key", "\"\(key)\" can't go with a workflow", at: entry.keySpan,
                hint: "write it in \(path)\(key == "env" ? ", and pass values as inputs" : "")")
        }
        guard let workflow = called.workflow(at: path, span: span, catalog: catalog, &diagnostics) else { return nil }
        if !workflow.isCallable {
            diagnostics.error(
                "not-callable", "\"\(path)\" is not meant to be called: its \"on\" doesn't say so", at: span,
                hint: "add call: {} to its on:")
        }
        if workflow.concurrency != nil {
            diagnostics.error(
                "not-callable", "\"\(path)\" has \"concurrency\", which is about whole runs", at: span,
                hint: "move its concurrency: to the workflow that is run")
        }
        check(arguments, of: Signature(path, workflow.inputs), at: span)
        checkPatterns(of: workflow.inputs, arguments, path)
        credentialNames += workflow.credentialNames.filter { !credentialNames.contains($0) }
        return .call(
            Step.Call(
                path: path, span: span, workflow: workflow,
                arguments: arguments.compactMap { argument in argument.value.map { (argument.name, $0) } }))
    }

    private mutating func checkPatterns(of inputs: [WorkflowInput], _ arguments: [NodeArgument], _ path: String) {
        for argument in arguments {
            guard let input = inputs.first(where: { $0.parameter.name == argument.name }), input.pattern != nil,
                let template = argument.value, case .literal(let value) = template.content,
                input.parameter.objection(to: value) == nil,
                let objection = input.objection(to: value)
            else { continue }
            diagnostics.error(
                "wrong-argument", "input \"\(argument.name)\" of \"\(path)\" \(objection)", at: argument.valueSpan)
        }
    }
}

extension Workflow {
    /// A file that says what starts it must name calls, too.
    fileprivate var isCallable: Bool { triggers.isEmpty || triggers.contains { $0.kind == .call } }
}
