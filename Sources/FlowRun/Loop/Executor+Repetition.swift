import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

/// How far a repeated step has come.
private struct Iterations {
    /// How many have succeeded.
    var count = 0
    /// The output of the last one.
    var last = Value.null
    var endedAt: Timestamp?
    /// Whether an earlier process tried the next one.
    var isKnown = false

    /// What the next one sees.
    var variables: ValueMap { Step.Repetition.variables(index: count, last: last) }

    /// What the condition sees: `while` is asked about the next one, `until` about the one that has ended.
    func variables(of kind: Step.Repetition.Kind) -> ValueMap {
        Step.Repetition.variables(index: kind == .until ? count - 1 : count, last: last)
    }
}

extension Executor {
    /// Runs a step as often as its condition says. Each iteration has a row as an item of a loop has, so that a resumed
    /// run goes on with the one that was cut off.
    func runRepeated(_ work: Work, _ repetition: Step.Repetition, previous: StoredStep?) async throws -> Ending {
        let path = work.place.path
        var done = previous == nil ? Iterations() : try await iterations(of: path)
        if previous != nil, work.prepared.keepsWhatItBegan { done.isKnown = true }
        while true {
            do throws(Failure) {
                guard try goesOn(repetition, done, work) else {
                    return Ending(StepOutcome(.succeeded, output: done.last, attempts: 1))
                }
            } catch {
                return Ending(StepOutcome(failed: error, attempts: 1))
            }
            if let interval = repetition.interval, let endedAt = done.endedAt {
                // From when the last one ended, so that a resumed run doesn't wait again.
                let left = min(
                    interval, endedAt.adding(interval).map { $0.since(setup.world.clock.now()) } ?? .zero)
                if left > .zero, await !control.sleep(left, isHandler: work.frame.isHandler) { return Ending(.leftOut) }
            }
            guard control.mayStart(isHandler: work.frame.isHandler), !Task.isCancelled else { return Ending(.leftOut) }
            let place = Place(path: path, item: done.count)
            let outcome = try await runRecorded(
                place, done.count, seeing: done.variables, work, isKnown: done.isKnown)
            guard outcome.isRecorded else { return Ending(outcome) }
            setup.observer.observe(
                .itemEnded(
                    path: path, key: String(done.count), status: outcome.status,
                    failure: outcome.failure.map(setup.masker.mask), ended: done.count + 1,
                    failed: outcome.status == .succeeded ? 0 : 1, total: nil))
            guard outcome.status == .succeeded else {
                if outcome.status == .cancelled, control.reason != nil { return Ending(.leftOut) }
                var failed = outcome
                failed.failure?.message = "iteration \(done.count): \(outcome.failure?.message ?? "")"
                return Ending(failed)
            }
            done.count += 1
            done.last = outcome.output
            done.endedAt = setup.world.clock.now()
            done.isKnown = false
        }
    }

    private func goesOn(
        _ repetition: Step.Repetition, _ done: Iterations, _ work: Work
    ) throws(Failure) -> Bool {
        let name = repetition.kind.rawValue
        var isTrue = repetition.kind == .while
        if repetition.kind == .while || done.count > 0 {
            let value = try repetition.condition.evaluate(
                scopes.scope(
                    in: work.frame, reading: work.prepared.reads, status: work.condition,
                    extra: done.variables(of: repetition.kind)))
            guard let bool = value.revealed.boolValue else {
                throw Failure(
                    .invalid, "\(name): must be true or false, not \(value.shortTextOfType)",
                    hint: "compare it, as in last == \"…\"", position: repetition.condition.span)
            }
            isTrue = bool
        }
        guard isTrue == (repetition.kind == .while) else { return false }
        guard done.count < repetition.maxIterations else {
            throw Failure(
                .invalid, "\(name): still \(isTrue) after \(done.count) iterations",
                hint: "raise max_iterations, or find out why it stays so", code: Step.Repetition.exhausted,
                position: repetition.condition.span)
        }
        return true
    }

    /// What the journal has of the iterations; after the last of them the step goes on.
    private func iterations(of path: String) async throws -> Iterations {
        var done = Iterations()
        var isFailed = false
        try await forEachStoredItem(of: path, hasOutputs: false) { stored in
            guard stored.status == .succeeded, stored.index == done.count else { return isFailed = true }
            done.count = stored.index + 1
            done.endedAt = stored.endedAt
        }
        if done.count > 0 {
            let last = try await journal.items(of: path, from: done.count - 1, limit: 1, hasOutputs: true).first
            done.last = try last?.output.map { try open($0) } ?? .null
        }
        let unfinished = try await journal.openAttempts(of: path)
        done.isKnown = isFailed || !unfinished.isEmpty
        return done
    }
}

extension Step.Repetition {
    /// The code of the failure of a step that had as many iterations as it may.
    static let exhausted = "max_iterations"
}
