import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl runs list`
struct RunsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs, the latest first.",
        discussion:
            "With --output json: a list of objects with id, workflow, file, status, started_at, ended_at, error.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(help: ArgumentHelp("Only runs of this workflow.", valueName: "name"))
    var workflow: String?

    @Option(
        help: ArgumentHelp("Only runs that stand so: \(RunStatus.names.joined(separator: ", ")).", valueName: "status"),
        completion: .list(RunStatus.names))
    var status: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
    var limit = 20

    @Flag(help: "Show the workflows that the steps of each run called, too.")
    var calls = false

    func run(in session: Session) async throws {
        let console = session.console
        let history = try session.history()
        var runs = try history?.runs(workflow: workflow, status: try wantedStatus(), limit: max(1, limit))
        if calls { runs = try runs?.flatMap { [$0] + (try history?.calls(of: $0) ?? []) } }
        console.show(json: .list((runs ?? []).map(\.asValue))) {
            guard let runs, !runs.isEmpty else {
                return console.note(workflow == nil && status == nil ? "no runs yet" : "no such runs")
            }
            var table = Table("RUN", "WORKFLOW", "STATUS", "STARTED", "TOOK")
            for run in runs {
                table.add(
                    StyledText(run.name, .bold), StyledText(run.workflow),
                    StyledText(run.status.words, run.status.style), StyledText(run.startedAt.localText),
                    StyledText(run.took?.humanText ?? ""))
            }
            table.show(on: console)
        }
    }

    private func wantedStatus() throws -> RunStatus? {
        guard let status else { return nil }
        guard let known = RunStatus(rawValue: status) else {
            throw Exit.usage(
                "no run can be \"\(status)\"",
                hint: Suggestion.didYouMean(status, among: RunStatus.names)
                    ?? "use one of \(RunStatus.names.joined(separator: ", "))")
        }
        return known
    }
}

extension RunSummary {
    /// nil where it never ended.
    var took: Duration? { endedAt?.since(startedAt) }

    /// As `runs list` and `runs show` give it to tools.
    var asValue: Value {
        [
            "id": .string(name), "workflow": .string(workflow), "file": .string(file),
            "status": .string(status.rawValue), "trigger": .string(trigger),
            "called_by": call.map { ["run": .string(id.text), "step": .string($0)] } ?? .null,
            "attempt": .int(Int64(attempt)),
            "started_at": .string(startedAt.rfc3339), "ended_at": endedAt.map { .string($0.rfc3339) } ?? .null,
            "error": failure?.asValue ?? .null, "failed_step": failedStep.map(Value.string) ?? .null,
            "pid": lease.map { .int(Int64($0.holder.pid)) } ?? .null,
        ]
    }
}
