import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

/// How a list of steps ended.
struct ListEnd: Sendable {
    /// The first step that failed and that nothing handled.
    var failed: StepOutcome?
    /// Whether something was left out or cut off because the run stops.
    var isStopped = false
}

/// What a list of steps waits for.
private enum ListEvent: Sendable {
    case ended(Int, StepOutcome)
    /// Whether the output of a step that may come in pages has one.
    case opened(Int, Bool)
}

extension Executor {
    /// Runs a list: one driver admits what the plan says is ready, up to a window, and each step is a task.
    func run(_ list: StepList, in frame: Frame) async -> ListEnd {
        var plan = Plan(list.graph)
        var end = ListEnd()
        await withTaskGroup(of: ListEvent.self) { group in
            var running = 0
            while true {
                while running < setup.window, let index = plan.next() {
                    let prepared = list.steps[index]
                    let previous: StoredStep?
                    let admission: Admission
                    do {
                        previous = isResumed ? try await journal.step(frame.prefix + prepared.step.id) : nil
                        admission = try await self.admission(of: index, prepared, previous, in: list, plan, frame)
                    } catch {
                        take(lost(error), of: index)
                        continue
                    }
                    switch admission {
                    case .run(let condition):
                        let spool = list.openings[index] == nil ? nil : spool(of: prepared, in: frame)
                        guard running > 0 || plan.hasReady || spool != nil else {
                            // Nothing runs beside it, and a task of its own would cost more than many a step.
                            let follower = plan.follower(of: index).map { list.steps[$0] }
                            take(
                                await run(prepared, in: frame, condition, previous, before: follower), of: index)
                            continue
                        }
                        running += 1
                        tasks.add(1, ordering: .relaxed)
                        group.addTask { .ended(index, await self.run(prepared, in: frame, condition, previous)) }
                        if let spool { group.addTask { .opened(index, await spool.holds(1)) } }
                    case .skip(let reason):
                        take(await skip(prepared, in: frame, because: reason), of: index)
                    case .fail(let failure, let condition):
                        take(await run(prepared, in: frame, condition, previous, refusedFor: failure), of: index)
                    case .leaveOut:
                        take(.leftOut, of: index)
                    }
                }
                guard running > 0, let event = await group.next() else { break }
                switch event {
                case .ended(let index, let outcome):
                    running -= 1
                    tasks.subtract(1, ordering: .relaxed)
                    take(outcome, of: index)
                case .opened(let index, let hasPage):
                    if hasPage { plan.begin(index, for: list.openings[index] ?? []) }
                }
            }
        }
        return end

        func take(_ outcome: StepOutcome, of index: Int) {
            let step = list.steps[index].step
            if reads.readsResult(of: step.id) { frame.record(outcome, of: step.id) }
            plan.end(index, as: outcome.planEnd)
            if outcome.status == .cancelled { end.isStopped = true }
            if outcome.planEnd == .failed, end.failed == nil {
                end.failed = outcome
                end.failed?.origin = outcome.origin ?? frame.prefix + step.id
            }
        }
    }

    private enum Admission {
        case run(RunCondition)
        case skip(String)
        case fail(Failure, RunCondition)
        case leaveOut
    }

    /// Whether a step that is ready starts.
    ///
    /// - Parameter previous: what earlier processes left of it. What has ended keeps its result, and what has begun goes
    ///   on, by the condition that was true then: only one that asks how the run stands is asked again.
    private func admission(
        of index: Int, _ prepared: PreparedStep, _ previous: StoredStep?, in list: StepList, _ plan: Plan,
        _ frame: Frame
    ) async throws -> Admission {
        guard control.mayStart(isHandler: frame.isHandler) else { return .leaveOut }
        let isAfterFailure = plan.isAfterFailure(index)
        let condition: RunCondition = isAfterFailure ? .failure : frame.base
        let path = frame.prefix + prepared.step.id
        if let previous, previous.hasEnded || options.markDone[path] != nil { return .run(condition) }
        let hasBegun = previous?.hasBegun ?? false
        let skipped = plan.skipCause(of: index).map { list.steps[$0].step.id }
        if let cause = skipped ?? list.graph.vertices[index].skippedWithOuter.first(where: frame.hasSkipped) {
            return passOver(path, hasBegun, condition, "\"\(cause)\" was skipped")
        }
        if isAfterFailure, !prepared.asksForStatus {
            return hasBegun ? .leaveOut : .skip("a step before it failed")
        }
        guard let expression = prepared.step.condition else { return .run(condition) }
        if hasBegun, !prepared.asksForStatus {
            guard try await hasOpenCondition(path) else { return .run(condition) }
        }
        do throws(Failure) {
            let scope = scopes.scope(in: frame, reading: prepared.reads, status: condition)
            let value = try expression.evaluate(scope)
            guard let isTrue = value.boolValue else {
                throw Failure(
                    .invalid, "if: must be true or false, not \(value.shortTextOfType)",
                    hint: "compare it, as in x == \"…\"", position: expression.span)
            }
            guard isTrue else {
                return passOver(path, hasBegun, condition, expression.falseCondition(in: scope, setup.masker))
            }
            if hasBegun, !prepared.asksForStatus { journal.note([try self.condition(isOpen: false, of: path)]) }
            return .run(condition)
        } catch {
            return .fail(error, condition)
        }
    }

    /// Skips a step. What it had begun isn't dropped while a write in it may have happened.
    private func passOver(
        _ path: String, _ hasBegun: Bool, _ condition: RunCondition, _ reason: String
    ) -> Admission {
        guard hasBegun, let objection = objection(toLeaving: path) else { return .skip(reason) }
        return .fail(objection, condition)
    }

    /// Whether the condition of a step that has begun is still to be told: it couldn't be, or an edited file has another.
    private func hasOpenCondition(_ path: String) async throws -> Bool {
        guard let stored = try await journal.checkpoint(RunReset.openCondition, of: path, item: nil) else {
            return false
        }
        return try open(stored) == true
    }

    func condition(isOpen: Bool, of path: String) throws(Failure) -> JournalRecord {
        .checkpoint(path: path, item: nil, name: RunReset.openCondition, try store(.bool(isOpen)))
    }

    private func skip(_ prepared: PreparedStep, in frame: Frame, because reason: String) async -> StepOutcome {
        let path = frame.prefix + prepared.step.id
        let outcome = StepOutcome(.skipped, note: reason)
        journal.note([
            .stepEnded(
                path: path, StepEnd(status: .skipped, attempts: 0, endedAt: setup.world.clock.now(), note: reason))
        ])
        setup.observer.observe(.stepSkipped(path: path, reason: reason))
        return outcome
    }

    /// A step whose result can't be written down: it stays open, and so does the run.
    func lost(_ error: any Error) -> StepOutcome {
        control.stop(.journalLost(Failure(error)))
        return .leftOut
    }
}

extension Value {
    /// `a string`, `an int`: never the value, which a condition must not show.
    var shortTextOfType: String {
        let name = type.plainName
        return "\(name.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(name)"
    }
}
