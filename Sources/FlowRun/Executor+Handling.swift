import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

/// What the journal knows of a step with `on_error`: a run that is resumed while a failure is being handled goes on
/// with that, and doesn't try the step again.
struct Handling: Sendable {
    static let name = ":failed"

    /// How often the step failed for good, over all resumes: each time the handler's steps have a path of their own.
    var round: Int
    /// What is being handled; nil once the step is tried again.
    var failed: StepOutcome?
    /// Whether a write of the handler may or may not have happened: the user decides, and then the handler goes on.
    var isUndecided = false

    var prefix: String { round > 1 ? "\(Step.handlerPrefix.dropLast())#\(round)/" : Step.handlerPrefix }

    init(round: Int, failed: StepOutcome?) {
        self.round = round
        self.failed = failed
    }

    init(_ value: Value) {
        round = value["round"]?.intValue.map(Int.init) ?? 0
        isUndecided = value["undecided"] == true
        if let failure = value["failure"].flatMap(Failure.init(value:)),
            let status = value["status"]?.stringValue.flatMap(RunStatus.init(rawValue:))
        {
            let attempts = value["attempts"]?.intValue.map(Int.init) ?? 1
            failed = StepOutcome(status, failure: failure, attempts: attempts)
        }
    }

    var asValue: Value {
        [
            "round": .int(Int64(round)), "failure": failed?.failure?.asValue ?? .null,
            "status": failed.map { .string($0.status.rawValue) } ?? .null,
            "attempts": .int(Int64(failed?.attempts ?? 0)), "undecided": .bool(isUndecided),
        ]
    }
}

extension Executor {
    /// What earlier processes noted of a step with `on_error`; nil of others, and of one that never failed.
    func handling(of prepared: PreparedStep, _ previous: StoredStep?) async throws -> Handling? {
        guard let previous, prepared.handler != nil,
            let stored = try await journal.checkpoint(Handling.name, of: previous.path, item: nil)
        else { return nil }
        var handling = Handling(try open(stored))
        // Where it ended with the failure it is tried again.
        if previous.status != .running, !handling.isUndecided { handling.failed = nil }
        handling.isUndecided = false
        return handling
    }

    func record(_ handling: Handling, of path: String) throws(Failure) -> JournalRecord {
        .checkpoint(path: path, item: nil, name: Handling.name, try store(handling.asValue))
    }

    /// Runs `on_error` where a step failed for good. Where that goes well, the run goes on.
    ///
    /// - Parameter earlier: what earlier processes noted; where that holds a failure, it is this one.
    func handle(_ ending: Ending, of work: Work, earlier: Handling?) async throws -> Ending {
        guard let list = work.prepared.handler, ending.outcome.isRecorded, ending.outcome.status.isFailure,
            control.mayStart(isHandler: work.frame.isHandler)
        else { return ending }
        var outcome = ending.outcome
        var handling: Handling
        if let earlier, earlier.failed != nil {
            handling = earlier
        } else {
            outcome.failure = outcome.failure.map(setup.masker.mask)
            handling = Handling(round: (earlier?.round ?? 0) + 1, failed: outcome)
            try await journal.commit(ending.records + [try record(handling, of: work.place.path)], synced: false)
        }
        let frame = Frame(
            parent: work.frame, prefix: "\(work.place.path)/\(handling.prefix)", base: .failure,
            variables: ValueMap([("error", outcome.failure?.asValue ?? .null)]))
        let end = await run(list, in: frame)
        if end.isStopped, control.reason != nil { return Ending(.leftOut) }
        if var undecided = end.failed, undecided.status == .uncertain {
            handling.isUndecided = true
            undecided.failure?.message += "; that was on_error of \(outcome.failure?.message ?? work.place.path)"
            undecided.attempts = outcome.attempts
            return Ending(undecided, records: [try record(handling, of: work.place.path)])
        }
        if let failed = end.failed {
            let why = failed.failure?.message ?? failed.status.rawValue
            outcome.failure?.message += "; its on_error failed, too: \(failed.origin ?? work.place.path): \(why)"
            return Ending(outcome)
        }
        do {
            outcome.output = try await outputs(of: work, after: outcome, in: frame)
            outcome.isHandled = true
        } catch {
            outcome.failure?.message += "; its outputs can't be made after on_error: \(Failure(error).message)"
        }
        return Ending(outcome)
    }

    /// What `outputs:` gives where there is no output, but what the steps of `on_error` gave.
    private func outputs(of work: Work, after outcome: StepOutcome, in frame: Frame) async throws -> Value {
        let step = work.prepared.step
        // Those of a loop or a repetition are made of each item or iteration, and stand.
        guard let outputs = step.outputs, step.loop == nil, step.repetition == nil else { return outcome.output }
        let own = Frame(parent: frame)
        own.record(outcome, of: step.id)
        // An environment that can't be made may be what the step failed for.
        let environment = try? await scopes.environment(of: step, in: frame, status: work.condition)
        return try await scopes.outputs(
            outputs, in: own, status: work.condition, environment: environment, extra: ValueMap([("output", .null)]))
    }
}
