import FlowWorkflow

/// One part of a path: `deploy`, or `deploy[3]`.
struct StepName {
    let id: String
    var item: Int?

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

extension Step {
    /// The list inside the step in which a path goes on; takes the name of the handler off it.
    func branch(on names: inout [String]) -> Branch? {
        if names.count > 1, names[0] + "/" == Step.handlerPrefix, onError != nil {
            names.removeFirst()
            return branches.last
        }
        guard let next = names.first.flatMap(StepName.init) else { return nil }
        return branches.first { branch in branch.steps.contains { $0.id == next.id } }
    }
}
