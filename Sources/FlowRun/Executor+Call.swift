import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

extension Executor {
    /// Runs the workflow that a step calls: with a control, inputs and variables of its own, and its steps in the
    /// journal of this run, below the path of the step.
    ///
    /// - Parameter isKnown: whether an earlier process may have begun it.
    func runCall(_ work: Work, _ call: Step.Call, isKnown: Bool) async throws -> Ending {
        guard let callee = work.prepared.callee else { return Ending(.leftOut) }
        let path = work.place.fullPath
        let earlier = isKnown ? try await journal.call(path) : nil
        let stored: StoredCall
        let part: Executor
        do {
            if let earlier { stored = earlier.again } else { stored = try await begun(call, at: path, work) }
            part = Executor(
                callee, call: stored, inputs: try open(stored.inputs).mapValue ?? ValueMap(),
                vars: try open(stored.vars).mapValue ?? ValueMap(), timeout: work.prepared.timeout, of: self)
        } catch {
            return Ending(failed: error)
        }
        journal.note([.callStarted(stored)])
        let (verdict, outputs) = await control.lead(part.control, isHandler: work.frame.isHandler) {
            await part.execute(within: work.frame.deadline)
        }
        if let failure = verdict.failure, verdict.status == .interrupted { throw failure }
        let outcome = await self.outcome(of: verdict, outputs, part, work)
        let end = JournalRecord.callEnded(path: path, end(of: verdict, outputs, part))
        guard verdict.status == .cancelled, control.reason != nil else { return Ending(outcome, records: [end]) }
        // Cut off: the step stays open, and this attempt of the workflow is over with its handlers.
        try await journal.commit([end], synced: false)
        return Ending(.leftOut)
    }

    /// A call that begins: its inputs are bound and its variables evaluated.
    private func begun(_ call: Step.Call, at path: String, _ work: Work) async throws -> StoredCall {
        let scope = scopes.scope(in: work.frame, reading: work.prepared.reads, status: work.condition)
        var values = ValueMap(minimumCapacity: call.arguments.count)
        for (name, template) in call.arguments { values[name] = try template.evaluate(scope) }
        let inputs: ValueMap
        do throws(InputErrors) {
            inputs = try InputBinding.bind(call.workflow.inputs, values: values)
        } catch {
            throw error.failure(of: call)
        }
        let own = ScopeSource(
            for: call.workflow, setup: setup, inputs: inputs, vars: ValueMap(), event: .null, run: ValueMap())
        try await own.resolveEnvironment(call.workflow.env)
        return StoredCall(
            path: path, workflow: call.workflow.name, file: call.workflow.source.name,
            startedAt: setup.world.clock.now(), inputs: try store(.map(inputs)),
            vars: try store(.map(try await own.vars(of: call.workflow))))
    }

    private func outcome(of verdict: Verdict, _ outputs: Value, _ part: Executor, _ work: Work) async -> StepOutcome {
        guard verdict.status == .succeeded else {
            return StepOutcome(
                verdict.status, failure: verdict.failure, origin: verdict.failedStep, attempts: part.attempt)
        }
        do {
            let output = try await self.outputs(of: work.prepared.step, from: outputs, in: work.frame, nil)
            return StepOutcome(.succeeded, output: output, attempts: part.attempt)
        } catch {
            return StepOutcome(failed: Failure(error), attempts: part.attempt)
        }
    }

    private func end(of verdict: Verdict, _ outputs: Value, _ part: Executor) -> RunEnd {
        RunEnd(
            status: verdict.status, outputs: try? store(outputs), failure: verdict.failure.map(setup.masker.mask),
            failedStep: verdict.failedStep(below: part.base), endedAt: setup.world.clock.now())
    }
}

extension InputErrors {
    func failure(of call: Step.Call) -> Failure {
        let messages = failures.map(\.message).joined(separator: "; ")
        return Failure(.invalid, "\(call.path): \(messages)", hint: "look at with: of the step", position: call.span)
    }
}
