import FlowCore
import FlowExpression
import FlowStore

/// How the run stands, and why.
struct Verdict {
    private(set) var status = RunStatus.succeeded
    private(set) var failure: Failure?
    private(set) var failedStep: String?
    private(set) var ranOutOfTime = false

    init() {}

    init(_ status: RunStatus, _ failure: Failure) {
        self.status = status
        self.failure = failure
    }

    /// - Parameter subject: what ended, for messages: `the run`.
    init(_ ends: ListEnd, stop: RunControl.Reason?, of subject: String) {
        if let failed = ends.failed {
            status = failed.status
            failure = failed.failure
            failedStep = failed.origin
        }
        guard let stop, ends.isStopped || stop.isLoss else { return }
        switch stop {
        case .cancelled:
            status = .cancelled
            failure = failure ?? Failure(.cancelled, "\(subject) was cancelled")
        case .timedOut(let timeout):
            status = .timedOut
            ranOutOfTime = true
            failure = Failure(.timeout, "\(subject) took longer than its timeout of \(timeout.celText)")
        case .journalLost(let loss): lose(loss)
        }
    }

    /// The path of the step that failed, without what is before those of its workflow.
    func failedStep(below base: String) -> String? { failedStep.map { String($0.dropFirst(base.count)) } }

    /// What `success()` and its like answer in handlers.
    var condition: RunCondition { RunCondition(status) }

    /// A failure of the run itself.
    mutating func fail(_ failure: Failure) {
        guard status == .succeeded else { return }
        let outcome = StepOutcome(failed: failure)
        status = outcome.status
        self.failure = failure
    }

    /// What can't be written down didn't end: the run can be taken up again.
    mutating func lose(_ failure: Failure) {
        status = .interrupted
        self.failure = failure
    }

    /// A handler's failure changes only a run that was green.
    mutating func addHandler(_ ends: ListEnd, stop: RunControl.Reason?) {
        if case .journalLost(let loss) = stop { return lose(loss) }
        guard status == .succeeded else { return }
        if let failed = ends.failed {
            status = failed.status
            failure = failed.failure
            failedStep = failed.origin
        } else if ends.isStopped {
            status = .cancelled
            failure = Failure(.cancelled, "the run was cancelled")
        }
    }
}

extension RunControl.Reason {
    var isLoss: Bool { if case .journalLost = self { true } else { false } }
}
