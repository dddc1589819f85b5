package import FlowCore
package import FlowSpec
package import FlowStore

/// What happens during a run, for the terminal and `--output json`. Secrets are masked already.
package enum RunEvent: Sendable {
    /// `steps` are those of the workflow's own list, without handlers and what stands inside others.
    case runStarted(id: RunID, workflow: String, attempt: Int, steps: Int)
    /// It waits for these to end, which are in its group.
    case queued(group: String, behind: [RunID])
    /// It stops because this one of its group came later.
    case givesWay(to: RunID)
    /// `name` is what the workflow calls it besides its id.
    case stepStarted(path: String, name: String?, node: String)
    /// Only from the second attempt on is it worth a line.
    case attemptStarted(path: String, item: Int?, number: Int)
    case retryWaiting(path: String, item: Int?, failure: Failure, pause: Duration)
    /// Nothing failed; a request has to wait until it may be sent.
    case waiting(path: String, item: Int?, HTTPWait)
    /// After each item of a loop; `failed` counts all that did not succeed, `total` is nil while more items come.
    case itemEnded(
        path: String, key: String, status: RunStatus, failure: Failure?, ended: Int, failed: Int, total: Int?)
    case log(LogLine)
    case stepSkipped(path: String, reason: String)
    /// A resumed run takes the result it has.
    case stepReused(path: String, status: RunStatus)
    case stepEnded(StepReport)
    case runEnded(RunResult)
}

package struct StepReport: Sendable {
    package var path: String
    /// What the workflow calls it besides its id.
    package var name: String?
    package var node: String
    package var status: RunStatus
    package var output: Value
    @Boxed package var failure: Failure?
    package var attempts: Int
    package var elapsed: Duration
    /// Whether the run goes on as if it had succeeded.
    package var isHandled: Bool

    package init(
        path: String, name: String? = nil, node: String, status: RunStatus, output: Value = .null,
        failure: Failure? = nil, attempts: Int, elapsed: Duration, isHandled: Bool = false
    ) {
        self.path = path
        self.name = name
        self.node = node
        self.status = status
        self.output = output
        self.failure = failure
        self.attempts = attempts
        self.elapsed = elapsed
        self.isHandled = isHandled
    }
}

/// Is told what happens, in order for each step; called from many threads, and must return soon.
package protocol RunObserver: Sendable {
    func observe(_ event: RunEvent)
}

package struct NoObserver: RunObserver {
    package init() {}
    package func observe(_ event: RunEvent) {}
}
