import FlowCore
import FlowRun
import FlowStore
import FlowWorkflow

/// A run of the history, ready to be looked into.
struct RunRecord {
    let summary: RunSummary
    let history: RunHistory
    let recorded: RecordedRun
    let secrets: RecordedSecrets

    func view() throws -> RecordedView { try recorded.view() }

    /// - Throws: an `Exit` of status `usage` where the run has no such step.
    func view(ofStep path: String) throws -> RecordedView {
        guard let view = try recorded.view(of: path) else {
            throw Exit.noStep(path, in: summary, among: try history.steps(of: summary, hasOutputs: false))
        }
        return view
    }
}

extension Session {
    /// The run a command names, with what its expressions saw.
    func recordedRun(named name: String) throws -> RunRecord {
        let (run, history) = try run(named: name)
        let stored = try history.stored(run)
        // Read as it was then; what is to be said of it was said then, too.
        var session = self
        session.workingDirectory = stored.snapshot.workingDirectory
        session.console.isQuiet = true
        let connectors = session.connectors(of: ParentFolder.of(stored.snapshot.file))
        let workflow = try session.workflow(
            SourceText(name: stored.snapshot.file, bytes: stored.snapshot.source),
            nodes: session.nodes(with: connectors), files: StoredWorkflowFiles(stored.snapshot.calledFiles),
            typeMistakes: .warning)
        let secrets = RecordedSecrets(vaultAccess(asks: false))
        return RunRecord(
            summary: run, history: history,
            recorded: try RecordedRun(workflow, run, run: stored, history: history, sealing: secrets),
            secrets: secrets)
    }
}

extension Exit {
    static func noStep(_ path: String, in run: RunSummary, among steps: [StoredStep]) -> Exit {
        let paths = steps.map(\.path)
        return usage(
            "run \(run.name) has no step \"\(path)\"",
            hint: paths.first { ItemName.isPath($0, within: path) }.map { "each item has one: name it, as '\($0)'" }
                ?? Suggestion.didYouMean(path, among: paths)
                ?? "run \"flowctl runs show \(run.name)\" for its steps")
    }
}
