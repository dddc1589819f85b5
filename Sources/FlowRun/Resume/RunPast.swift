import FlowCore
import FlowStore
import FlowWorkflow

/// What a run had come to when it was taken up.
package struct RunPast: Sendable {
    /// Paths of the steps and items that wrote, and of whose writes nobody knows whether they happened.
    let undecided: Set<String>
    /// What the paths of the handlers begin with that have run: `finally/`, `deploy[3]/on_failure#2/`.
    let handlers: Set<String>
    /// Whether its list of steps failed, as far as that is known.
    let hadFailed: Bool

    init(of run: RunSummary, _ history: RunHistory, at now: Timestamp) throws(Failure) {
        let recorded = try RecordedSteps(run, history)
        undecided = try recorded.undecidedPaths(at: now)
        handlers = Set(recorded.steps.compactMap(\.path.handlerPrefix))
        hadFailed = run.status.isFailure && !(run.failedStep?.isPathInRunHandler ?? false)
    }
}

extension StoredCall {
    /// Whether its list of steps failed, as far as that is known.
    var hadFailed: Bool { status.isFailure && !(failedStep?.isPathInRunHandler ?? false) }
}

extension StoredStep {
    /// Whether its result stands.
    var hasEnded: Bool { status == .succeeded || isHandled }

    /// Whether it was under way, or has failed since.
    var hasBegun: Bool { startedAt != nil && status != .skipped }
}

extension String {
    /// What the path begins with up to the innermost handler of a workflow in it; nil where it is in none.
    fileprivate var handlerPrefix: String? {
        var prefix: String?
        for end in indices where self[end] == "/" {
            let start = self[..<end].lastIndex(of: "/").map(index(after:)) ?? startIndex
            if Step.runHandlers.contains(String(self[start..<end].prefix { $0 != "#" })) {
                prefix = String(self[...end])
            }
        }
        return prefix
    }

    /// Whether a step of this path belongs to a handler of the workflow itself.
    var isPathInRunHandler: Bool { Step.runHandlers.contains(String(prefix { $0 != "#" && $0 != "/" })) }

    /// Whether it is the path of this step, or of something inside it.
    func isPath(in step: String) -> Bool {
        guard hasPrefix(step) else { return false }
        let rest = utf8.dropFirst(step.utf8.count).first
        return rest == nil || rest == UInt8(ascii: "/") || rest == UInt8(ascii: "[")
    }
}
