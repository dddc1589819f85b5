import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

/// Where a piece of work belongs: a step, or one item of a loop.
struct Place: Sendable {
    /// The step's path.
    let path: String
    let item: Int?
    /// What the item is called.
    var key: String?

    /// With the item's index: what a list of steps inside it is below.
    var fullPath: String { item.map { "\(path)[\($0)]" } ?? path }
    /// With the item's key: what the user calls it.
    var name: String { key.map { "\(path)[\($0)]" } ?? fullPath }
}

/// What came of a piece of work, and what is still to be written down of it.
struct Ending: Sendable {
    var outcome: StepOutcome
    /// Committed together with the step's or item's own result.
    var records: [JournalRecord]
    /// Whether nobody needs to wait for a commit of its own: to do the work again does no harm and costs less, or the step
    /// that follows is committed with it before it begins.
    var needsNoCommit = false

    init(_ outcome: StepOutcome, records: [JournalRecord] = []) {
        self.outcome = outcome
        self.records = records
    }

    init(failed error: any Error) { self.init(StepOutcome(failed: Failure(error))) }
}

extension Executor {
    /// Runs one step of a list to its end, all its items, attempts and inner steps with it.
    ///
    /// - Parameters:
    ///   - previous: what earlier processes left of it.
    ///   - follower: the step that comes next, where nothing runs beside this one.
    ///   - objection: why it can't be told whether it is to run; it has failed with that.
    func run(
        _ prepared: PreparedStep, in frame: Frame, _ condition: RunCondition, _ previous: StoredStep?,
        before follower: PreparedStep? = nil, refusedFor objection: Failure? = nil
    ) async -> StepOutcome {
        let step = prepared.step
        let path = frame.prefix + step.id
        let start = setup.world.clock.monotonic()
        let spool = spool(of: prepared, in: frame)
        var failure: Failure?
        defer { spool?.end(failure) }
        do {
            if let previous, let outcome = try await reuse(previous, of: prepared) {
                setup.observer.observe(.stepReused(path: path, status: outcome.status))
                return outcome
            }
            let name = name(of: prepared, in: frame)
            setup.observer.observe(.stepStarted(path: path, name: name, node: prepared.nodeName))
            let now = setup.world.clock.now()
            let handling = try await handling(of: prepared, previous)
            if !frame.isHandler { beginHandlersAnew() }
            var records = [JournalRecord.stepStarted(path: path, node: prepared.nodeName, at: now)]
            if let handling { records.append(try record(handling, of: path)) }
            if objection != nil { records.append(try self.condition(isOpen: true, of: path)) }
            journal.note(records)
            var work = Work(
                prepared: prepared, place: Place(path: path, item: nil), frame: frame, condition: condition,
                startedAt: previous?.startedAt ?? now)
            if let follower, mayAnnounce(follower, in: prepared) { work.next = frame.prefix + follower.step.id }
            var ending: Ending
            if let failed = handling?.failed {
                ending = Ending(try await withItems(failed, of: prepared, at: path))
            } else if let objection {
                ending = Ending(failed: objection)
            } else if let repetition = step.repetition {
                ending = try await runRepeated(work, repetition, previous: previous)
            } else if step.loop == nil {
                ending = try await runOnce(work, isKnown: previous != nil)
            } else {
                ending = try await runLoop(work, previous: previous)
            }
            ending = try await handle(ending, of: work, earlier: handling)
            if work.next != nil, ending.outcome.status == .succeeded,
                setup.world.clock.monotonic() - start < Executor.briefTime
            {
                ending.needsNoCommit = true
            }
            let outcome = try await end(prepared, path, ending, name: name, since: start)
            failure = outcome.failure
            return outcome
        } catch {
            return lost(error)
        }
    }

    /// Whether the intent of the step after this one may be written with this one's.
    private func mayAnnounce(_ follower: PreparedStep, in prepared: PreparedStep) -> Bool {
        !isResumed && prepared.isPlainWrite && follower.isPlainWrite
    }

    /// Writes down how a step ended.
    func end(
        _ prepared: PreparedStep, _ path: String, _ ending: Ending, name: String?, since start: Duration
    ) async throws -> StepOutcome {
        var outcome = ending.outcome
        guard outcome.isRecorded else { return outcome }
        var stored: StoredValue?
        do throws(Failure) {
            // The items of a loop have their outputs in rows of their own.
            if outcome.items == nil { stored = try store(outcome.output) }
        } catch {
            outcome = StepOutcome(failed: error, attempts: outcome.attempts)
        }
        outcome.isHandled = (outcome.isHandled || prepared.step.continueOnError) && outcome.status.isFailure
        let end = StepEnd(
            status: outcome.status, output: stored, failure: outcome.failure.map(setup.masker.mask),
            attempts: outcome.attempts, endedAt: setup.world.clock.now(), isHandled: outcome.isHandled)
        try await settle(ending, .stepEnded(path: path, end))
        setup.observer.observe(
            .stepEnded(
                StepReport(
                    path: path, name: name, node: prepared.nodeName, status: outcome.status,
                    output: setup.masker.mask(outcome.output), failure: outcome.failure.map(setup.masker.mask),
                    attempts: outcome.attempts, elapsed: setup.world.clock.monotonic() - start,
                    isHandled: outcome.isHandled)))
        return outcome
    }

    /// Writes down the result of a step or item, with what else is to be written of it.
    func settle(_ ending: Ending, _ result: JournalRecord) async throws {
        let records = ending.records + [result]
        if ending.needsNoCommit { return try await journal.noteEnd(records) }
        try await journal.commit(records, synced: false, isShared: hasCompany)
    }

    /// Whether other steps or items are at work.
    var hasCompany: Bool { tasks.load(ordering: .relaxed) > 1 }

    /// Runs what a step says once: without a loop, or for one item of it.
    ///
    /// - Parameter isKnown: whether an earlier process may have tried it.
    func runOnce(_ work: Work, isKnown: Bool) async throws -> Ending {
        switch work.prepared.step.kind {
        case .node: return try await runNode(work, isKnown: isKnown)
        case .call(let call): return try await runCall(work, call, isKnown: isKnown)
        case .block, .parallel: return try await runBranch(0, of: work)
        case .switch(let choice): return try await runSwitch(work, choice, isKnown: isKnown)
        case .assert(let that, let message): return await published(runAssert(work, that, message), of: work)
        case .wait(let wait): return await published(runWait(work, wait), of: work)
        }
    }

    /// With what `outputs:` gives of work that gives nothing itself.
    private func published(_ ending: Ending, of work: Work) async -> Ending {
        guard ending.outcome.status == .succeeded else { return ending }
        var ending = ending
        do {
            ending.outcome.output = try await outputs(of: work, from: .null, nil)
            return ending
        } catch {
            return Ending(StepOutcome(failed: Failure(error), attempts: ending.outcome.attempts))
        }
    }

    /// Runs one of the lists of steps inside a step.
    func runBranch(_ index: Int, of work: Work) async throws -> Ending {
        let prepared = work.prepared
        let list = prepared.branches[index]
        let now = setup.world.clock.monotonic()
        let frame = Frame(
            parent: work.frame, prefix: work.place.fullPath + "/", base: work.condition,
            deadline: prepared.timeout.map { now + $0 })
        let end: ListEnd
        do {
            end = try await setup.world.bounded(prepared.timeout) {
                let end = await self.run(list, in: frame)
                // Cut off, and not failed by itself before.
                if Task.isCancelled, end.isStopped, end.failed.map({ $0.status == .cancelled }) ?? true {
                    throw CancellationError()
                }
                return end
            }
        } catch {
            return control.reason == nil ? Ending(failed: error) : Ending(.leftOut)
        }
        if end.isStopped, control.reason != nil { return Ending(.leftOut) }
        if let failed = end.failed {
            return Ending(
                StepOutcome(failed.status, failure: failed.failure, origin: failed.origin, attempts: 1))
        }
        do {
            let output = try await prepared.step.outputs.asyncMap {
                try await scopes.outputs($0, in: frame, status: work.condition)
            }
            return Ending(StepOutcome(.succeeded, output: output ?? .null, attempts: 1))
        } catch {
            return Ending(failed: error)
        }
    }

    private func runAssert(_ work: Work, _ that: Expression, _ message: Template?) async -> Ending {
        let scope = scopes.scope(in: work.frame, reading: work.prepared.reads, status: work.condition)
        do throws(Failure) {
            let value = try that.evaluate(scope)
            guard let holds = value.boolValue else {
                throw Failure(
                    .invalid, "assert: must be true or false, not \(value.shortTextOfType)", position: that.span)
            }
            if holds { return Ending(StepOutcome(.succeeded, attempts: 1)) }
            let text = try message?.evaluate(scope)
            let fact = that.falseAssertion(in: scope, setup.masker)
            throw Failure(
                .invalid, text.map(\.messageText) ?? fact, code: "assertion_failed", position: that.span,
                underlying: text == nil ? nil : fact)
        } catch {
            return Ending(StepOutcome(failed: error, attempts: 1))
        }
    }

    private func runWait(_ work: Work, _ wait: Step.Wait) async -> Ending {
        let scope = scopes.scope(in: work.frame, reading: work.prepared.reads, status: work.condition)
        do {
            let deadline: Timestamp?
            // Where the clock was set back since the step started, it is not waited for to come round again.
            var longest: Duration?
            switch wait {
            case .duration(let template):
                let value = try template.evaluate(scope)
                guard let duration = value.revealed.durationValue else {
                    throw Failure(
                        .invalid, "wait: must be a duration such as 30s, not \(value.shortText)",
                        position: template.span)
                }
                // From when the step first started, so that a resumed run doesn't wait again.
                deadline = try await began(work).adding(duration)
                longest = duration
            case .until(let template):
                let value = try await end(template, work, scope)
                guard let time = value.revealed.timestampValue else {
                    throw Failure(
                        .invalid, "wait: must be a time such as 2030-01-31T09:00:00Z, not \(value.shortText)",
                        position: template.span)
                }
                deadline = time
            }
            let rest = deadline.map { $0.since(setup.world.clock.now()) } ?? .zero
            let left = longest.map { min(rest, $0) } ?? rest
            guard left > .zero else { return Ending(StepOutcome(.succeeded, attempts: 1)) }
            let timeout = work.prepared.timeout
            guard await control.sleep(min(left, timeout ?? left), isHandler: work.frame.isHandler), !Task.isCancelled
            else { return Ending(StepOutcome(failed: Failure(.cancelled, "cancelled", nothingSent: true))) }
            if let timeout, timeout < left {
                throw Failure(
                    .timeout, "took longer than its timeout of \(timeout.celText)", nothingSent: true)
            }
            return Ending(StepOutcome(.succeeded, attempts: 1))
        } catch {
            return Ending(StepOutcome(failed: Failure(error), attempts: 1))
        }
    }

    /// When a pause is over. A time that is said as so long after now, `now() + duration("1h")`, is kept as it was when
    /// the pause first began.
    private func end(_ template: ValueTemplate, _ work: Work, _ scope: EvaluationScope) async throws -> Value {
        guard !work.prepared.isReproducible else { return try template.evaluate(scope) }
        let place = work.place
        if isResumed, let stored = try await journal.checkpoint(":resolved", of: place.path, item: place.item) {
            return try open(stored)
        }
        let value = try template.evaluate(scope)
        journal.note([.resolved(path: place.path, item: place.item, try store(value))])
        return value
    }

    /// When a pause began first, in whatever process: each item of a loop has its own.
    private func began(_ work: Work) async throws -> Timestamp {
        let (path, item, name) = (work.place.path, work.place.item, ":began")
        guard item != nil else { return work.startedAt }
        if isResumed, let stored = try await journal.checkpoint(name, of: path, item: item),
            let milliseconds = try open(stored).intValue
        {
            return Timestamp(milliseconds: milliseconds)
        }
        journal.note([
            .checkpoint(path: path, item: item, name: name, try store(.int(work.startedAt.milliseconds)))
        ])
        return work.startedAt
    }

    /// What the step's `name:` says; nil where it has none, or where that can't be made.
    private func name(of prepared: PreparedStep, in frame: Frame) -> String? {
        guard let name = prepared.step.name else { return nil }
        let scope = scopes.scope(in: frame, reading: prepared.reads)
        guard let text = try? name.evaluate(scope).formatted() else { return nil }
        return setup.masker.mask(text)
    }

    func store(_ value: Value) throws(Failure) -> StoredValue {
        try StoredValue(value, sealing: setup.sealing, context: id.text)
    }

    func open(_ stored: StoredValue) throws(Failure) -> Value {
        let value = try stored.value(sealing: setup.sealing, context: id.text)
        // An earlier process knew it from its source; this one must mask it as well.
        setup.masker.add(secretsIn: value)
        return value
    }
}

/// A step or an item that is being worked on.
struct Work: Sendable {
    let prepared: PreparedStep
    let place: Place
    let frame: Frame
    let condition: RunCondition
    /// When it started first, in whatever process.
    let startedAt: Timestamp
    /// The path of the step that follows, where that is sure to write.
    var next: String?
}

extension ValueStream {
    /// All that comes; secret where the value that held the stream is.
    func collect(as holder: Value) async throws -> [Value] {
        let items = try await collect()
        return holder.isSecret ? items.map(\.markedSecret) : items
    }
}

extension Value {
    var isSecret: Bool { if case .secret = self { true } else { false } }

    /// A failure is kept and shown in clear, so what a secret went into is left out.
    fileprivate var messageText: String {
        containsSecret ? Masker.replacement : stringValue ?? JSON.text(self)
    }

    var durationValue: Duration? {
        if case .duration(let duration) = self { return duration }
        return stringValue.flatMap(Duration.init(text:))
    }

    var timestampValue: Timestamp? {
        if case .timestamp(let time) = self { return time }
        return stringValue.flatMap(Timestamp.init(rfc3339:))
    }
}

extension Optional {
    func asyncMap<T>(_ transform: (Wrapped) async throws -> T) async rethrows -> T? {
        if let wrapped = self { try await transform(wrapped) } else { nil }
    }
}
