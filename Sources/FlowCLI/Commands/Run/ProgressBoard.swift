import FlowCore
import FlowRun
import FlowSpec
import FlowStore

/// What runs at the moment, and the lines that events are worth. Knows nothing of terminals.
struct ProgressBoard {
    private struct Running {
        var path: String
        var name: String?
        var node: String
        var since: ContinuousClock.Instant
        /// The total is nil while more items come.
        var items: (ended: Int, failed: Int, total: Int?)?
        var note: String?
        /// What it waits for comes then.
        var due: ContinuousClock.Instant?
    }

    private var steps: [Running] = []
    /// Failed items that had a line of their own, by step: the rest is only counted.
    private var shownFailures: [String: Int] = [:]
    /// Lines a step said, by step: a program may print thousands, and the journal has them all.
    private var shownLines: [String: Int] = [:]
    /// The last line about a try that follows, by step and item.
    private var shownTries: [String: String] = [:]
    /// Steps that have said what they wait for.
    private var shownWaits: Set<String> = []
    /// Steps of the workflow's own list: how many there are, and how many have ended.
    private var count = (ended: 0, total: 0)
    /// Counts drawings, for the spinner.
    var frame = 0

    private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    /// More running steps than this are counted in one line.
    private static let room = 8
    private static let failureRoom = 5
    private static let lineRoom = 5

    mutating func clear() { steps = [] }

    /// - Returns: the lines that stay.
    mutating func take(_ event: RunEvent, isVerbose: Bool) -> [StyledText] {
        switch event {
        case .runStarted(let id, let workflow, let attempt, let total):
            count.total = total
            let again = attempt > 1 ? ", attempt \(attempt)" : ""
            return ["\(workflow, .bold)  \("run \(id.text)\(again)", .dim)"]
        case .queued(let group, let others):
            return ["  \("…", .yellow) waiting in the group \(JSON.quoted(group)) for \(RunID.list(others))"]
        case .givesWay(let rival): return ["stopping: run \(rival.text) of the same group came later"]
        case .stepStarted(let path, let name, let node):
            steps.append(Running(path: path, name: name, node: node, since: .now))
            return []
        case .attemptStarted(let path, _, let number):
            set(path) {
                $0.note = number > 1 ? "try \(number)" : nil
                $0.due = nil
            }
            return []
        case .retryWaiting(let path, let item, let failure, let pause):
            set(path) {
                $0.note = "next try in"
                $0.due = .now + pause
            }
            let place = path + (item.map { "[\($0)]" } ?? "")
            let line = "\(place)  \(failure.message); next try in \(pause.humanText)"
            // As while another process finds out whether a service works: each second anew.
            guard shownTries.updateValue(line, forKey: place) != line else { return [] }
            return ["  \("↻", .yellow) \(line)"]
        case .waiting(let path, let item, let wait):
            let text = "waiting \(wait.duration.humanText) for \(wait.reason)"
            set(path) {
                $0.note = "waiting for \(wait.reason):"
                $0.due = .now + wait.duration
            }
            return waitLine(path, item, text, isVerbose)
        case .itemEnded(let path, let key, let status, let failure, let ended, let failed, let total):
            set(path) { $0.items = (ended, failed, total) }
            return itemLine(path, key, status, failure)
        case .log(let line): return logLine(line, isVerbose)
        case .stepSkipped(let path, let reason):
            noteEnd(path)
            return hides(path, isVerbose) ? [] : ["  \("-", .dim) \(path)  \("skipped: \(reason)", .dim)"]
        case .stepReused(let path, let status):
            noteEnd(path)
            return hides(path, isVerbose)
                ? [] : ["  \(status.symbol, status.style) \(path)  \("\(status.words) before", .dim)"]
        case .stepEnded(let report):
            steps.removeAll { $0.path == report.path }
            noteEnd(report.path)
            shownFailures[report.path] = nil
            shownWaits.remove(report.path)
            return hides(report.path, isVerbose) && report.status == .succeeded ? [] : [endLine(report)]
        case .runEnded:
            clear()
            return []
        }
    }

    /// A line for each running step, the oldest first.
    func running(at now: ContinuousClock.Instant) -> [StyledText] {
        let spinner = ProgressBoard.spinner[frame % ProgressBoard.spinner.count]
        var lines = steps.prefix(ProgressBoard.room).map { step -> StyledText in
            var line: StyledText =
                "  \(spinner, .cyan) \(ProgressBoard.title(step.path, step.name))  \(step.node, .dim)  \((now - step.since).humanText)"
            if let items = step.items {
                line += "  \(items.ended)" + (items.total.map { "/\($0)" } ?? "")
                if items.failed > 0 { line += "  \("\(items.failed) failed", .red)" }
            }
            // Once it is over, a request is under way that says nothing of itself.
            if let note = step.note, step.due.map({ $0 > now }) ?? true {
                line += "  \(note, .yellow)"
                if let due = step.due { line += " \((due - now).humanText, .yellow)" }
            }
            return line
        }
        if steps.count > ProgressBoard.room { lines.append("    and \(steps.count - ProgressBoard.room) more") }
        if !lines.isEmpty, count.total > 1 {
            lines.append("  \("\(count.ended) of \(count.total) steps ended", .dim)")
        }
        return lines
    }

    private mutating func noteEnd(_ path: String) {
        if StepPath.parent(of: path) == nil { count.ended += 1 }
    }

    private mutating func set(_ path: String, _ change: (inout Running) -> Void) {
        if let index = steps.firstIndex(where: { $0.path == path }) { change(&steps[index]) }
    }

    private func hides(_ path: String, _ isVerbose: Bool) -> Bool { !isVerbose && StepPath.isInItem(path) }

    private mutating func itemLine(
        _ path: String, _ key: String, _ status: RunStatus, _ failure: Failure?
    ) -> [StyledText] {
        guard let failure, status != .succeeded, status != .skipped else { return [] }
        shownFailures[path, default: 0] += 1
        switch shownFailures[path, default: 0] {
        case ...ProgressBoard.failureRoom:
            return ["  \(status.symbol, status.style) \("\(path)[\(key)]")  \(failure.message)"]
        case ProgressBoard.failureRoom + 1: return ["    more items of \(path) fail"]
        default: return []
        }
    }

    /// The items of a loop that wait for one limit would all say the same.
    private mutating func waitLine(_ path: String, _ item: Int?, _ text: String, _ isVerbose: Bool) -> [StyledText] {
        guard isVerbose || shownWaits.insert(path).inserted else { return [] }
        return ["  \("…", .yellow) \(path + (item.map { "[\($0)]" } ?? ""))  \(text)"]
    }

    private mutating func logLine(_ line: LogLine, _ isVerbose: Bool) -> [StyledText] {
        let place = line.path + (line.item.map { "[\($0)]" } ?? "")
        if !isVerbose, line.level == "info" {
            shownLines[line.path, default: 0] += 1
            let count = shownLines[line.path, default: 0]
            if count == ProgressBoard.lineRoom + 1 {
                return ["    \(place, .dim) \("… for the rest: flowctl runs logs latest --step \(line.path)", .dim)"]
            }
            if count > ProgressBoard.lineRoom { return [] }
        }
        let style: Style?
        switch line.level {
        case "error": style = .red
        case "warning": style = .yellow
        case "info": style = nil
        default:
            guard isVerbose else { return [] }
            style = .dim
        }
        // Else what a message has after a line break could pass for a line of flowctl's own.
        let parts = line.message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return ["    \(place, .dim) \(parts[0], style)"] + parts.dropFirst().map { "      \($0, style)" }
    }

    /// `deploy  Deploy to eu-1`
    private static func title(_ path: String, _ name: String?) -> String {
        name.map { "\(path)  \($0.onOneLine)" } ?? path
    }

    private func endLine(_ report: StepReport) -> StyledText {
        var line: StyledText =
            "  \(report.status.symbol, report.status.style) \(ProgressBoard.title(report.path, report.name))  \(report.node, .dim)  \(report.elapsed.humanText)"
        if report.attempts > 1 { line += "  \("\(report.attempts) tries", .dim)" }
        if let failure = report.failure, report.status != .succeeded {
            line += "  \(failure.message, report.isHandled ? .yellow : .red)"
            if report.isHandled { line += "\(" (goes on)", .dim)" }
        }
        return line
    }
}
