import FlowCore
import FlowNodes
import FlowRun
import FlowStore

/// Takes a run to its end in front of the user: progress, signals, result, exit status.
struct RunDriver {
    private let executor: Executor
    private let progress: RunProgress
    private let console: Console

    init(_ executor: Executor, _ progress: RunProgress, _ console: Console) {
        self.executor = executor
        self.progress = progress
        self.console = console
    }

    /// - Throws: an `Exit` with the status of a run that did not succeed.
    func run() async throws {
        let result = try await drive()
        show(result)
        guard let status = ExitStatus(rawValue: result.exitCode), status != .success else { return }
        throw Exit.status(status)
    }

    /// Takes the run to its end, and shows no more of it than its progress.
    func drive() async throws -> RunResult {
        let resume = "flowctl resume \(executor.id.text)"
        CrashNote.set(resume: resume)
        let signals = try SignalWatch(
            onFirst: { [executor, progress] _ in
                progress.announce(
                    "stopping: running steps have 10 seconds to end; Ctrl-C again stops at once. Resume with: \(resume)"
                )
                executor.cancel(graceful: true)
            },
            onSecond: { [executor, progress] _ in
                progress.announce("stopping at once")
                executor.cancel(graceful: false)
                LiveProcesses.killAll()
            })
        let result = await executor.run()
        signals.end()
        progress.end()
        return result
    }

    private func show(_ result: RunResult) {
        if console.format == .json {
            console.show(json: document(of: result))
        } else {
            for (name, value) in result.outputs { console.show("\(name.text, .bold): \(FlowText.scalar(value))") }
        }
        if let failure = result.failure, result.status.isFailure || result.status == .interrupted,
            console.format == .text
        {
            var shown = failure
            if let step = result.failedStep { shown.message = "\(step): \(failure.message)" }
            console.complain(shown)
        }
        if result.status == .skipped {
            let reason = result.failure?.message ?? ""
            return console.note("\(result.status.symbol, .dim) run \(result.id.text, .bold) skipped: \(reason)")
        }
        let words = result.status.words
        console.note(
            "\(result.status.symbol, result.status.style) run \(result.id.text, .bold) \(words) after \(result.elapsed.humanText)"
        )
        if result.status != .succeeded { console.note("  resume it with: flowctl resume \(result.id.text)") }
    }

    func document(of result: RunResult) -> Value {
        [
            "id": .string(result.id.text), "workflow": .string(result.workflow),
            "status": .string(result.status.rawValue), "outputs": .map(result.outputs),
            "error": result.failure?.asValue ?? .null, "failed_step": result.failedStep.map(Value.string) ?? .null,
            "started_at": .string(result.startedAt.rfc3339), "elapsed_ms": .int(result.elapsed.inMilliseconds),
            "steps": .list(progress.reports.map(\.asValue)),
        ]
    }
}

extension StepReport {
    fileprivate var asValue: Value {
        [
            "id": .string(path), "node": .string(node), "status": .string(status.rawValue),
            "attempts": .int(Int64(attempts)), "elapsed_ms": .int(elapsed.inMilliseconds),
            "error": failure?.asValue ?? .null,
        ]
    }
}
