import FlowCore
import FlowRun
import FlowSpec

/// The plan that `run --dry-run` shows: steps in order, and under each what it would do or send.
struct DryRunListing {
    var workflow: String
    var entries: [DryRun.Entry]

    /// - Throws: an `Exit` with the status of the first step that could not be prepared.
    func show(on console: Console) throws {
        console.show(json: document(console.masker)) {
            console.show("\(workflow, .bold)  \("dry run: nothing is sent", .dim)")
            for entry in entries { show(entry, on: console) }
        }
        guard let failure = entries.lazy.compactMap(\.failure).first else { return }
        throw Exit.status(ExitStatus(failure.kind))
    }

    private func show(_ entry: DryRun.Entry, on console: Console) {
        let indent = String(repeating: "  ", count: entry.depth + 1)
        let remarks = entry.remarks.isEmpty ? "" : "  (\(entry.remarks.joined(separator: "; ")))"
        console.show("\(indent)\(entry.path, entry.isSkipped ? .dim : .bold)  \(entry.node, .dim)\(remarks)")
        for line in PreviewList(entry.previews).lines(console.masker) {
            console.show(StyledText(line.isEmpty ? "" : "\(indent)    \(line)"))
        }
        guard let failure = entry.failure else { return }
        console.show("\(indent)    \("error:", .red) \(failure.message)")
        if let hint = failure.hint { console.show("\(indent)    \("hint:", .cyan) \(hint)") }
    }

    private func document(_ masker: Masker) -> Value {
        [
            "workflow": .string(workflow),
            "steps": .list(
                entries.map { entry in
                    [
                        "id": .string(entry.path), "node": .string(entry.node),
                        "remarks": .list(entry.remarks.map(Value.string)), "skipped": .bool(entry.isSkipped),
                        "does": PreviewList(entry.previews).asValue(masker), "error": entry.failure?.asValue ?? .null,
                    ]
                }),
        ]
    }
}
