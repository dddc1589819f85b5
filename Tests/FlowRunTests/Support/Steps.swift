import FlowCore
import FlowExpression
import FlowSpec
import FlowWorkflow

/// Short spellings of steps for tests.
enum Make {
    static let source = SourceText(name: "test.yaml", text: "name: test\n")
    static let span = SourceSpan(source, start: 0, end: 0)

    static func value(_ value: Value) throws -> ValueTemplate {
        var diagnostics = Diagnostics()
        guard let template = ValueTemplate.compile(node(value), diagnostics: &diagnostics) else {
            throw Failure(.invalid, diagnostics.all.map(\.message).joined(separator: "; "))
        }
        return template
    }

    static func text(_ text: String) throws -> Template { try Template.compile(node(.string(text))) }

    static func values(_ values: KeyValuePairs<String, Value>) throws -> [(name: String, value: ValueTemplate)] {
        try values.map { ($0.key, try value($0.value)) }
    }

    private static func node(_ value: Value) -> SourceNode {
        switch value {
        case .list(let items): SourceNode(.list(items.map(node)), span: span)
        case .map(let map):
            SourceNode(
                .map(map.map { SourceNode.Entry(key: $0.key.text, keySpan: span, value: node($0.value)) }), span: span)
        default: SourceNode(.scalar(value), span: span)
        }
    }
}

extension Step {
    /// `uses: test.NODE` with `value: VALUE`, which is the step's own id where none is given.
    static func uses(_ node: String, _ id: String, _ value: Value? = nil) throws -> Step {
        Step(
            id: id, hasExplicitID: true,
            kind: .node(
                name: "test.\(node)", nameSpan: Make.span, arguments: try Make.values(["value": value ?? .string(id)])),
            span: Make.span)
    }

    static func read(_ id: String, _ value: Value? = nil) throws -> Step { try uses("read", id, value) }
    static func write(_ id: String, _ value: Value? = nil) throws -> Step { try uses("write", id, value) }

    static func block(_ id: String, _ steps: [Step]) -> Step {
        Step(id: id, hasExplicitID: true, kind: .block(steps), span: Make.span)
    }

    static func parallel(_ id: String, _ steps: [Step]) -> Step {
        Step(id: id, hasExplicitID: true, kind: .parallel(steps), span: Make.span)
    }

    static func choose(_ id: String, _ value: String, _ cases: KeyValuePairs<String, [Step]>) throws -> Step {
        let choice = Switch(
            value: try Expression.compile(value),
            cases: cases.map { Switch.Case(key: $0.key, keySpan: Make.span, steps: $0.value) }, otherwise: nil)
        return Step(id: id, hasExplicitID: true, kind: .switch(choice), span: Make.span)
    }

    static func assert(_ id: String, _ that: String) throws -> Step {
        Step(
            id: id, hasExplicitID: true, kind: .assert(that: try Expression.compile(that), message: nil),
            span: Make.span)
    }

    /// `uses: ./ID.yaml`
    static func call(
        _ id: String, _ steps: [Step], with arguments: KeyValuePairs<String, Value> = [:],
        _ change: (inout Workflow) throws -> Void = { _ in }
    ) throws -> Step {
        var workflow = Workflow(source: SourceText(name: "\(id).yaml", text: "name: \(id)\n"), name: id)
        workflow.steps = steps
        try change(&workflow)
        let call = Call(
            path: "./\(id).yaml", span: Make.span, workflow: workflow, arguments: try Make.values(arguments))
        return Step(id: id, hasExplicitID: true, kind: .call(call), span: Make.span)
    }

    static func wait(_ id: String, _ duration: Value) throws -> Step {
        Step(id: id, hasExplicitID: true, kind: .wait(.duration(try Make.value(duration))), span: Make.span)
    }

    func needing(_ ids: String...) -> Step { with { $0.needs = ids.map { ($0, Make.span) } } }
    func iff(_ condition: String) throws -> Step {
        let expression = try Expression.compile(condition)
        return with { $0.condition = expression }
    }

    func each(
        _ items: Value, max: Int = 4, onError: Step.Loop.OnError = .stop, as variable: String = "item"
    ) throws -> Step {
        let items = try Make.value(items)
        return with { $0.loop = Loop(items: .list(items), variable: variable, maxParallel: max, onItemError: onError) }
    }

    func onError(_ steps: [Step]) -> Step { with { $0.onError = steps } }

    func outputs(_ outputs: KeyValuePairs<String, Value>) throws -> Step {
        let outputs = try Make.values(outputs)
        return with { $0.outputs = outputs }
    }

    func with(_ change: (inout Step) -> Void) -> Step {
        var copy = self
        change(&copy)
        return copy
    }
}
