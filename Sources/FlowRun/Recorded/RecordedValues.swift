import FlowCore
import FlowExpression
import FlowStore

extension StoredRun {
    /// What expressions see as `run`.
    var members: ValueMap {
        ValueMap([
            ("id", .string(id.text)), ("workflow", .string(snapshot.workflow)),
            ("started_at", .timestamp(startedAt)), ("trigger", .string(snapshot.trigger)),
            ("attempt", .int(Int64(attempt))),
        ])
    }
}

extension StoredCall {
    /// What expressions of the called workflow see as `run`.
    func members(of run: RunID) -> ValueMap {
        ValueMap([
            ("id", .string("\(run)/\(path)")), ("workflow", .string(workflow)), ("started_at", .timestamp(startedAt)),
            ("trigger", .string(RunSnapshot.callTrigger)), ("attempt", .int(Int64(attempt))),
        ])
    }
}

extension Failure {
    /// What handlers see as `run.error`.
    func asRunError(step: String?) -> Value {
        var error = asValue.mapValue ?? ValueMap()
        error["step"] = step.map(Value.string) ?? .null
        return .map(error)
    }
}

extension RunCondition {
    /// What `success()` and its like answer after a run that stands so.
    init(_ status: RunStatus) {
        switch status {
        case .succeeded: self = .success
        case .cancelled: self = .cancelled
        default: self = .failure
        }
    }
}

extension StepOutcome {
    /// What the journal has of a step.
    ///
    /// - Parameter items: those of a loop; nil where the step is none.
    init(_ stored: StoredStep, items: LoopItems? = nil, open: (StoredValue) throws -> Value) throws {
        self.init(
            stored.status, failure: stored.failure, attempts: stored.attempts, isHandled: stored.isHandled,
            note: stored.note, items: items)
        output = try items?.output ?? stored.output.map(open) ?? .null
    }

    /// What the journal has of an item.
    init(_ stored: StoredItem, open: (StoredValue) throws -> Value) throws {
        self.init(stored.status, failure: stored.failure, attempts: stored.attempts)
        output = try stored.output.map(open) ?? .null
    }
}
