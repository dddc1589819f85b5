import FlowCore
import FlowStore
import FlowWorkflow

/// From where a user wants a run to go on, in the names they use.
package struct ResumeRequest: Sendable {
    /// What became of writes whose outcome is unknown.
    package var decisions = ResumeOptions()
    /// Steps and items that start again, with all that comes after them.
    package var from: [String] = []
    /// Loops whose failed items are tried again; empty for all that have any, nil for none.
    package var failedItems: [String]?
    /// Another version of its file.
    package var edit: EditedFile?

    package init() {}

    /// Whether anything is to run again that has ended well.
    package var asksForMore: Bool { !from.isEmpty || failedItems != nil || edit != nil }

    func rerun(of workflow: Workflow, _ recorded: RecordedSteps) throws(Failure) -> Rerun {
        var rerun = Rerun(workflow, recorded)
        for name in from {
            let place = try recorded.place(named: name, hint: "a step that has not run yet needs no --from")
            try rerun.add(place.path, reach: .after)
        }
        for name in edit?.rerun ?? [] {
            for path in try recorded.paths(named: name) { try rerun.add(path, reach: .readers) }
        }
        for path in try loopsWithFailures(recorded) { try rerun.add(path, isWhole: false, reach: .readers) }
        return rerun
    }

    private func loopsWithFailures(_ recorded: RecordedSteps) throws(Failure) -> [String] {
        guard let failedItems else { return [] }
        let (run, history) = (recorded.run, recorded.history)
        var paths: [String] = []
        if failedItems.isEmpty {
            for step in recorded.steps where !step.path.isPathInHandler {
                if try history.hasFailedItem(step.path, in: run) { paths.append(step.path) }
            }
            guard !paths.isEmpty else {
                throw Failure(.invalid, "no loop of run \(run.id.text) has items that failed")
            }
        }
        for name in failedItems {
            let place = try recorded.place(named: name)
            guard place.item == nil, try history.hasFailedItem(place.step.path, in: run) else {
                throw Failure(
                    .invalid, "\"\(place.name)\" has no items that failed",
                    hint: "look at it with \"flowctl runs show \(run.id.text) --step \(place.step.path)\"")
            }
            paths.append(place.step.path)
        }
        return paths
    }
}

extension RunHistory {
    func hasFailedItem(_ path: String, in run: RunSummary) throws(Failure) -> Bool {
        try !items(of: path, in: run, limit: 1, onlyUnsuccessful: true).isEmpty
    }
}
