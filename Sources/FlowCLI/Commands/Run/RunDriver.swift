import FlowCore
import FlowNodes
import FlowRun
import FlowStore

/// Takes a run to its end in front of the user: progress, signals, result, exit status.
struct RunDriver {
    private let executor: Executor
    private let watch: RunWatch
    private let session: Session
    private let store: RunStore
    private var console: Console { session.console }

    init(_ executor: Executor, _ watch: RunWatch, _ session: Session, _ store: RunStore) {
        self.executor = executor
        self.watch = watch
        self.session = session
        self.store = store
    }

    /// Then deletes what has become too old.
    ///
    /// - Throws: an `Exit` with the status of a run that did not succeed.
    func run(keeping retention: Retention) async throws {
        let result = try await drive()
        show(result)
        watch.view.conclude(result, advice: result.status == .succeeded ? [] : session.advice(forRun: result.id))
        await store.tidy(retention)
        guard let status = ExitStatus(rawValue: result.exitCode), status != .success else { return }
        throw Exit.status(status)
    }

    /// Takes the run to its end, and shows no more of it than its progress.
    func drive() async throws -> RunResult {
        let resume = session.commandLine(["resume", executor.id.text])
        CrashNote.set(resume: resume)
        let signals = try SignalWatch(
            onFirst: { [executor, store, view = watch.view] _ in
                view.announce(
                    "stopping: running steps have 10 seconds to end; Ctrl-C again stops at once. Resume with: \(resume)"
                )
                executor.cancel(graceful: true)
                store.limitWaiting(to: .seconds(10))
            },
            onSecond: { [executor, view = watch.view] _ in
                view.announce("stopping at once")
                executor.cancel(graceful: false)
                LiveProcesses.killAll()
            })
        let result = await executor.run()
        signals.end()
        await watch.finish()
        return result
    }

    private func show(_ result: RunResult) {
        if console.format == .json {
            console.show(json: document(of: result))
        } else {
            for (name, value) in result.outputs { console.show("\(name.text, .bold): \(FlowText.scalar(value))") }
        }
    }

    func document(of result: RunResult) -> Value {
        [
            "id": .string(result.id.text), "workflow": .string(result.workflow),
            "status": .string(result.status.rawValue), "outputs": .map(result.outputs),
            "error": result.failure?.asValue ?? .null, "failed_step": result.failedStep.map(Value.string) ?? .null,
            "started_at": .string(result.startedAt.rfc3339), "elapsed_ms": .int(result.elapsed.inMilliseconds),
            "steps": .list(watch.stepReports.map(\.asValue)),
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
