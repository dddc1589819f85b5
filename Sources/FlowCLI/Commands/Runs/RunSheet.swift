import FlowCore
import FlowRun
import FlowStore

/// A run on one page: its state, its steps, its outputs.
struct RunSheet {
    var run: RunSummary
    var steps: [StoredStep]
    /// The workflows that its steps called.
    var calls: [RunSummary]
    var history: RunHistory
    /// What to type to go on.
    var advice: ResumeAdvice

    private static let shownCalls = 20

    func show(in session: Session) throws {
        let console = session.console
        let outputs = try history.outputs(of: run)?.shown(in: run)
        var document = run.asValue.mapValue ?? ValueMap()
        document["outputs"] = outputs ?? .null
        document["steps"] = .list(steps.map(\.asValue))
        document["calls"] = .list(calls.map(\.asValue))
        document["next"] = .list(advice.commands.map { .string(session.commandLine($0.words)) })
        console.show(json: .map(document)) {
            let attempt = run.attempt > 1 ? ", attempt \(run.attempt)" : ""
            let took = run.took.map { " after \($0.humanText)" } ?? ""
            console.show(
                "\(run.name, .bold)  \(run.workflow.onOneLine)  \(run.words, run.status.style)\(took)\(attempt)")
            console.show("started \(run.startedAt.localText) from \(run.file)")
            if !run.labels.isEmpty {
                let labels = run.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)".onOneLine }
                console.show("labels \(labels.joined(separator: ", "))")
            }
            if let step = run.call { console.show("called by the step \(step) of run \(run.id.text)") }
            if let lease = run.lease { console.show("in \(lease.words)") }
            if let failure = run.failure { showFailure(failure, on: console) }
            showSteps(on: console)
            showCalls(on: console)
            if let outputs = outputs?.mapValue, !outputs.isEmpty {
                console.show("")
                console.show(StyledText("outputs", .bold))
                for (key, value) in outputs {
                    console.show("  \(key.text): \(FlowText.scalar(console.masker.mask(value)))")
                }
            }
            for line in advice.lines(in: session) { console.note(line) }
        }
    }

    private func showFailure(_ failure: Failure, on console: Console) {
        let step = run.failedStep.map { "\($0): " } ?? ""
        console.show("\("error:", .red) \(step)\(failure.message)")
        if let hint = failure.hint { console.show("  \("hint:", .cyan) \(hint)") }
    }

    private func showCalls(on console: Console) {
        guard !calls.isEmpty else { return }
        console.show("")
        var table = Table("CALLED", "WORKFLOW", "STATUS", "TOOK")
        for call in calls.prefix(RunSheet.shownCalls) {
            table.add(
                StyledText(call.name, .bold), StyledText(call.workflow),
                StyledText(call.status.words, call.status.style), StyledText(call.took?.humanText ?? ""))
        }
        table.show(on: console)
        if calls.count > RunSheet.shownCalls { console.show("and \(calls.count - RunSheet.shownCalls) more") }
    }

    private func showSteps(on console: Console) {
        guard !steps.isEmpty else { return }
        console.show("")
        var table = Table("STEP", "NODE", "STATUS", "TOOK", "TRIES", "")
        for step in steps {
            table.add(
                StyledText(step.path, .bold), StyledText(step.node ?? ""),
                StyledText(step.status.words, step.status.style), StyledText(step.took?.humanText ?? ""),
                StyledText(step.attempts > 1 ? String(step.attempts) : ""),
                StyledText(step.failure?.message ?? step.note ?? "", .dim))
        }
        table.show(on: console)
    }
}

extension StoredStep {
    var took: Duration? {
        guard let startedAt, let endedAt else { return nil }
        // The clock may have been set back in between.
        return max(.zero, endedAt.since(startedAt))
    }

    /// Without its output, which may be large; `runs show --step` has that.
    var asValue: Value {
        [
            "id": .string(path), "node": node.map(Value.string) ?? .null, "status": .string(status.rawValue),
            "started_at": startedAt.map { .string($0.rfc3339) } ?? .null,
            "ended_at": endedAt.map { .string($0.rfc3339) } ?? .null, "attempts": .int(Int64(attempts)),
            "error": failure?.asValue ?? .null, "note": note.map(Value.string) ?? .null,
        ]
    }
}
