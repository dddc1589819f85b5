import ArgumentParser
import FlowCore
import FlowRun
import FlowStore

/// `flowctl runs logs RUN`
struct RunsLogsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what a run's steps said, with every HTTP try.",
        discussion: "With --output json: one object a line with at, step, item, level, message.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @OptionGroup var subject: RunArgument

    @Option(help: ArgumentHelp("Only lines of this step and of those inside it.", valueName: "id"))
    var step: String?

    @Flag(name: [.short, .long], help: "Wait for more until the run has ended.")
    var follow = false

    func run(in session: Session) async throws {
        let (run, history) = try session.run(named: subject.run)
        let chosen = try step.map { try choice(named: $0, of: run, history, session) } ?? .all
        let console = session.console
        var (seen, shown) = (0, 0)
        while true {
            // Asked before the lines, so that none that came before the end is missed.
            let isOver = try !history.run(named: run.name).status.isLeased
            var page: [LogLine]
            repeat {
                page = try lines(chosen, of: run, history, after: seen, limit: 1000)
                for line in page where chosen.takes(line) {
                    show(line, on: console)
                    shown += 1
                }
                seen += page.count
            } while !page.isEmpty
            guard follow, !isOver, !console.output.isDeserted else { break }
            try await Task.sleep(for: .milliseconds(300))
        }
        if shown == 0, console.format == .text { console.note("nothing was logged") }
    }

    /// Which lines are asked for.
    private enum Choice {
        case all
        /// Those of a step and of what is inside it, or of one of its items.
        case place(path: String, item: Int?)
        /// Those of a step that each item of a loop has, or may have yet.
        case ofItems(String)

        func takes(_ line: LogLine) -> Bool {
            if case .ofItems(let name) = self { ItemName.isPath(line.path, within: name) } else { true }
        }
    }

    /// A page of the lines among which are those of the choice.
    private func lines(
        _ choice: Choice, of run: RunSummary, _ history: RunHistory, after seen: Int = 0, limit: Int
    ) throws -> [LogLine] {
        guard case .place(let path, let item) = choice else {
            return try history.logs(of: run, after: seen, limit: limit)
        }
        return try history.logs(of: run, path: path, item: item, after: seen, limit: limit)
    }

    /// The step of this name, or the item of one by its key or, as lines of the log have it, its number. A step that
    /// has not started yet is one of the workflow as it was begun.
    ///
    /// - Throws: an `Exit` of status `usage` where the run has no such step.
    private func choice(
        named name: String, of run: RunSummary, _ history: RunHistory, _ session: Session
    ) throws -> Choice {
        let steps = try history.steps(of: run, hasOutputs: false)
        guard !steps.contains(where: { $0.path == name }) else { return .place(path: name, item: nil) }
        if name.last != "]", steps.contains(where: { ItemName.isPath($0.path, within: name) }) {
            return .ofItems(name)
        }
        let (path, key) = ItemName.parts(of: name) { path in steps.contains { $0.path == path } }
        let number = key.flatMap(Int.init).map { Choice.place(path: path, item: $0) }
        let hasLogged = try number.map { try !lines($0, of: run, history, limit: 1).isEmpty } ?? false
        if let key, let item = try history.item(key, of: path, in: run) {
            guard let number, hasLogged, Int(key) != item.index else { return .place(path: path, item: item.index) }
            session.console.note(
                "\(name) is taken for the item of that number, as lines of the log have it; "
                    + "the one with that key is \(path)[\(item.index)]")
            return number
        }
        if !hasLogged { try require(name, session) }
        return number ?? .ofItems(name)
    }

    private func require(_ name: String, _ session: Session) throws {
        do {
            _ = try session.recordedRun(named: subject.run).view(ofStep: name)
        } catch let exit as Exit where exit.status == .usage {
            throw exit
        } catch {
            // Its workflow can't be read any more, as where a connector is gone: then nothing can be told.
        }
    }

    private func show(_ line: LogLine, on console: Console) {
        if console.format == .json { return console.show(document: JSON.text(console.masker.mask(line.asValue))) }
        // Long, and asked for with "runs show --curl".
        if line.level == CurlSheet.level { return }
        let style: Style? =
            switch line.level {
            case "error": .red
            case "warning": .yellow
            case "debug", "http": .dim
            default: nil
            }
        let item = line.item.map { "[\($0)]" } ?? ""
        console.show("\(line.at.clockText, .dim) \(line.path + item, .cyan) \(line.message, style)")
    }
}

extension LogLine {
    fileprivate var asValue: Value {
        [
            "at": .string(at.rfc3339), "step": .string(path), "item": item.map { .int(Int64($0)) } ?? .null,
            "level": .string(level), "message": .string(message),
        ]
    }
}
