import FlowCore

/// The types of what expressions see of steps and of the run, as the engine makes it.
enum StepTypes {
    static let statuses = ["succeeded", "failed", "skipped", "cancelled", "timed_out", "uncertain", "interrupted"]

    static let failure = StaticType.record(failureMembers)

    private static let failureMembers: [(String, StaticType)] = [
        ("kind", .text(FailureKind.allCases.map(\.rawValue))), ("code", .string.orNull), ("message", .string),
        ("hint", .string.orNull), ("request_id", .string.orNull),
    ]

    /// Members of `run`.
    static let run: [String: StaticType] = [
        "id": .string, "workflow": .string, "started_at": .timestamp, "trigger": .string, "attempt": .int,
        "error": StaticType.record(failureMembers + [("step", .string.orNull)]).orNull,
    ]

    /// What expressions see of a variable of the environment: its text, or null where it stays unset.
    static func variable(holding type: StaticType) -> StaticType {
        type.may(beOneOf: [.null, .absent, .optional]) ? .string.orNull : .string
    }

    /// Members of `steps.ID`; the output is null where the step was skipped or has failed.
    ///
    /// - Parameter output: of one item, where the step is a loop.
    static func members(output: StaticType, isLoop: Bool) -> [String: StaticType] {
        var members: [String: StaticType] = [
            "status": .text(statuses), "error": failure.orNull, "attempts": .int,
            "output": (isLoop ? .list(of: output.orNull) : output).orNull,
        ]
        if isLoop {
            members["items"] = .list(
                of: .record([
                    ("key", .string), ("index", .int), ("status", .text(statuses)), ("output", output.orNull),
                    ("error", failure.orNull),
                ]))
        }
        return members
    }
}
