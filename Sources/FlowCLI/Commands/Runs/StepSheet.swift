import FlowCore
import FlowStore

/// One step of a run with its attempts, its items and its output.
struct StepSheet {
    let run: RunSummary
    let step: StoredStep
    private let attempts: [StoredAttempt]
    private let itemCounts: [RunStatus: Int]
    /// The first of those that did not succeed.
    private let items: [StoredItem]
    /// In how many pages its output is kept for the loops that go through it.
    private let pageCount: Int
    /// The latest HTTP tries: what each gave, how long it waited, and why the next one followed.
    private let requests: [LogLine]

    /// Items shown as text, and in JSON.
    private static let shownItems = (text: 20, json: 1000)
    private static let shownRequests = (text: 20, json: 1000)

    init(run: RunSummary, step: StoredStep, history: RunHistory) throws(Failure) {
        self.run = run
        self.step = step
        attempts = try history.attempts(of: step.path, in: run)
        itemCounts = try history.itemCounts(of: step.path, in: run)
        items =
            try history.items(of: step.path, in: run, limit: StepSheet.shownItems.json, onlyUnsuccessful: true)
        pageCount = try history.pageCount(of: step.path, in: run)
        requests = try history.requests(of: step.path, in: run, limit: StepSheet.shownRequests.json)
    }

    func show(on console: Console) throws {
        let output = try step.output?.shown(in: run)
        var document = step.asValue.mapValue ?? ValueMap()
        document["output"] = output ?? .null
        if pageCount > 0 { document["pages"] = .int(Int64(pageCount)) }
        document["tries"] = .list(attempts.map { $0.asValue(in: run) })
        document["requests"] = .list(
            requests.map { line in
                [
                    "at": .string(line.at.rfc3339), "item": line.item.map { .int(Int64($0)) } ?? .null,
                    "text": .string(line.message),
                ]
            })
        if !itemCounts.isEmpty {
            let counts = itemCounts.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
            document["item_counts"] = .map(ValueMap(counts.map { ($0.0, .int(Int64($0.1))) }))
            document["unsuccessful_items"] = .list(items.map(\.asValue))
        }
        console.show(json: .map(document)) {
            let took = step.took.map { " after \($0.humanText)" } ?? ""
            console.show(
                "\(step.path, .bold)  \(step.node ?? "")  \(step.status.words, step.status.style)\(took)")
            if let note = step.note { console.show(StyledText(note)) }
            console.show(attempts, of: run)
            showRequests(on: console)
            showItems(on: console)
            console.show(failure: step.failure, output: output)
            if pageCount > 0 {
                let pages = pageCount == 1 ? "1 page" : "\(pageCount) pages"
                console.show("output: \(pages), for the loops that go through them")
            }
        }
    }

    private func showItems(on console: Console) {
        guard !itemCounts.isEmpty else { return }
        let counts = itemCounts.sorted { $0.key.rawValue < $1.key.rawValue }
        console.show("items: \(counts.map { "\($0.value) \($0.key.words)" }.joined(separator: ", "))")
        for item in items.prefix(StepSheet.shownItems.text) {
            let reason = item.failure.map { ": \($0.message)" } ?? ""
            console.show("  \(step.path)[\(item.key)]  \(item.status.words, item.status.style)\(reason)")
        }
        let unsuccessful = itemCounts.reduce(0) { $0 + ($1.key == .succeeded ? 0 : $1.value) }
        let hidden = unsuccessful - StepSheet.shownItems.text
        if hidden > 0 { console.show("  and \(hidden) more") }
    }
}

extension Console {
    func show(_ attempts: [StoredAttempt], of run: RunSummary) {
        for attempt in attempts {
            let status = attempt.status(in: run)
            let reason = attempt.end?.failure.map { ": \($0.message)" } ?? ""
            show(
                "  try \(attempt.number) at \(attempt.intent.startedAt.localText)  \(status.words, status.style)\(reason)"
            )
        }
    }

    func show(failure: Failure?, output: Value?) {
        if let failure {
            show("\("error:", .red) \(failure.message)")
            if let hint = failure.hint { show("  \("hint:", .cyan) \(hint)") }
            if let id = failure.requestID { show("  \("request id:", .dim) \(terminalSafe(id))") }
        }
        if let output, !output.isNull {
            show(StyledText("output", .bold))
            show(document: JSON.text(masker.mask(output), pretty: true))
        }
    }
}

extension StoredItem {
    var asValue: Value {
        [
            "index": .int(Int64(index)), "key": .string(key), "status": .string(status.rawValue),
            "attempts": .int(Int64(attempts)), "error": failure?.asValue ?? .null,
        ]
    }
}

extension StepSheet {
    private func showRequests(on console: Console) {
        let shown = requests.suffix(StepSheet.shownRequests.text)
        if shown.count < requests.count {
            console.show("  earlier requests: flowctl runs logs \(run.name) --step \(step.path)")
        }
        for line in shown {
            let item = line.item.map { "[\($0)] " } ?? ""
            console.show("  \(line.at.clockText, .dim)  \(item)\(line.message)")
        }
    }
}

extension StoredAttempt {
    /// One without an end goes on as long as somebody runs the run.
    fileprivate func status(in run: RunSummary) -> RunStatus {
        end?.status ?? (run.status == .running ? .running : .interrupted)
    }

    func asValue(in run: RunSummary) -> Value {
        [
            "number": .int(Int64(number)), "effect": .string(intent.effect.rawValue),
            "started_at": .string(intent.startedAt.rfc3339),
            "ended_at": end.map { .string($0.endedAt.rfc3339) } ?? .null,
            "status": .string(status(in: run).rawValue), "error": end?.failure?.asValue ?? .null,
        ]
    }
}
