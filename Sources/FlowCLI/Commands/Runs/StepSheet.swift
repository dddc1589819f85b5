import FlowCore
import FlowStore

/// One step of a run with its attempts and its output.
struct StepSheet {
    var run: RunSummary
    var step: StoredStep
    var attempts: [StoredAttempt]
    /// Each HTTP try: what it gave, how long it waited, and why the next one followed.
    var requests: [LogLine]

    /// The latest ones say most; a loop may have sent thousands.
    private static let room = 50

    func show(on console: Console) throws {
        let output = try step.output?.shown(in: run)
        var document = step.asValue.mapValue ?? ValueMap()
        document["output"] = output ?? .null
        document["tries"] = .list(attempts.map(\.asValue))
        document["requests"] = .list(
            requests.map { line in
                [
                    "at": .string(line.at.rfc3339), "item": line.item.map { .int(Int64($0)) } ?? .null,
                    "text": .string(line.message),
                ]
            })
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
            showRequests(on: console)
            if let failure = step.failure {
                console.show("\("error:", .red) \(failure.message)")
                if let hint = failure.hint { console.show("  \("hint:", .cyan) \(hint)") }
            }
            if let output, !output.isNull {
                console.show(StyledText("output", .bold))
                console.show(document: JSON.text(console.masker.mask(output), pretty: true))
            }
        }
    }
}

extension StepSheet {
    private func showRequests(on console: Console) {
        if requests.count > StepSheet.room {
            let earlier = requests.count - StepSheet.room
            console.show("  \(earlier) earlier requests: flowctl runs logs \(run.id.text) --step \(step.path)")
        }
        for line in requests.suffix(StepSheet.room) {
            let item = line.item.map { "[\($0)] " } ?? ""
            console.show("  \(line.at.clockText, .dim)  \(item)\(line.message)")
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
