import FlowCore
import FlowRun
import FlowSpec
import FlowStore

/// What a run comes to in numbers, gathered from its events.
struct RunMetrics {
    /// By path, in the order in which they ended. Steps inside items are counted, not listed: there may be millions.
    private(set) var steps: [(path: String, status: RunStatus, elapsed: Duration)] = []
    private(set) var stepCounts: [RunStatus: Int] = [:]
    private(set) var itemCounts: [RunStatus: Int] = [:]
    private(set) var retries = 0
    private(set) var waited = Duration.zero
    private(set) var result: RunResult?

    mutating func take(_ event: RunEvent) {
        switch event {
        case .stepEnded(let report):
            stepCounts[report.status, default: 0] += 1
            guard !StepPath.isInItem(report.path) else { return }
            steps.append((report.path, report.status, report.elapsed))
        case .stepSkipped(let path, _):
            stepCounts[.skipped, default: 0] += 1
            guard !StepPath.isInItem(path) else { return }
            steps.append((path, .skipped, .zero))
        case .itemEnded(_, _, let status, _, _, _, _): itemCounts[status, default: 0] += 1
        case .retryWaiting(_, _, _, let pause):
            retries += 1
            waited += pause
        case .waiting(_, _, let wait): waited += wait.duration
        case .runEnded(let result): self.result = result
        case .runStarted, .queued, .givesWay, .stepStarted, .attemptStarted, .log, .stepReused: break
        }
    }
}
