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
            if let earlier {
                stored = try await goingOn(earlier, call, work)
            } else {
                stored = try await begun(call, at: path, work)
            }
            part = Executor(
                callee, call: stored, hadFailed: earlier?.hadFailed ?? false,
                inputs: try open(stored.inputs).mapValue ?? ValueMap(),
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
        let inputs = try given(call, work)
        return StoredCall(
            path: path, workflow: call.workflow.name, file: call.workflow.source.name,
            startedAt: setup.world.clock.now().wholeMicroseconds, inputs: try store(.map(inputs)),
            vars: try store(.map(try await vars(of: call.workflow, inputs))))
    }

    /// A call that an earlier process began, with the inputs and variables it has, fitted to what an edited file says.
    private func goingOn(_ earlier: StoredCall, _ call: Step.Call, _ work: Work) async throws -> StoredCall {
        var stored = earlier.again(isReset: options.reset != nil)
        stored.workflow = call.workflow.name
        stored.file = call.workflow.source.name
        let known = try open(earlier.inputs).mapValue ?? ValueMap()
        let inputs = try given(call, work, known: known)
        if inputs != known { stored.inputs = try store(.map(inputs)) }
        let vars = try open(earlier.vars).mapValue ?? ValueMap()
        if Set(vars.names) != Set(call.workflow.vars.map(\.name)) {
            stored.vars = try store(.map(try await self.vars(of: call.workflow, inputs, known: vars)))
        }
        return stored
    }

    /// What the step gives it, as the workflow declares it.
    ///
    /// - Parameter known: inputs that are taken as they are.
    private func given(_ call: Step.Call, _ work: Work, known: ValueMap = ValueMap()) throws -> ValueMap {
        let scope = scopes.scope(in: work.frame, reading: work.prepared.reads, status: work.condition)
        var values = ValueMap(minimumCapacity: call.arguments.count)
        for (name, template) in call.arguments where known[name] == nil { values[name] = try template.evaluate(scope) }
        for input in call.workflow.inputs {
            if let value = known[input.parameter.name], !value.isAbsent { values[input.parameter.name] = value }
        }
        do throws(InputErrors) {
            return try InputBinding.bind(call.workflow.inputs, values: values) { [setup] path throws(Failure) in
                try setup.world.files.readableFile(path, from: setup.workingDirectory)
            }
        } catch {
            throw error.failure(of: call)
        }
    }

    private func vars(
        of workflow: Workflow, _ inputs: ValueMap, known: ValueMap = ValueMap()
    ) async throws -> ValueMap {
        let own = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: ValueMap(), event: .null, run: ValueMap(),
            within: scopes.root)
        try await own.resolveEnvironment(workflow.env)
        return try await own.vars(of: workflow, known: known)
    }

    private func outcome(of verdict: Verdict, _ outputs: Value, _ part: Executor, _ work: Work) async -> StepOutcome {
        guard verdict.status == .succeeded else {
            return StepOutcome(
                verdict.status, failure: verdict.failure, origin: verdict.failedStep, attempts: part.attempt)
        }
        do {
            let output = try await self.outputs(of: work, from: outputs, nil)
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
