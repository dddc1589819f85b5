import FlowCore
import FlowStore

/// One step of a run with its attempts and its output.
struct StepSheet {
    var run: RunSummary
    var step: StoredStep
    var attempts: [StoredAttempt]

    func show(on console: Console) throws {
        let output = try step.output?.shown(in: run)
        var document = step.asValue.mapValue ?? ValueMap()
        document["output"] = output ?? .null
        document["tries"] = .list(attempts.map(\.asValue))
        console.show(json: .map(document)) {
            let took = step.took.map { " after \($0.humanText)" } ?? ""
            console.show(
                "\(step.path, .bold)  \(step.node ?? "")  \(step.status.words, step.status.style)\(took)")
            if let note = step.note { console.show(StyledText(note)) }
            for attempt in attempts {
                let status = attempt.end?.status ?? .interrupted
                let reason = attempt.end?.failure.map { ": \($0.message)" } ?? ""
                console.show(
                    "  try \(attempt.number) at \(attempt.intent.startedAt.localText)  \(status.words, status.style)\(reason)"
                )
            }
            if let failure = step.failure {
                console.show("\("error:", .red) \(failure.message)")
                if let hint = failure.hint { console.show("  \("hint:", .cyan) \(hint)") }
                if let id = failure.requestID { console.show("  \("request id:", .dim) \(terminalSafe(id))") }
            }
            if let output, !output.isNull {
                console.show(StyledText("output", .bold))
                console.show(document: JSON.text(console.masker.mask(output), pretty: true))
            }
        }
    }
}

extension StoredAttempt {
    fileprivate var asValue: Value {
        [
            "number": .int(Int64(number)), "effect": .string(intent.effect.rawValue),
            "started_at": .string(intent.startedAt.rfc3339),
            "ended_at": end.map { .string($0.endedAt.rfc3339) } ?? .null,
            "status": .string((end?.status ?? .interrupted).rawValue), "error": end?.failure?.asValue ?? .null,
        ]
    }
}
