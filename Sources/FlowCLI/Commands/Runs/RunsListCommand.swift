import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl runs list`
struct RunsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs, the latest first.",
        discussion:
            "With --output json: a list of objects with id, workflow, labels, file, status, started_at, ended_at, error, imported."
    )

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(help: ArgumentHelp("Only runs of this workflow.", valueName: "name"))
    var workflow: String?

    @Option(
        help: ArgumentHelp("Only runs that stand so: \(RunStatus.names.joined(separator: ", ")).", valueName: "status"),
        completion: .list(RunStatus.names))
    var status: String?

    @Option(
        help: ArgumentHelp(
            "Only runs with this label; several may be given, of which a run has all.", valueName: "name=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
    var limit = 20

    @Flag(help: "Show the workflows that the steps of each run called, too.")
    var calls = false

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit must be 1 or more") }
    }

    func run(in session: Session) async throws {
        let console = session.console
        let history = try session.history()
        var runs = try history?.runs(
            workflow: workflow, status: try status.map(RunStatus.init(option:)), labels: try RunLabels.read(label),
            limit: limit)
        if calls { runs = try runs?.flatMap { [$0] + (try history?.calls(of: $0) ?? []) } }
        console.show(json: .list((runs ?? []).map(\.asValue))) {
            guard let runs, !runs.isEmpty else {
                let asksForAll = workflow == nil && status == nil && label.isEmpty
                return console.note(asksForAll ? "no runs yet" : "no such runs")
            }
            RunTable(runs).show(on: console)
        }
    }
}
