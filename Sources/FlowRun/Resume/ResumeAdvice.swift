package import FlowCore
package import FlowStore
import FlowWorkflow

/// What to type to go on with a run, for how it stands.
package struct ResumeAdvice: Sendable {
    package struct Command: Sendable, Hashable {
        /// What it is for: `resume it with`.
        package var purpose: String
        /// Arguments of flowctl.
        package var words: [String]
    }

    /// Empty where nothing is left to do, while a process runs it, and for one that ran elsewhere.
    package let commands: [Command]

    /// A command line that nobody would want to read helps nobody.
    private static let mostNames = 20

    /// - Parameter now: decides which idempotency keys are still remembered.
    package init(for run: RunSummary, _ history: RunHistory, at now: Timestamp) throws(Failure) {
        let recorded = try RecordedSteps(run, history)
        let resume = ["resume", run.id.text]
        let undecided = try recorded.undecided(at: now, limit: ResumeAdvice.mostNames).prefix(ResumeAdvice.mostNames)
            .map(\.name)
        let hasFailedItems = run.status == .succeeded ? try recorded.hasHandledFailedItems : false
        switch run.status {
        case _ where run.isImported || run.call != nil, .running, .queued, .skipped: commands = []
        case .succeeded:
            commands =
                hasFailedItems
                ? [Command(purpose: "try failed items again with", words: resume + ["--failed-items"])] : []
        case _ where !undecided.isEmpty:
            commands = [
                Command(
                    purpose: "where it happened, resume it with",
                    words: resume + undecided.flatMap { ["--mark-done", $0] }),
                Command(
                    purpose: "where it did not, resume it with",
                    words: resume + undecided.flatMap { ["--retry-uncertain", $0] }),
            ]
        case _ where run.failure?.code == Step.Repetition.exhausted:
            commands = ResumeAdvice.afterTooManyIterations(run, resume)
        default: commands = [Command(purpose: "resume it with", words: resume)]
        }
    }
}

extension ResumeAdvice {
    /// The iterations that a step had are not made again, and there may be no more of them.
    private static func afterTooManyIterations(_ run: RunSummary, _ resume: [String]) -> [Command] {
        guard let step = run.failedStep else { return [Command(purpose: "resume it with", words: resume)] }
        let edited = resume + ["--file", run.file]
        guard !step.isPathInHandler else {
            return [Command(purpose: "raise its max_iterations, then resume it with", words: edited)]
        }
        return [
            Command(
                purpose: "raise its max_iterations, then resume it with",
                words: edited + ["--keep", step.withoutItems]),
            Command(purpose: "begin with the first iteration again with", words: resume + ["--from", step]),
        ]
    }
}

extension RecordedSteps {
    /// Whether items failed of a loop that the run went on after.
    fileprivate var hasHandledFailedItems: Bool {
        get throws(Failure) {
            for step in steps where step.isHandled && !step.path.isPathInHandler {
                if try history.hasFailedItem(step.path, in: run) { return true }
            }
            return false
        }
    }
}
