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
            journal.note([.resolved(path: place.path, item: place.item, try store(.int(Int64(index))))])
        }
        return try await runBranch(index, of: work)
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
