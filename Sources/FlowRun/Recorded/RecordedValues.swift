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
    /// - Parameter items: those of a loop, in order; nil where the step is none.
    init(_ stored: StoredStep, items: [StoredItem]?, open: (StoredValue) throws -> Value) throws {
        self.init(
            stored.status, failure: stored.failure, attempts: stored.attempts, isHandled: stored.isHandled,
            note: stored.note)
        output = try stored.output.map(open) ?? .null
        guard let items else { return }
        let count = (items.last?.index ?? -1) + 1
        var keys = (0..<count).map(String.init)
        for item in items { keys[item.index] = item.key }
        var ended = LoopItems(count: count, keys: keys)
        for item in items {
            var end = StepOutcome(item.status, failure: item.failure, attempts: item.attempts)
            end.output = try item.output.map(open) ?? .null
            ended.end(item.index, end)
        }
        output = .list(ended.outputs)
        self.items = ended
    }
}
