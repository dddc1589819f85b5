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
        let chosen = try step.map { try place(named: $0, of: run, history, session) }
        let console = session.console
        var seen = 0
        while true {
            // Asked before the lines, so that none that came before the end is missed.
            let isOver = try !history.run(named: run.name).status.isLeased
            var page: [LogLine]
            repeat {
                page = try history.logs(of: run, path: chosen?.path, item: chosen?.item, after: seen, limit: 1000)
                for line in page { show(line, on: console) }
                seen += page.count
            } while !page.isEmpty
            guard follow, !isOver, !console.output.isDeserted else { break }
            try await Task.sleep(for: .milliseconds(300))
        }
        if seen == 0, console.format == .text { console.note("nothing was logged") }
    }

    /// The step of this name, or the item of one by its key or, as lines of the log have it, its number. A step that
    /// has not started yet is one of the workflow as it was begun.
    ///
    /// - Throws: an `Exit` of status `usage` where the run has no such step.
    private func place(
        named name: String, of run: RunSummary, _ history: RunHistory, _ session: Session
    ) throws -> (path: String, item: Int?) {
        let steps = try history.steps(of: run, hasOutputs: false)
        let (path, key) = ItemName.parts(of: name) { path in steps.contains { $0.path == path } }
        if let key, let item = try history.item(key, of: path, in: run) { return (path, item.index) }
        let place: (path: String, item: Int?) = key.flatMap(Int.init).map { (path, $0) } ?? (name, nil)
        if !steps.contains(where: { $0.path == name }),
            try history.logs(of: run, path: place.path, item: place.item, limit: 1).isEmpty
        {
            try require(name, session)
        }
        return place
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
