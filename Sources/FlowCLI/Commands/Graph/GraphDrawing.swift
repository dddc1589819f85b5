import FlowCore
import FlowWorkflow

/// The steps of a workflow as shapes with arrows, apart from how they are drawn.
struct GraphDrawing {
    struct Shape {
        /// Unique in the drawing: the path of ids down to the step.
        var key: String
        var id: String
        /// What it does, in a word or two: `slack.send_message`, `parallel`.
        var work: String
        /// `for each`, `if`: what decides how often it runs.
        var marks: [String]
        /// Keys of the shapes it waits for, of the same list.
        var waitsFor: [String]
        var children: [Shape]
    }

    struct Section {
        /// `steps`, `on_failure`, `on_success`, `finally`
        var name: String
        var shapes: [Shape]
    }

    var name: String
    var sections: [Section]

    init(_ workflow: Workflow) {
        name = workflow.name
        let lists = [
            ("steps", workflow.steps), ("on_failure", workflow.onFailure), ("on_success", workflow.onSuccess),
            ("finally", workflow.finally),
        ]
        sections = lists.filter { !$0.1.isEmpty }.map { name, steps in
            Section(name: name, shapes: GraphDrawing.shapes(StepGraph(steps), under: name == "steps" ? "" : name + "."))
        }
    }

    private static func shapes(_ graph: StepGraph, under prefix: String) -> [Shape] {
        graph.vertices.map { vertex in
            let step = vertex.step
            let key = prefix + step.id
            let children: [Shape] =
                switch step.kind {
                case .block(let steps): shapes(StepGraph(steps), under: key + ".")
                case .parallel(let steps): shapes(StepGraph(steps, isParallel: true), under: key + ".")
                default: []
                }
            return Shape(
                key: key, id: step.id, work: step.work, marks: step.marks,
                waitsFor: vertex.waitsFor.map { prefix + graph.vertices[$0].step.id }, children: children)
        }
    }

    /// For tools: a list of sections of steps.
    var asValue: Value {
        func value(_ shape: Shape) -> Value {
            [
                "id": .string(shape.id), "work": .string(shape.work), "marks": .list(shape.marks.map(Value.string)),
                "waits_for": .list(shape.waitsFor.map { .string(String($0.split(separator: ".").last ?? "")) }),
                "steps": .list(shape.children.map(value)),
            ]
        }
        return [
            "name": .string(name),
            "sections": .list(
                sections.map { ["name": .string($0.name), "steps": .list($0.shapes.map(value))] }),
        ]
    }
}

extension Step {
    fileprivate var work: String {
        switch kind {
        case .node(let name, _, _): name
        case .block: "steps"
        case .parallel: "parallel"
        case .assert: "assert"
        case .wait: "wait"
        }
    }

    fileprivate var marks: [String] {
        (condition == nil ? [] : ["if"]) + (loop == nil ? [] : ["for each"])
    }
}
