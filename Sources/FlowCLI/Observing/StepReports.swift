import FlowRun
import Synchronization

/// Keeps how steps ended, for the result of a run as JSON. Items of loops may be a million, so the steps inside them are
/// left out.
final class StepReports: RunObserver {
    private let reports = Mutex<[StepReport]>([])

    var all: [StepReport] { reports.withLock { $0 } }

    func observe(_ event: RunEvent) {
        guard case .stepEnded(let report) = event, !StepPath.isInItem(report.path) else { return }
        reports.withLock { $0.append(report) }
    }
}
