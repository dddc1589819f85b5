import FlowCore
import FlowWorkflow

/// One part of a path: `deploy`, or `deploy[3]`.
struct StepName {
    let id: String
    var item: Int?

    var text: String { item.map { "\(id)[\($0)]" } ?? id }

    init?(_ text: String) {
        guard let bracket = text.firstIndex(of: "[") else {
            id = text
            return
        }
        guard text.hasSuffix("]"), let index = Int(text[text.index(after: bracket)...].dropLast()) else { return nil }
        id = String(text[..<bracket])
        item = index
    }
}

extension Workflow {
    /// Makes sure that what a user says a step gave has what the step's `outputs:` promise to others.
    func requireOutput(_ output: Value, fits path: String, in recorded: RecordedSteps) throws(Failure) {
        guard let step = try step(at: path, in: recorded), step.loop == nil || path.hasSuffix("]"),
            let outputs = step.outputs
        else {
            return
        }
        let names = outputs.map(\.name)
        let given = Set((output.mapValue ?? ValueMap()).map(\.key.text))
        let missing = names.filter { !given.contains($0) }
        guard !missing.isEmpty else { return }
        throw Failure(
            .invalid,
            output.mapValue == nil
                ? "the output of \"\(path)\" must be a map, not \(output.shortTextOfType)"
                : "the output of \"\(path)\" lacks \(missing.joined(separator: ", "))",
            hint: "the step gives \(names.joined(separator: ", "))")
    }

    /// The step of the file that a recorded path is of; nil for those of handlers.
    private func step(at path: String, in recorded: RecordedSteps) throws(Failure) -> Step? {
        var names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var steps = self.steps
        var prefix = ""
        while !names.isEmpty, let name = StepName(names.removeFirst()),
            let step = steps.first(where: { $0.id == name.id })
        {
            guard !names.isEmpty else { return step }
            let taken = try recorded.takenCase(of: prefix + name.id, item: name.item)
            prefix += "\(name.text)/"
            guard let branch = step.branch(on: &names, taken) else { return nil }
            prefix += branch.prefix
            steps = branch.steps
        }
        return nil
    }
}

extension Step {
    /// The list inside the step in which a path goes on; takes the name of the handler off it.
    ///
    /// - Parameter taken: the case that a switch took, where that is known; others may have steps of the same names.
    func branch(on names: inout [String], _ taken: String?) -> Branch? {
        if names.count > 1, names[0] + "/" == Step.handlerPrefix, onError != nil {
            names.removeFirst()
            return branches.last
        }
        guard let next = names.first.flatMap(StepName.init) else { return nil }
        let fitting = branches.filter { branch in branch.steps.contains { $0.id == next.id } }
        return fitting.first { $0.label == taken } ?? fitting.first
    }
}

extension String {
    /// Whether a step of this path belongs to a handler: of the run, of a workflow that it calls, or of a step.
    var isPathInHandler: Bool {
        split(separator: "/").dropLast().enumerated().contains { position, part in
            let name = String(part.prefix { $0 != "#" })
            return Step.runHandlers.contains(name) || position > 0 && name + "/" == Step.handlerPrefix
        }
    }
}
