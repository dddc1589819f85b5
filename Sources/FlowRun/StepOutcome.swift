package import FlowCore
package import FlowStore

/// What came of a step.
package struct StepOutcome: Sendable {
    package var status: RunStatus
    package var output: Value
    @Boxed package var failure: Failure?
    /// The path of the step that failed first, where this one holds others.
    package var origin: String?
    package var attempts: Int
    /// Whether the run goes on as if it had succeeded.
    package var isHandled: Bool
    /// Why it was skipped.
    package var note: String?
    /// The items of a loop.
    @Boxed package var items: LoopItems?
    /// Whether it stands in the journal; what was never started because the run stops does not.
    package var isRecorded = true

    package init(
        _ status: RunStatus, output: Value = .null, failure: Failure? = nil, origin: String? = nil, attempts: Int = 0,
        isHandled: Bool = false, note: String? = nil, items: LoopItems? = nil
    ) {
        self.status = status
        self.output = output
        self.failure = failure
        self.origin = origin
        self.attempts = attempts
        self.isHandled = isHandled
        self.note = note
        self.items = items
    }

    /// A step that didn't succeed, by the kind of its failure.
    package init(failed failure: Failure, origin: String? = nil, attempts: Int = 0) {
        let status: RunStatus =
            switch failure.kind {
            case .timeout: .timedOut
            case .uncertain: .uncertain
            case .cancelled: .cancelled
            default: .failed
            }
        self.init(status, failure: failure, origin: origin, attempts: attempts)
    }

    /// Never started, because the run stops.
    static var leftOut: StepOutcome {
        var outcome = StepOutcome(.cancelled)
        outcome.isRecorded = false
        return outcome
    }

    var planEnd: Plan.End {
        if !isRecorded { return .leftOut }
        if isHandled { return .passed }
        return switch status {
        case .succeeded: .passed
        case .skipped: .skipped
        case .failed, .timedOut, .uncertain, .cancelled, .interrupted, .running, .queued: .failed
        }
    }

    /// What expressions see as `steps.ID`.
    ///
    /// - Parameter items: of a loop whose `items` is looked at.
    func asValue(items: Value?) -> Value {
        var map = ValueMap()
        map["status"] = .string(status.rawValue)
        map["output"] = output
        map["error"] = failure?.asValue ?? .null
        map["attempts"] = .int(Int64(attempts))
        if let items { map["items"] = items }
        return .map(map)
    }
}
