package import FlowCore
import FlowExpression
import FlowSpec
package import FlowStore
package import FlowWorkflow

extension Executor {
    /// Begins a run: evaluates `vars`, writes the snapshot and takes the lease.
    ///
    /// - Parameters:
    ///   - inputs: bound to the workflow's declarations, as ``InputBinding`` gives them.
    ///   - labels: beside those of the file, or in their place.
    ///   - event: what triggered it, for `event` in expressions.
    ///   - connectors: names of connectors to a mark of their content.
    package static func start(
        _ workflow: Workflow, inputs: ValueMap = ValueMap(), labels: [String: String] = [:], event: Value = .null,
        trigger: String = "manual", connectors: [String: String] = [:], version: String = "", setup: RunSetup,
        store: RunStore
    ) async throws -> Executor {
        let now = setup.world.clock.now()
        let vars = try await variables(of: workflow, inputs: inputs, event: event, setup: setup)
        let (run, journal) = try await store.begin(at: now, random: setup.world.random.bytes) { id throws(Failure) in
            func stored(_ value: Value) throws(Failure) -> StoredValue {
                try StoredValue(value, sealing: setup.sealing, context: id.text)
            }
            return RunSnapshot(
                workflow: workflow.name, labels: workflow.labels.merging(labels) { $1 }, file: workflow.source.name,
                source: workflow.source.bytes,
                calledFiles: Dictionary(workflow.called.map { ($0.source.name, $0.source.bytes) }) { $1 },
                trigger: trigger,
                inputs: try stored(.map(inputs)), vars: try stored(.map(vars)), event: try stored(event),
                connectors: connectors, workingDirectory: setup.workingDirectory, baseURL: setup.baseURL?.text,
                version: version)
        }
        return try Executor(workflow, run: run, setup: setup, journal: journal)
    }

    /// Evaluates `vars`.
    ///
    /// - Parameter known: values that are taken as they are.
    static func variables(
        of workflow: Workflow, inputs: ValueMap, event: Value, known: ValueMap = ValueMap(), setup: RunSetup
    ) async throws -> ValueMap {
        let scopes = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: ValueMap(), event: event, run: ValueMap())
        try await scopes.resolveEnvironment(workflow.env)
        return try await scopes.vars(of: workflow, known: known)
    }

    /// Takes up a run that failed, was cancelled, or whose process died, from its own snapshot.
    ///
    /// - Parameters:
    ///   - name: its id, the beginning or end of it, or `latest`.
    ///   - snapshot: takes the place of the one it has.
    ///   - seen: what the decision to take it up rests on; it is refused where it has gone on since.
    ///   - abandoned: a lease of it whose holder has been found to be gone, though it can't be seen.
    ///   - read: makes the workflow of the stored file text, and of that of the workflows it calls.
    /// - Throws: a `Failure` where it can't go on now, as its file, its values or its `env` can't be read or made; it
    ///   stays as it was then.
    package static func resume(
        _ name: String, options: ResumeOptions = ResumeOptions(), seen: RunSummary? = nil, abandoned: Lease? = nil,
        snapshot: RunSnapshot? = nil, setup: RunSetup, store: RunStore,
        read: (SourceText, StoredWorkflowFiles) throws -> Workflow
    ) async throws -> Executor {
        let now = setup.world.clock.now()
        let (summary, stored) = try await store.look { history throws(Failure) in
            let summary = try history.run(named: name, without: abandoned)
            try summary.requireResumable(seen: seen, isReset: options.reset != nil)
            var run = try history.stored(summary)
            if let snapshot { run.snapshot = snapshot }
            return (summary, run)
        }
        let workflow = try read(
            SourceText(name: stored.snapshot.file, bytes: stored.snapshot.source),
            StoredWorkflowFiles(stored.snapshot.calledFiles))
        let opened = try OpenedRun(workflow, stored, setup)
        try await opened.requireEnvironment()
        if options.reset == nil, opened.hasCallsWithEnvironment {
            let calls = try await store.look { history throws(Failure) in
                try RecordedSteps(summary, history).openCalls()
            }
            for call in calls { try await opened.requireEnvironment(of: call) }
        }
        let (run, journal, past) = try await store.resume(
            summary.name, seen: seen ?? summary, abandoned: abandoned, reset: options.reset, snapshot: snapshot
        ) { summary, history throws(Failure) in try RunPast(of: summary, history, at: now) }
        return Executor(opened, run: run, journal: journal, options: options, past: past)
    }

    /// The result an earlier process left of a step; nil where it is to be run.
    func reuse(_ previous: StoredStep, of prepared: PreparedStep) async throws -> StepOutcome? {
        guard previous.status == .succeeded || previous.isHandled && !options.decides(on: previous.path) else {
            return nil
        }
        if prepared.step.loop != nil {
            let items = try await storedItems(of: previous.path, prepared)
            return try StepOutcome(previous, items: items) { try open($0) }
        }
        var outcome = try StepOutcome(previous) { try open($0) }
        if prepared.node is any PagedNode, outcome.status == .succeeded, outcome.output == .null,
            !mayKeepPages(prepared), let output = try await listOfPages(of: previous.path)
        {
            outcome.output = output
        }
        return outcome
    }

    /// What an earlier process knew of a step that failed, with the items of a loop.
    func withItems(_ failed: StepOutcome, of prepared: PreparedStep, at path: String) async throws -> StepOutcome {
        guard prepared.step.loop != nil else { return failed }
        var outcome = failed
        let items = try await storedItems(of: path, prepared)
        outcome.items = items
        outcome.output = items.output
        return outcome
    }

    /// What the journal has of a loop's items, as far as something reads it.
    private func storedItems(of path: String, _ prepared: PreparedStep) async throws -> LoopItems {
        var items = LoopItems(keeping: reads.kept(of: prepared.step))
        guard !items.kept.isEmpty else { return items }
        try await forEachStoredItem(of: path, hasOutputs: items.kept.contains(.outputs)) { item in
            try items.take(item) { try open($0) }
        }
        return items
    }

    /// The number of the last attempt that a user has done with, by having the step run again; 0 where there is none.
    func lastSettledAttempt(at place: Place) async throws -> Int {
        let stored = try await journal.checkpoint(RunReset.checkpoint, of: place.path, item: place.item)
        return try stored.flatMap { try open($0).intValue.map(Int.init) } ?? 0
    }

    /// The end of a write that can't be repeated and of which is not known whether it happened; nil where the work
    /// may be done now.
    func unrepeatable(_ work: Work, _ attempts: [StoredAttempt]) -> Ending? {
        let path = work.place.fullPath
        if let output = options.markDone[path], !attempts.isEmpty {
            return Ending(StepOutcome(.succeeded, output: output, attempts: attempts.count))
        }
        guard let last = attempts.last, !options.retryUncertain.contains(path),
            // What the last one says is not true of those before it that sent the same key.
            attempts.filter({ $0.number == last.number || $0.intent.hasKey(of: last.intent) })
                .contains(where: { !$0.mayRepeat(at: setup.world.clock.now()) })
        else { return nil }
        let name = work.place.name
        let what =
            switch last.end?.status {
            case .succeeded: "\"\(name)\" has done its work, but what came of it could not be used"
            case .failed, .uncertain: "\"\(name)\" failed in a way that leaves open whether it has done its work"
            default: "\"\(name)\" was writing when it was cut off; it may or may not have happened"
            }
        return Ending(StepOutcome(failed: .undecided(name, what), attempts: last.number))
    }

    /// Why a step that has begun can't be passed over now: a write in it may have happened, of which the user has said
    /// nothing. Nil where there is none.
    func objection(toLeaving path: String) -> Failure? {
        let open = past?.undecided.filter { $0.isPath(in: path) } ?? []
        guard
            let name = open.sorted().first(where: {
                !options.retryUncertain.contains($0) && options.markDone[$0] == nil
            })
        else { return nil }
        return .undecided(name, "\"\(name)\" was writing when it was cut off; it may or may not have happened")
    }
}

extension Failure {
    fileprivate static func undecided(_ name: String, _ what: String) -> Failure {
        let word = name.asShellWord
        return Failure(
            .uncertain, what,
            hint: "look whether it did, then resume with --mark-done \(word) or --retry-uncertain \(word)")
    }
}

extension StoredAttempt {
    /// Whether the work may be done again after this attempt.
    func mayRepeat(at now: Timestamp) -> Bool {
        guard intent.effect == .write else { return true }
        if intent.liveKey(at: now) != nil { return true }
        guard let end else { return isQuiet }
        return switch end.status {
        // It did happen, and only its output could not be used.
        case .succeeded, .uncertain: false
        // All that it wrote is kept, however it ended.
        case _ where isQuiet: true
        case .cancelled, .timedOut: end.failure?.nothingSent ?? false
        default: end.failure?.saysUndone(ofKeyed: intent.key != nil) ?? true
        }
    }
}

extension AttemptIntent {
    fileprivate func hasKey(of other: AttemptIntent) -> Bool { key != nil && key == other.key }

    /// The key that a repeated write may be sent with.
    func liveKey(at now: Timestamp) -> String? { keyValidUntil.map { now < $0 } ?? true ? key : nil }
}

extension StoredAttempt {
    /// Whether the work may have been done, although nothing came of the attempt.
    var mayBeDone: Bool { end.map { $0.failure?.leavesOpen ?? true } ?? true }
}

extension Failure {
    /// Whether work that failed so may have been done.
    var leavesOpen: Bool {
        if nothingSent { return false }
        if mayBeDone { return true }
        return switch kind {
        case .network, .timeout, .transient, .uncertain, .cancelled, .protocolError, .internal: true
        case .invalid, .auth, .permission, .notFound, .conflict, .rateLimited, .tls: false
        }
    }

    /// Whether a write that failed so did not happen.
    ///
    /// Of one without a key, failures that leave that open are `uncertain`, or mark what was never sent. With a key they
    /// keep their kinds, as the key makes it safe to repeat them; as long as it does.
    fileprivate func saysUndone(ofKeyed isKeyed: Bool) -> Bool {
        if nothingSent { return true }
        if mayBeDone { return false }
        return switch kind {
        // An answer that can't be understood may be that of a success.
        case .protocolError, .internal, .uncertain: false
        case .network, .timeout, .tls, .transient, .cancelled: !isKeyed
        case .invalid, .auth, .permission, .notFound, .conflict, .rateLimited: true
        }
    }
}
