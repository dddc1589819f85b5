package import FlowCore
package import FlowStore
package import FlowWorkflow

/// What becomes of each step when a run is taken up, and what happens a second time by it. Nothing is done yet.
///
///     let plan = try ResumePlan(request, of: workflow, run, history, at: now)
///     try await Executor.resume(run.id.text, options: plan.options, …)
package struct ResumePlan: Sendable {
    /// What becomes of a step.
    package enum Fate: String, Sendable {
        /// Its result is taken as it is.
        case reused
        /// It never started, and does so when its turn comes.
        case runs
        /// It starts again: it failed, or is to.
        case runsAgain = "runs again"
        /// It is finished with the items and inner steps that it lacks.
        case goesOn = "goes on"
        /// It was skipped; its condition is looked at again.
        case decidedAgain = "decided again"
        /// The user has to say whether it happened.
        case undecided
        case markedDone = "marked done"
    }

    package struct Entry: Sendable {
        package var path: String
        package var node: String
        /// How it stands; nil where it never started.
        package var status: RunStatus?
        package var fate: Fate
        /// `changed` or `added`, where the file has been edited.
        package var change: String?
    }

    /// A write that happened, or may have, and is done again.
    package struct Repetition: Sendable, Hashable {
        package var path: String
        package var node: String
        /// How often it happened: more than once where a loop did it.
        package var happened: Int
        /// How often nobody knows whether it did.
        package var uncertain: Int
    }

    package let entries: [Entry]
    package let repetitions: [Repetition]
    /// Steps of the run that its file has no more.
    package let removed: [String]
    /// What else the file says otherwise: `inputs`.
    package let settings: [String]
    package let options: ResumeOptions

    /// - Parameters:
    ///   - workflow: the one the run goes on with.
    ///   - now: decides which idempotency keys are still remembered.
    /// - Throws: a `Failure` of kind `invalid` where the request names what isn't there, or contradicts itself.
    package init(
        _ request: ResumeRequest, of workflow: Workflow, _ run: RunSummary, _ history: RunHistory, at now: Timestamp
    ) throws(Failure) {
        var options = try request.decisions.resolved(in: run, of: history, at: now)
        let recorded = try RecordedSteps(run, history)
        let rerun = try request.rerun(of: workflow, recorded)
        for (path, output) in options.markDone.sorted(by: { $0.key < $1.key }) {
            guard !rerun.restarts(path) else {
                throw Failure(.invalid, "\"\(path)\" can't be both marked done and run again")
            }
            if output != .null { try workflow.requireOutput(output, fits: path, in: recorded) }
        }
        let kept = try request.edit?.kept(recorded, rerun) ?? []
        try request.edit?.requireDecisions(recorded, rerun, kept: kept)
        let difference = request.edit?.difference
        if !rerun.isEmpty || difference != nil {
            options.reset = rerun.reset(of: recorded.steps, edit: request.edit, keeping: kept, note: "to run again")
        }
        self.options = options
        let steps = Set(recorded.steps.map(\.path.withoutItems))
        removed = difference?.removed.filter(steps.contains).sorted() ?? []
        settings = difference?.settings ?? []
        let undecided = Set(try recorded.undecided(at: now, limit: 0).map(\.path))
        entries = try Outlook(recorded, rerun, options, difference, undecided: undecided).entries(of: workflow.steps)
        var repetitions: [Repetition] = []
        for step in recorded.steps {
            let items = options.reset?.items[step.path]
            guard rerun.restarts(step.path) || items != nil else { continue }
            let writes = try recorded.lastWrites(of: step.path, items: rerun.restarts(step.path) ? nil : items)
            let open = writes.others.count { $0.intent.key == nil && !$0.mayRepeat(at: now) }
            guard writes.succeeded + open > 0 else { continue }
            // Of what was marked done, the user knows that it happened.
            let uncertain = step.status == .succeeded ? 0 : open
            repetitions.append(
                Repetition(
                    path: step.path, node: step.node ?? "", happened: writes.succeeded + open - uncertain,
                    uncertain: uncertain))
        }
        if options.reset != nil { repetitions += try recorded.undecidedHandlers(options, at: now) }
        self.repetitions = repetitions
    }
}

extension RecordedSteps {
    /// Writes of the run's handlers of which nobody knows whether they happened: handlers follow anew what runs again.
    fileprivate func undecidedHandlers(
        _ options: ResumeOptions, at now: Timestamp
    ) throws(Failure) -> [ResumePlan.Repetition] {
        let attempt = try history.stored(run).handlersAttempt
        let prefixes = Step.runHandlers.map { attempt > 1 ? "\($0)#\(attempt)/" : "\($0)/" }
        let open = try undecided(at: now, limit: .max).filter { place in
            prefixes.contains(where: place.path.hasPrefix) && options.markDone[place.path] == nil
                && !options.retryUncertain.contains(place.path)
        }
        return Dictionary(grouping: open, by: \.step.path).sorted { $0.key < $1.key }.map { path, places in
            ResumePlan.Repetition(
                path: path, node: places[0].step.node ?? "", happened: 0, uncertain: places.count)
        }
    }

    fileprivate func lastWrites(
        of path: String, items: Set<Int>?
    ) throws(Failure) -> (succeeded: Int, others: [StoredAttempt]) {
        guard let items else { return try history.lastWrites(of: path, in: run) }
        var succeeded = 0
        var others: [StoredAttempt] = []
        for item in items.sorted() {
            guard let last = try history.attempts(of: path, item: item, in: run).last, last.intent.effect == .write
            else { continue }
            if last.end?.status == .succeeded { succeeded += 1 } else { others.append(last) }
        }
        return (succeeded, others)
    }
}

/// Looks from what is recorded to what will be.
private struct Outlook {
    private let recorded: RecordedSteps
    private let steps: [String: StoredStep]
    private let rerun: Rerun
    private let options: ResumeOptions
    private let difference: WorkflowDifference?
    /// Steps whose write was cut off; those with items are not among them.
    private let undecided: Set<String>

    init(
        _ recorded: RecordedSteps, _ rerun: Rerun, _ options: ResumeOptions, _ difference: WorkflowDifference?,
        undecided: Set<String>
    ) {
        self.recorded = recorded
        self.steps = Dictionary(recorded.steps.map { ($0.path, $0) }) { $1 }
        self.rerun = rerun
        self.options = options
        self.difference = difference
        self.undecided = undecided
    }

    /// Steps in file order, those inside a block below it; not those inside items, of which there may be very many.
    func entries(of steps: [Step], below prefix: String = "") throws(Failure) -> [ResumePlan.Entry] {
        var found: [ResumePlan.Entry] = []
        for step in steps {
            let path = prefix + step.id
            let stored = self.steps[path]
            let fate = fate(of: path, stored)
            found.append(
                ResumePlan.Entry(
                    path: path, node: step.nodeName, status: stored?.status, fate: fate, change: change(of: path)))
            guard step.loop == nil, fate != .reused, fate != .runs else { continue }
            if case .call(let call) = step.kind { found += try entries(of: call.workflow.steps, below: path + "/") }
            let taken = try recorded.takenCase(of: path)
            for branch in step.branches where branch.steps.contains(where: { self.steps["\(path)/\($0.id)"] != nil }) {
                if case .switch = step.kind, let taken, branch.label != taken { continue }
                found += try entries(of: branch.steps, below: path + "/")
            }
        }
        return found
    }

    private func change(of path: String) -> String? {
        guard let difference else { return nil }
        return difference.added.contains(path) ? "added" : difference.changed.contains(path) ? "changed" : nil
    }

    private func fate(of path: String, _ stored: StoredStep?) -> ResumePlan.Fate {
        guard let stored else { return .runs }
        if rerun.restarts(path) { return .runsAgain }
        if options.markDone[path] != nil { return .markedDone }
        if rerun.reopens(path) { return .goesOn }
        if stored.isHandled, !options.decides(on: path) { return .reused }
        return switch stored.status {
        case .succeeded: .reused
        case .skipped: .decidedAgain
        case _ where options.retryUncertain.contains(path): .runsAgain
        case .uncertain: .undecided
        case _ where undecided.contains(path): .undecided
        case .running, .queued, .interrupted: .goesOn
        case .failed, .cancelled, .timedOut: .runsAgain
        }
    }
}
