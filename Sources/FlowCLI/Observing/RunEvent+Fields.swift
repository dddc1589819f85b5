import FlowCore
import FlowRun
import FlowSpec
import FlowStore

extension RunEvent {
    /// The event as the fields of a line of `--log-format json`, `event` and `level` first; docs/observing.md lists
    /// them. The run's id is added by the writer.
    var fields: ValueMap {
        switch self {
        case .runStarted(_, let workflow, let attempt, let steps):
            RunEvent.fields(
                "run_started",
                ["workflow": .string(workflow), "attempt": .int(Int64(attempt)), "steps": .int(Int64(steps))])
        case .queued(let group, let others):
            RunEvent.fields(
                "run_queued", ["group": .string(group), "behind": .list(others.map { .string($0.text) })])
        case .givesWay(let rival):
            RunEvent.fields("run_gives_way", level: "warning", ["to": .string(rival.text)])
        case .stepStarted(let path, let name, let node):
            RunEvent.fields(
                "step_started",
                ["step": .string(path), "name": name.map(Value.string) ?? .null, "node": .string(node)])
        case .attemptStarted(let path, let item, let number):
            RunEvent.fields("attempt_started", path, item, ["attempt": .int(Int64(number))])
        case .retryWaiting(let path, let item, let failure, let pause):
            RunEvent.fields(
                "retry_waiting", level: "warning", path, item,
                ["wait_ms": .int(pause.inMilliseconds), "error": failure.asValue])
        case .waiting(let path, let item, let wait):
            RunEvent.fields(
                "request_waiting", path, item,
                ["wait_ms": .int(wait.duration.inMilliseconds), "reason": .string(wait.reason)])
        case .itemEnded(let path, let key, let status, let failure, let ended, let failed, let total):
            RunEvent.fields(
                "item_ended", level: failure == nil ? "info" : "warning",
                [
                    "step": .string(path), "key": .string(key), "status": .string(status.rawValue),
                    "error": failure?.asValue ?? .null, "ended": .int(Int64(ended)),
                    "failed": .int(Int64(failed)), "total": total.map { .int(Int64($0)) } ?? .null,
                ])
        case .log(let line):
            RunEvent.fields("log", level: line.level, line.path, line.item, ["message": .string(line.message)])
        case .stepSkipped(let path, let reason):
            RunEvent.fields("step_skipped", ["step": .string(path), "reason": .string(reason)])
        case .stepReused(let path, let status):
            RunEvent.fields("step_reused", ["step": .string(path), "status": .string(status.rawValue)])
        case .stepEnded(let report):
            RunEvent.fields(
                "step_ended", level: report.level,
                [
                    "step": .string(report.path), "name": report.name.map(Value.string) ?? .null,
                    "node": .string(report.node),
                    "status": .string(report.status.rawValue), "attempts": .int(Int64(report.attempts)),
                    "elapsed_ms": .int(report.elapsed.inMilliseconds), "error": report.failure?.asValue ?? .null,
                    "handled": .bool(report.isHandled),
                ])
        case .runEnded(let result):
            RunEvent.fields(
                "run_ended", level: [.succeeded, .skipped].contains(result.status) ? "info" : "error",
                [
                    "workflow": .string(result.workflow), "status": .string(result.status.rawValue),
                    "elapsed_ms": .int(result.elapsed.inMilliseconds), "error": result.failure?.asValue ?? .null,
                    "failed_step": result.failedStep.map(Value.string) ?? .null, "outputs": .map(result.outputs),
                    "exit_code": .int(Int64(result.exitCode)),
                ])
        }
    }

    private static func fields(
        _ name: String, level: String = "info", _ rest: KeyValuePairs<String, Value>
    ) -> ValueMap {
        var fields = ValueMap([("level", .string(level)), ("event", .string(name))])
        for (key, value) in rest { fields[key] = value }
        return fields
    }

    private static func fields(
        _ name: String, level: String = "info", _ path: String, _ item: Int?, _ rest: KeyValuePairs<String, Value>
    ) -> ValueMap {
        var fields = fields(name, level: level, ["step": .string(path)])
        if let item { fields["item"] = .int(Int64(item)) }
        for (key, value) in rest { fields[key] = value }
        return fields
    }
}

extension StepReport {
    fileprivate var level: String {
        switch status {
        case .queued, .running, .succeeded, .skipped: "info"
        case .failed, .cancelled, .timedOut, .uncertain, .interrupted: isHandled ? "warning" : "error"
        }
    }
}
