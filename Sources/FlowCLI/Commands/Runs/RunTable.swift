import FlowCore
import FlowStore

/// Runs as a list shows them.
struct RunTable {
    private let runs: [RunSummary]

    init(_ runs: [RunSummary]) { self.runs = runs }

    func show(on console: Console) {
        var table = Table("RUN", "WORKFLOW", "STATUS", "STARTED", "TOOK")
        for run in runs {
            table.add(
                StyledText(run.name, .bold), StyledText(run.workflow), StyledText(run.words, run.status.style),
                StyledText(run.startedAt.localText), StyledText(run.took?.humanText ?? ""))
        }
        table.show(on: console)
    }
}

extension RunSummary {
    /// nil where it never ended.
    var took: Duration? { endedAt.map { max(.zero, $0.since(startedAt)) } }

    /// How it stands, and whether it came from elsewhere.
    var words: String { isImported ? "\(status.words), imported" : status.words }

    /// As `runs list` and `runs show` give it to tools.
    var asValue: Value {
        [
            "id": .string(name), "workflow": .string(workflow),
            "labels": .map(ValueMap(labels.sorted { $0.key < $1.key }.map { ($0, .string($1)) })),
            "file": .string(file),
            "status": .string(status.rawValue), "trigger": .string(trigger),
            "called_by": call.map { ["run": .string(id.text), "step": .string($0)] } ?? .null,
            "attempt": .int(Int64(attempt)),
            "started_at": .string(startedAt.rfc3339), "ended_at": endedAt.map { .string($0.rfc3339) } ?? .null,
            "error": failure?.asValue ?? .null, "failed_step": failedStep.map(Value.string) ?? .null,
            "pid": lease.map { .int(Int64($0.holder.pid)) } ?? .null, "imported": .bool(isImported),
        ]
    }
}
