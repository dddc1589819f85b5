import FlowCore
import FlowWorkflow

/// The steps of a workflow as shapes with arrows, apart from how they are drawn.
struct GraphDrawing {
    struct Shape {
        /// Unique in the drawing: the path of ids down to the step.
        var key: String
        var id: String
        /// What it does, in a word or two: `slack.send_message`, `parallel`; empty of a case or handler.
        var work: String
        /// `for each`, `matrix`, `if`: what decides how often it runs.
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
            Section(
                name: name, shapes: GraphDrawing.shapes(steps, of: workflow, under: name == "steps" ? "" : name + "."))
        }
    }

    private static func shapes(
        _ steps: [Step], isParallel: Bool = false, of workflow: Workflow, under prefix: String
    ) -> [Shape] {
        let graph = StepGraph(steps, order: workflow.listOrder(isParallel: isParallel))
        return zip(steps, graph.vertices).map { step, vertex in
            let key = prefix + step.id
            let children = step.branches.enumerated().flatMap { number, branch -> [Shape] in
                let place = branch.label == nil ? key : "\(key).branch\(number + 1)"
                let inner = shapes(branch.steps, isParallel: branch.isParallel, of: workflow, under: place + ".")
                guard let label = branch.label else { return inner }
                return [Shape(key: place, id: label, work: "", marks: [], waitsFor: [], children: inner)]
            }
            return Shape(
                key: key, id: step.id, work: step.nodeName, marks: step.marks,
                waitsFor: vertex.waitsFor.map { prefix + steps[$0].id }, children: children)
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
    fileprivate var marks: [String] {
        (condition == nil ? [] : ["if"]) + (loop.map { [$0.isMatrix ? "matrix" : "for each"] } ?? [])
            + (repetition.map { [$0.kind.rawValue] } ?? [])
    }
}
