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
    /// To which attempt the handlers belong that follow.
    private let handlersAttempt: Mutex<Int>
    let startedAt: Timestamp
    let options: ResumeOptions
    let control: RunControl
    let scopes: ScopeSource
    /// Steps and items that were started beside others and have not ended.
    let tasks = Atomic(0)
    /// Paths of steps that have said that they can't keep what came of their parts, for want of a vault.
    let stepsWithoutVault = Mutex<Set<String>>([])
    let program: PreparedWorkflow
    /// The keys that steps of the run have given their writes in this process.
    let givenKeys: GivenKeys
    /// Bounds the steps, not the handlers.
    private let timeout: Duration?
    /// Before the paths of all its steps: empty of a run, `deploy/` of a workflow that the step `deploy` calls.
    let base: String
    /// Whether an earlier process began this run.
    let isResumed: Bool
    /// What the run had come to when it was taken up.
    let past: RunPast?
    /// Whether the list of steps had failed before, as far as that is known.
    private let hadFailed: Bool
    /// What anything in the workflow looks at.
    var reads: Reads { program.reads }

    /// - Parameters:
    ///   - run: what the journal holds of it.
    ///   - past: nil where it begins.
    /// - Throws: a `Failure` where a step uses a node that doesn't exist, or a stored value can't be opened.
    package convenience init(
        _ workflow: Workflow, run: StoredRun, setup: RunSetup, journal: any Journal,
        options: ResumeOptions = ResumeOptions(), past: RunPast? = nil
    ) throws {
        self.init(
            try OpenedRun(workflow, run, setup), run: run, journal: journal, options: options, past: past)
    }

    init(
        _ opened: OpenedRun, run: StoredRun, journal: any Journal, options: ResumeOptions, past: RunPast?
    ) {
        id = run.id
        workflow = opened.workflow
        setup = opened.setup
        self.journal = journal
        self.options = options
        inputs = opened.inputs
        vars = opened.vars
        event = opened.event
        trigger = run.snapshot.trigger
        attempt = run.attempt
        handlersAttempt = Mutex(run.handlersAttempt)
        startedAt = run.startedAt
        control = RunControl(clock: setup.world.clock, grace: setup.grace)
        scopes = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: vars, event: event,
            run: run.members, journal: journal)
        program = opened.program
        givenKeys = GivenKeys(of: workflow, isResumed: run.attempt > 1)
        timeout = workflow.timeout
        base = ""
        isResumed = run.attempt > 1
        self.past = past
        hadFailed = past?.hadFailed ?? false
    }

    /// A workflow that a step calls, as a part of the step's run.
    ///
    /// - Parameters:
    ///   - call: what the journal holds of it.
    ///   - hadFailed: whether its steps had failed before, as far as that is known.
    ///   - timeout: of the step.
    init(
        _ prepared: PreparedWorkflow, call: StoredCall, hadFailed: Bool, inputs: ValueMap, vars: ValueMap,
        timeout: Duration?, of caller: Executor
    ) {
        program = prepared
        givenKeys = caller.givenKeys
        self.inputs = inputs
        self.vars = vars
        self.timeout = [timeout, prepared.workflow.timeout].compactMap(\.self).min()
        id = caller.id
        workflow = prepared.workflow
        setup = caller.setup
        journal = caller.journal
        options = caller.options
        event = .null
        trigger = RunSnapshot.callTrigger
        attempt = call.attempt
        handlersAttempt = Mutex(call.handlersAttempt)
        startedAt = call.startedAt
        control = RunControl(clock: setup.world.clock, grace: setup.grace)
        scopes = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: vars, event: .null, run: call.members(of: caller.id),
            within: caller.scopes.root, journal: caller.journal)
        base = call.path + "/"
        isResumed = caller.isResumed
        past = caller.past
        self.hadFailed = hadFailed
    }

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
        if let verdict = await admission() { return await finish(verdict, .map(ValueMap()), since: begin) }
        let heed = heedRivals()
        defer { heed?.cancel() }
        let (verdict, outputs) = await execute()
        return await finish(verdict, outputs, since: begin)
    }

    /// Runs the steps and the handlers; what came of the whole is still to be written down.
    ///
    /// - Parameter deadline: of what is around a called workflow.
    func execute(within deadline: Duration? = nil) async -> (Verdict, outputs: Value) {
        let begin = setup.world.clock.monotonic()
        var verdict = Verdict()
        var outputs = Value.map(ValueMap())
        let top = Frame(prefix: base, deadline: [deadline, timeout.map { begin + $0 }].compactMap(\.self).min())
        do {
            do {
                try await scopes.resolveEnvironment(workflow.env)
            } catch {
                guard isResumed, base.isEmpty else { throw error }
                // It could be made a moment ago. Nothing has been done since the run was taken up, and handlers are not
                // to clear away what it has.
                verdict.lose(Failure(error))
                return (verdict, outputs)
            }
            let ends = await runMain(in: top)
            verdict = Verdict(ends, stop: control.reason, of: base.isEmpty ? "the run" : "the workflow")
            if verdict.status == .succeeded {
                outputs = try await scopes.outputs(workflow.outputs, in: top)
            }
        } catch {
            verdict.fail(Failure(error))
        }
        await runHandlers(&verdict, around: top)
        return (verdict, outputs)
    }

    private func runMain(in frame: Frame) async -> ListEnd {
        let timer = timeout.map { timeout in
            Task { [control, clock = setup.world.clock] in
                try await clock.sleep(timeout)
                control.stop(.timedOut(timeout))
            }
        }
        defer { timer?.cancel() }
        return await control.supervise(.work) { await self.run(self.program.main, in: frame) }
    }

    private func runHandlers(_ verdict: inout Verdict, around top: Frame) async {
        scopes.setError(verdict.failure, step: verdict.failedStep(below: base))
        if verdict.status == .succeeded, hadFailed || hasHandlers(.onFailure) { beginHandlersAnew() }
        if verdict.status.isFailure { await run(.onFailure, &verdict, top) }
        if verdict.status == .succeeded { await run(.onSuccess, &verdict, top) }
        await run(.finally, &verdict, top)
    }

    private func run(_ handler: PreparedWorkflow.Handler, _ verdict: inout Verdict, _ top: Frame) async {
        guard let list = program.handlers[handler], !list.steps.isEmpty, control.mayStart(isHandler: true) else {
            return
        }
        let frame = Frame(
            parent: top, prefix: prefix(of: handler, handlersAttempt.withLock(\.self)), base: verdict.condition,
            isHandler: true)
        let ends = await control.supervise(.handler) { await self.run(list, in: frame) }
        verdict.addHandler(ends, stop: control.reason)
    }

    private func prefix(of handler: PreparedWorkflow.Handler, _ attempt: Int) -> String {
        "\(base)\(handler.rawValue)\(attempt > 1 ? "#\(attempt)" : "")/"
    }

    /// Whether the handlers that follow have begun before this process.
    private func hasHandlers(_ handler: PreparedWorkflow.Handler) -> Bool {
        past?.handlers.contains(prefix(of: handler, handlersAttempt.withLock(\.self))) ?? false
    }

    /// Handlers that have run belong to what came before them: where a step of the list runs again, they follow anew.
    /// While the user has to say of a write in them whether it happened, they go on instead, as it would be done twice.
    func beginHandlersAnew() {
        guard let past, !past.handlers.isEmpty else { return }
        handlersAttempt.withLock { current in
            let prefixes = PreparedWorkflow.Handler.allCases.map { prefix(of: $0, current) }
            guard current < attempt, prefixes.contains(where: past.handlers.contains),
                !past.undecided.contains(where: { path in prefixes.contains(where: path.hasPrefix) })
            else { return }
            current = attempt
            journal.note([.handlersBegun(call: base.isEmpty ? nil : String(base.dropLast()), attempt: attempt)])
        }
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
        await setup.world.close()
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
