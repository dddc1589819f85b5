import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

extension Executor {
    /// Runs the case that the value has. Which one that is stands in the journal before its first step, so that a
    /// resumed run takes the same.
    func runSwitch(_ work: Work, _ choice: Step.Switch, isKnown: Bool) async throws -> Ending {
        let place = work.place
        let stored =
            isKnown
            ? try await journal.checkpoint(":resolved", of: place.path, item: place.item).map { try open($0) } : nil
        let index: Int
        if let earlier = stored?.intValue.map(Int.init), choice.branches.indices.contains(earlier) {
            index = earlier
        } else {
            do throws(Failure) {
                let scope = scopes.scope(in: work.frame, reading: work.prepared.reads, status: work.condition)
                index = try choice.branch(for: try choice.value.evaluate(scope))
            } catch {
                return Ending(failed: error)
            }
            let label = choice.branches[index].label
            if isKnown, let earlier = try await takenCase(at: place), earlier != label {
                // An edited file has it take another case, whose steps may be called as those of the first.
                if let objection = objection(toLeaving: place.fullPath) { return Ending(failed: objection) }
                journal.note([.skippedInside(path: place.fullPath, note: "another case is taken now")])
            }
            journal.note([
                .resolved(path: place.path, item: place.item, try store(.int(Int64(index)))),
                .checkpoint(
                    path: place.path, item: place.item, name: RunReset.takenCase,
                    try store(label.map(Value.string) ?? .null)),
            ])
        }
        return try await runBranch(index, of: work)
    }

    /// The case that an earlier process took.
    private func takenCase(at place: Place) async throws -> String? {
        try await journal.checkpoint(RunReset.takenCase, of: place.path, item: place.item)
            .flatMap { try open($0).stringValue }
    }
}

extension Step.Switch {
    /// Which of ``branches`` runs for a value.
    ///
    /// - Throws: a `Failure` of kind `invalid` where the value has no text to compare, or no case.
    func branch(for value: Value) throws(Failure) -> Int {
        let text: String
        switch value.revealed {
        case .string, .int, .uint, .double, .number, .bool: text = try value.formatted()
        default:
            throw Failure(
                .invalid, "switch: must be a string, a number or a bool, not \(value.shortTextOfType)",
                position: self.value.span)
        }
        if let index = cases.firstIndex(where: { $0.key == text }) { return index }
        if otherwise != nil { return cases.count }
        throw Failure(
            .invalid, "switch: there is no case for \(value.shortText)",
            hint: "add the case, or default: [] to do nothing", position: self.value.span)
    }
}
