import FlowCore
import FlowRun
import FlowStore

/// What a resume would do, for the eye and for tools: `flowctl resume --dry-run`.
struct ResumeSheet {
    let run: RunSummary
    let plan: ResumePlan
    /// Connectors that are not what they were when the run began.
    let changedConnectors: [String]

    func show(on console: Console) {
        console.show(json: document) {
            console.show("\(run.id.text, .bold)  \(run.workflow)  \("dry run: nothing is done", .dim)")
            for line in lines + repetitions { console.show(line) }
        }
    }

    /// Each step with what becomes of it, and what else has changed.
    var lines: [StyledText] {
        var table = Table("STEP", "NODE", "STATUS", "THEN", "")
        for entry in plan.entries {
            table.add(
                StyledText(entry.path, .bold), StyledText(entry.node),
                entry.status.map { StyledText($0.words, $0.style) } ?? StyledText(""),
                StyledText(entry.fate.rawValue, entry.fate == .reused ? .dim : nil),
                StyledText(entry.change ?? "", .yellow))
        }
        var lines = table.lines
        func add(_ title: String, _ names: [String]) {
            if !names.isEmpty { lines.append("\(title) \(names.joined(separator: ", "))") }
        }
        add("no longer in the file:", plan.removed)
        add("changed besides:", plan.settings)
        add("connectors that have changed since the run began:", changedConnectors)
        return lines
    }

    /// The writes that would happen a second time, under a title; empty where there are none.
    var repetitions: [StyledText] {
        guard !plan.repetitions.isEmpty else { return [] }
        return ["\("these writes have happened, or may have, and would be done again:", .yellow)"]
            + plan.repetitions.map { "  \($0.path, .bold)  \($0.node)  \($0.words)" }
    }

    private var document: Value {
        [
            "run": .string(run.id.text), "workflow": .string(run.workflow), "status": .string(run.status.rawValue),
            "steps": .list(
                plan.entries.map { entry in
                    [
                        "id": .string(entry.path), "node": .string(entry.node),
                        "status": entry.status.map { .string($0.rawValue) } ?? .null,
                        "then": .string(entry.fate.rawValue), "change": entry.change.map(Value.string) ?? .null,
                    ]
                }),
            "repeats": .list(
                plan.repetitions.map { repetition in
                    [
                        "id": .string(repetition.path), "node": .string(repetition.node),
                        "happened": .int(Int64(repetition.happened)), "uncertain": .int(Int64(repetition.uncertain)),
                    ]
                }),
            "removed": .list(plan.removed.map(Value.string)), "settings": .list(plan.settings.map(Value.string)),
            "connectors": .list(changedConnectors.map(Value.string)),
        ]
    }
}

extension ResumePlan.Repetition {
    fileprivate var words: String {
        let known = happened > 1 ? "happened \(happened) times" : happened == 1 ? "happened" : nil
        let unknown =
            uncertain > 1 ? "\(uncertain) times unknown" : uncertain == 1 ? "unknown whether it happened" : nil
        return [known, unknown].compactMap(\.self).joined(separator: ", ")
    }
}
