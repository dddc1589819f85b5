import FlowCore

/// One list of steps, seen from a place in it or after it.
struct ListScope {
    enum Standing {
        case ended(loop: Step.Loop?)
        /// It exists but can't be read: why, and what to do.
        case obstacle(message: String, hint: String)
    }

    let steps: [Step]
    let order: StepOrder
    let listOrder: ListOrder
    /// The step that reads; nil after all have ended.
    private var reader: Int?
    /// The types of the outputs of steps that have been checked; of an item's where the step is a loop.
    private var outputs: [String: StaticType] = [:]

    init(_ steps: [Step], order listOrder: ListOrder) {
        self.steps = steps
        self.listOrder = listOrder
        order = StepOrder(steps, order: listOrder)
    }

    func seen(by reader: Int) -> ListScope {
        var copy = self
        copy.reader = reader
        return copy
    }

    /// Whether all of `steps` may be read as one: not where only named readings make the order.
    var allowsReadingAll: Bool { reader == nil || listOrder != .graph }

    mutating func learn(_ output: StaticType, of step: Step) { outputs[step.id] = output }

    /// Members of `steps.ID`; nil where there is no such step here. Of one further down the output may be anything.
    func members(of id: String) -> [String: StaticType]? {
        guard let position = order.index[id] else { return nil }
        let loop = steps[position].loop
        let output = loop?.collect == .nothing ? .null : outputs[id] ?? .dynamic
        return StepTypes.members(output: output, isLoop: loop != nil)
    }

    func standing(of id: String) -> Standing? {
        guard let position = order.index[id] else { return nil }
        guard let reader else { return .ended(loop: steps[position].loop) }
        if position == reader {
            let isRepeated = steps[position].repetition != nil
            return .obstacle(
                message: "the step \"\(id)\" can't read its own result",
                hint: isRepeated
                    ? "read last, the output of the iteration before" : "read it in a later step, or in outputs:")
        }
        // In a graph the reading itself is an edge; where that closes a cycle, the cycle is reported.
        if listOrder == .graph || order.isOrdered(reader, after: position) {
            return .ended(loop: steps[position].loop)
        }
        let step = steps[reader]
        let hint: String
        if let needs = step.needs {
            hint = needs.isEmpty ? "write needs: \(id)" : "add \(id) to its needs"
        } else {
            hint = listOrder == .parallel ? "add needs: \(id)" : "move \"\(id)\" above \"\(step.id)\""
        }
        return .obstacle(message: "the step \"\(id)\" may not have ended when \"\(step.id)\" reads it", hint: hint)
    }
}
