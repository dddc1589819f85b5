import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import Synchronization

/// Writes what came of a run for the textfile collector of Prometheus's node_exporter: whole, or not at all.
final class MetricsFile: RunWatcher {
    private let path: String
    private let history: String
    private let files: any FileSystem
    private let clock: any WallClock
    private let console: Console
    private let metrics = Mutex(RunMetrics())

    /// - Parameter history: the state database, which knows when the workflow last succeeded.
    init(path: String, history: String, files: any FileSystem, clock: any WallClock, console: Console) {
        self.path = path
        self.history = history
        self.files = files
        self.clock = clock
        self.console = console
    }

    func observe(_ event: RunEvent) { metrics.withLock { $0.take(event) } }

    /// A file that can't be written is worth a remark; the run is what it was.
    func finish() async {
        let metrics = metrics.withLock { $0 }
        // A run that its group left no place says nothing of the workflow: the file keeps the figures of the last one that ran.
        guard let result = metrics.result, result.status != .skipped else { return }
        do {
            // The collector often runs as a user of its own.
            try files.write(Array(text(metrics, result).utf8), to: path, mode: 0o644)
        } catch {
            let failure = Failure(error)
            console.note("\("warning:", .yellow) the metrics of this run are not written: \(failure.message)")
        }
    }

    private func text(_ metrics: RunMetrics, _ result: RunResult) -> String {
        let workflow = [("workflow", result.workflow)]
        func counts(_ counts: [RunStatus: Int], _ statuses: [RunStatus]) -> [([(String, String)], Double)] {
            statuses.map { (workflow + [("status", $0.rawValue)], Double(counts[$0] ?? 0)) }
        }
        let ends = RunStatus.allCases.filter { !$0.isLeased && $0 != .interrupted }
        var page = PrometheusText()
        page.gauge(
            "flowctl_run_succeeded", "Whether the last run of the workflow succeeded.",
            [(workflow, result.status == .succeeded ? 1 : 0)])
        page.gauge(
            "flowctl_run_status", "1 for the status that the last run ended with.",
            ends.filter { $0 != .skipped }.map {
                (workflow + [("status", $0.rawValue)], $0 == result.status ? 1 : 0)
            })
        page.gauge(
            "flowctl_run_exit_code", "What flowctl ended with.", [(workflow, Double(result.exitCode))])
        page.gauge(
            "flowctl_run_start_time_seconds", "When the last run began, in Unix time.",
            [(workflow, result.startedAt.unixTime)])
        page.gauge(
            "flowctl_run_end_time_seconds", "When the last run ended, in Unix time.",
            [(workflow, clock.now().unixTime)])
        page.gauge(
            "flowctl_run_last_success_time_seconds", "When the workflow last succeeded, in Unix time.",
            lastSuccess(of: result).map { [(workflow, $0.unixTime)] } ?? [])
        page.gauge(
            "flowctl_run_duration_seconds", "How long the last run took.",
            [(workflow, result.elapsed.secondsOfMilliseconds)])
        page.gauge("flowctl_run_steps", "Steps of the last run by status.", counts(metrics.stepCounts, ends))
        if !metrics.itemCounts.isEmpty {
            page.gauge("flowctl_run_items", "Items of loops by status.", counts(metrics.itemCounts, ends))
        }
        page.gauge("flowctl_run_retries", "Attempts after the first.", [(workflow, Double(metrics.retries))])
        page.gauge(
            "flowctl_run_waited_seconds", "Pauses before retries and for limits, added up.",
            [(workflow, metrics.waited.secondsOfMilliseconds)])
        page.gauge(
            "flowctl_step_duration_seconds", "How long a step of the last run took.",
            metrics.steps.map {
                (workflow + [("step", $0.path), ("status", $0.status.rawValue)], $0.elapsed.secondsOfMilliseconds)
            })
        return console.masker.mask(page.text)
    }

    private func lastSuccess(of result: RunResult) -> Timestamp? {
        if result.status == .succeeded { return clock.now() }
        return (try? RunHistory.open(history).lastSuccess(of: result.workflow)) ?? nil
    }
}

extension Timestamp {
    fileprivate var unixTime: Double { Double(milliseconds) / 1000 }
}

extension Duration {
    /// Seconds with no more digits than milliseconds give.
    fileprivate var secondsOfMilliseconds: Double { Double(inMilliseconds) / 1000 }
}
