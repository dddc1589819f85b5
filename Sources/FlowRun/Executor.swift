import FlowCore
import FlowExpression
import FlowSpec
package import FlowStore
package import FlowWorkflow
import Synchronization

/// Runs one workflow once: takes steps from a ``Plan`` as they become ready, and keeps the journal.
///
///     let executor = try await Executor.start(workflow, inputs: inputs, setup: setup, store: store)
///     let result = await executor.run()
package final class Executor: Sendable {
    package let id: RunID
    let workflow: Workflow
    let setup: RunSetup
    let journal: any Journal
    let inputs: ValueMap
    let vars: ValueMap
    let event: Value
    let trigger: String
    let attempt: Int
    let handlersAttempt: Int
    let startedAt: Timestamp
    let options: ResumeOptions
    let control: RunControl
    let scopes: ScopeSource
    /// Steps and items that were started beside others and have not ended.
    let tasks = Atomic(0)
    /// What anything in the workflow looks at.
    let reads: Reads
    private let main: StepList
    private let handlers: [Handler: StepList]

    enum Handler: String, Hashable { case onFailure = "on_failure", onSuccess = "on_success", finally }

    /// - Parameter run: what the journal holds of it.
    /// - Throws: a `Failure` where a step uses a node that doesn't exist, or a stored value can't be opened.
    package init(
        _ workflow: Workflow, run: StoredRun, setup: RunSetup, journal: any Journal,
        options: ResumeOptions = ResumeOptions()
    ) throws {
        var setup = setup
        setup.workingDirectory = run.snapshot.workingDirectory
        setup.baseURL = run.snapshot.baseURL.flatMap(BaseURL.init)
        let context = run.id.text
        func value(_ stored: StoredValue) throws(Failure) -> Value {
            let value = try stored.value(sealing: setup.sealing, context: context)
            setup.masker.add(secretsIn: value)
            return value
        }
        id = run.id
        self.workflow = workflow
        self.setup = setup
        self.journal = journal
        self.options = options
        inputs = try value(run.snapshot.inputs).mapValue ?? ValueMap()
        vars = try value(run.snapshot.vars).mapValue ?? ValueMap()
        event = try value(run.snapshot.event)
        trigger = run.snapshot.trigger
        attempt = run.attempt
        handlersAttempt = run.handlersAttempt
        startedAt = run.startedAt
        control = RunControl(clock: setup.world.clock, grace: setup.grace)
        scopes = ScopeSource(
            setup: setup, inputs: inputs, vars: vars, event: event,
            run: run.members)
        reads = Reads(workflow)
        func list(_ steps: [Step]) throws -> StepList {
            try StepList(steps, of: workflow, nodes: setup.nodes)
        }
        main = try list(workflow.steps)
        handlers = [
            .onFailure: try list(workflow.onFailure), .onSuccess: try list(workflow.onSuccess),
            .finally: try list(workflow.finally),
        ]
    }

    /// Whether an earlier process began this run.
    var isResumed: Bool { attempt > 1 }

    /// Stops the run: gracefully, no new step starts, running ones get the grace period, `finally` runs; otherwise
    /// everything is cancelled at once.
    package func cancel(graceful: Bool) {
        if graceful { control.stop(.cancelled) } else { control.abort() }
    }

    /// Runs it to its end. The result is in the journal when this returns.
    package func run() async -> RunResult {
        let begin = setup.world.clock.monotonic()
        setup.observer.observe(
            .runStarted(
                id: id, workflow: workflow.name, attempt: attempt, steps: workflow.steps.count))
        var verdict = Verdict()
        var outputs = Value.map(ValueMap())
        let top = Frame(deadline: workflow.timeout.map { begin + $0 })
        do {
            try await scopes.resolveEnvironment(workflow.env)
            let ends = await runMain(in: top)
            verdict = Verdict(ends, stop: control.reason)
            if verdict.status == .succeeded {
                outputs = try await scopes.outputs(workflow.outputs, in: top)
            }
        } catch {
            verdict.fail(Failure(error))
        }
        await runHandlers(&verdict, around: top)
        return await finish(verdict, outputs, since: begin)
    }

    private func runMain(in frame: Frame) async -> ListEnd {
        let timer = workflow.timeout.map { timeout in
            Task { [control, clock = setup.world.clock] in
                try await clock.sleep(timeout)
                control.stop(.timedOut(timeout))
            }
        }
        defer { timer?.cancel() }
        return await control.supervise(.work) { await self.run(self.main, in: frame) }
    }

    private func runHandlers(_ verdict: inout Verdict, around top: Frame) async {
        scopes.setError(verdict.failure, step: verdict.failedStep)
        if verdict.status.isFailure { await run(.onFailure, &verdict, top) }
        if verdict.status == .succeeded { await run(.onSuccess, &verdict, top) }
        await run(.finally, &verdict, top)
    }

    private func run(_ handler: Handler, _ verdict: inout Verdict, _ top: Frame) async {
        guard let list = handlers[handler], !list.steps.isEmpty, control.mayStart(isHandler: true) else { return }
        let mark = handlersAttempt > 1 ? "#\(handlersAttempt)" : ""
        let frame = Frame(parent: top, prefix: "\(handler.rawValue)\(mark)/", base: verdict.condition, isHandler: true)
        let ends = await control.supervise(.handler) { await self.run(list, in: frame) }
        verdict.addHandler(ends, stop: control.reason)
    }

    private func finish(_ verdict: Verdict, _ outputs: Value, since begin: Duration) async -> RunResult {
        var verdict = verdict
        if verdict.status != .interrupted {
            do {
                var end = RunEnd(
                    status: verdict.status, failure: verdict.failure.map(setup.masker.mask),
                    failedStep: verdict.failedStep, endedAt: setup.world.clock.now())
                do throws(Failure) {
                    end.outputs = try StoredValue(outputs, sealing: setup.sealing, context: id.text)
                } catch {
                    verdict.fail(error)
                    end.status = verdict.status
                    end.failure = verdict.failure
                }
                try await journal.commit([.runEnded(end)], synced: false)
            } catch {
                verdict.lose(Failure(error))
            }
        }
        await journal.close()
        let result = RunResult(
            id: id, workflow: workflow.name, status: verdict.status,
            outputs: setup.masker.mask(outputs).mapValue ?? ValueMap(),
            failure: verdict.failure.map(setup.masker.mask), failedStep: verdict.failedStep, startedAt: startedAt,
            elapsed: setup.world.clock.monotonic() - begin, ranOutOfTime: verdict.ranOutOfTime)
        setup.observer.observe(.runEnded(result))
        return result
    }
}

/// How the run stands, and why.
struct Verdict {
    private(set) var status = RunStatus.succeeded
    private(set) var failure: Failure?
    private(set) var failedStep: String?
    private(set) var ranOutOfTime = false

    init() {}

    init(_ ends: ListEnd, stop: RunControl.Reason?) {
        if let failed = ends.failed {
            status = failed.status
            failure = failed.failure
            failedStep = failed.origin
        }
        guard let stop, ends.isStopped || stop.isLoss else { return }
        switch stop {
        case .cancelled:
            status = .cancelled
            failure = failure ?? Failure(.cancelled, "the run was cancelled")
        case .timedOut(let timeout):
            status = .timedOut
            ranOutOfTime = true
            failure = Failure(.timeout, "the run took longer than its timeout of \(timeout.celText)")
        case .journalLost(let loss): lose(loss)
        }
    }

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
