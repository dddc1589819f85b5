import FlowCore
import FlowStore

/// One item of a loop with its attempts and its output.
struct ItemSheet {
    let run: RunSummary
    let path: String
    let item: StoredItem
    private let attempts: [StoredAttempt]

    init(run: RunSummary, path: String, item: StoredItem, history: RunHistory) throws(Failure) {
        self.run = run
        self.path = path
        self.item = item
        attempts = try history.attempts(of: path, item: item.index, in: run)
    }

    func show(on console: Console) throws {
        let output = try item.output?.shown(in: run)
        var document = item.asValue.mapValue ?? ValueMap()
        document["output"] = output ?? .null
        document["tries"] = .list(attempts.map { $0.asValue(in: run) })
        console.show(json: .map(document)) {
            console.show("\("\(path)[\(item.key)]", .bold)  \(item.status.words, item.status.style)")
            console.show(attempts, of: run)
            console.show(failure: item.failure, output: output)
        }
    }
}
