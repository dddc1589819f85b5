package import FlowCore
package import FlowStore

/// What came of a run.
package struct RunResult: Sendable {
    package var id: RunID
    package var workflow: String
    package var status: RunStatus
    /// Masked, as all that is shown.
    package var outputs: ValueMap
    /// The first failure that nothing handled.
    package var failure: Failure?
    /// The path of the step it came from.
    package var failedStep: String?
    package var startedAt: Timestamp
    package var elapsed: Duration
    /// Whether the run's own time was up, not a step's.
    package var ranOutOfTime: Bool

    package init(
        id: RunID, workflow: String, status: RunStatus, outputs: ValueMap = ValueMap(), failure: Failure? = nil,
        failedStep: String? = nil, startedAt: Timestamp, elapsed: Duration = .zero, ranOutOfTime: Bool = false
    ) {
        self.id = id
        self.workflow = workflow
        self.status = status
        self.outputs = outputs
        self.failure = failure
        self.failedStep = failedStep
        self.startedAt = startedAt
        self.elapsed = elapsed
        self.ranOutOfTime = ranOutOfTime
    }

    /// 0 succeeded or skipped, 4 no valid credential, 5 cancelled, 6 the run's time was up, 7 uncertain, 70 a bug, else 1.
    package var exitCode: Int32 {
        // A schedule that finds the last run still under way has nothing to complain of.
        if status == .succeeded || status == .skipped { return 0 }
        if ranOutOfTime { return 6 }
        if status == .cancelled { return 5 }
        return failure.map(RunResult.exitCode) ?? 1
    }

    /// The exit code of a failure that ends a command.
    package static func exitCode(of failure: Failure) -> Int32 {
        switch failure.kind {
        case .auth: 4
        case .cancelled: 5
        case .uncertain: 7
        case .internal: 70
        default: 1
        }
    }
}
