import FlowCore
import FlowStore

/// The requests of a step that failed for good, as commands of curl.
struct CurlSheet {
    private let lines: [LogLine]

    /// The level under which the journal has them.
    static let level = "curl"

    /// - Throws: an `Exit` of status `usage` where no request of the step failed.
    init(of step: StoredStep, in run: RunSummary, history: RunHistory) throws {
        guard step.attempts > 0 || step.startedAt != nil else {
            throw Exit.usage("the step \"\(step.path)\" never started in run \(run.id.text)")
        }
        var last: [Int: LogLine] = [:]
        for line in try history.logs(of: run, path: step.path, limit: .max)
        where line.level == CurlSheet.level && line.path == step.path {
            last[line.item ?? -1] = line
        }
        lines = last.sorted { $0.key < $1.key }.map(\.value)
        guard !lines.isEmpty else {
            throw Exit.usage(
                "no request of the step \"\(step.path)\" failed",
                hint: "run it with --trace FILE to see those that succeed")
        }
    }

    func show(on console: Console) {
        let document = Value.list(
            lines.map { ["item": $0.item.map { .int(Int64($0)) } ?? .null, "command": .string($0.message)] })
        console.show(json: document) {
            for line in lines {
                if let item = line.item { console.show(StyledText("# item \(item)", .dim)) }
                console.show(document: line.message)
            }
        }
    }
}
