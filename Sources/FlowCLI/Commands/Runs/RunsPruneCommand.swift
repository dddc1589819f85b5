import ArgumentParser
import FlowCore
import FlowNodes
import FlowStore

/// `flowctl runs prune`
struct RunsPruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete old runs with their values and files.",
        discussion: """
            flowctl runs prune --older-than 30d --keep 100
            Deletes runs that succeeded. Those that could still be resumed go only with --unfinished, or where \
            --status names how they stand; live ones never. flowctl run does the same once a day, by \
            FLOWCTL_KEEP_RUNS and FLOWCTL_KEEP_UNFINISHED_RUNS.
            With --output json: an object with runs, files, bytes; with --dry-run a list as of runs list.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(help: ArgumentHelp("Only runs that ended longer ago, such as 30d or 12h.", valueName: "duration"))
    var olderThan: String?

    @Option(help: ArgumentHelp("Keep the latest this many of each workflow.", valueName: "count"))
    var keep: Int?

    @Option(help: ArgumentHelp("Only runs of this workflow.", valueName: "name"))
    var workflow: String?

    @Option(
        help: ArgumentHelp("Only runs that stand so; may be given several times.", valueName: "status"),
        completion: .list(RunStatus.names))
    var status: [String] = []

    @Flag(help: "Also runs that could still be resumed.")
    var unfinished = false

    @Flag(help: "Show what would be deleted, and delete nothing.")
    var dryRun = false

    func run(in session: Session) async throws {
        let rule = try rule()
        let console = session.console
        guard try session.history() != nil else {
            return dryRun ? show([], on: console) : show(RunRemoval.Report(), on: console)
        }
        let removal = try RunRemoval.open(try session.settings.stateDatabase)
        guard !dryRun else { return show(try removal.matches(of: rule), on: console) }
        var report = try removal.prune(rule)
        let swept = try removal.sweep()
        report.files += swept.files
        report.bytes += swept.bytes
        try removal.reclaim()
        show(report, on: console)
    }

    private func rule() throws -> PruneRule {
        guard olderThan != nil || keep != nil || !status.isEmpty else {
            throw Exit.usage(
                "nothing says which runs to delete", hint: "give --older-than, --keep or --status")
        }
        guard keep ?? 0 >= 0 else { throw Exit.usage("--keep is a number of runs, not \(keep ?? 0)") }
        var rule = PruneRule(keep: keep ?? 0, workflow: workflow)
        if let olderThan {
            guard let age = Duration(text: olderThan), age >= .zero else {
                throw Exit.usage("\"\(olderThan)\" is no duration", hint: "write it as 30d, 12h or 90m")
            }
            rule.endedBefore = SystemClock().now().adding(.zero - age)
        }
        if unfinished { rule.statuses = PruneRule.everyEnd }
        if !status.isEmpty {
            rule.statuses = Set(try status.map(RunStatus.init(option:)))
            if rule.statuses.contains(where: \.isLeased) {
                throw Exit.usage(
                    "a run that is running or queued is never deleted", hint: "stop it with Ctrl-C where it runs")
            }
        }
        return rule
    }

    private func show(_ runs: [RunSummary], on console: Console) {
        console.show(json: .list(runs.map(\.asValue))) {
            if !runs.isEmpty { RunTable(runs).show(on: console) }
            console.note("would delete \(counted(runs.count, "run"))")
        }
    }

    private func show(_ report: RunRemoval.Report, on console: Console) {
        console.show(json: report.asValue) { console.note(StyledText(report.words)) }
    }
}
