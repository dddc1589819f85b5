import ArgumentParser
import FlowCore
import FlowRun
import FlowStore

/// `flowctl resume RUN`, which is `flowctl runs resume RUN` as well.
struct ResumeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take up a run that failed or was stopped; finished steps don't run again.",
        discussion: """
            The run goes on with the file, inputs and variables it was started with. A write that was cut off is not \
            repeated by itself: look whether it happened, then say so.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "The run's id, enough of its beginning or end, or latest.",
        completion: .custom { _, _, _ in Completions.runs() })
    var run: String

    @Option(help: ArgumentHelp("Run this uncertain step again.", valueName: "step"))
    var retryUncertain: [String] = []

    @Option(help: ArgumentHelp("Take this uncertain step as done.", valueName: "step"))
    var markDone: [String] = []

    @Option(
        help: ArgumentHelp("A JSON file with the output of the step that is marked done.", valueName: "file"),
        completion: .file())
    var stepOutput: String?

    @OptionGroup var environmentFiles: EnvironmentFileOption

    @OptionGroup var traceOption: TraceOption

    func run(in session: Session) async throws {
        var session = session
        try environmentFiles.add(to: &session)
        // Names the run by a failure of wrong usage before anything is opened for writing.
        let (found, history) = try session.run(named: run)
        guard found.call == nil else {
            throw Exit.usage(
                "\(found.name) is a part of run \(found.id.text)", hint: "resume that: flowctl resume \(found.id.text)")
        }
        guard found.status != .succeeded else {
            throw Exit.usage(
                "run \(found.id.text) has succeeded; nothing is left to do",
                hint: "start a new one with \"flowctl run \(found.file)\"")
        }
        if stepOutput != nil, markDone.count != 1 {
            throw Exit.usage("--step-output goes with exactly one --mark-done")
        }
        let output = try stepOutput.map { try session.readJSON($0, as: "the step's output") } ?? .null
        var options = ResumeOptions(
            retryUncertain: Set(retryUncertain), markDone: Dictionary(markDone.map { ($0, output) }) { $1 })
        do { options = try options.resolved(in: found, of: history) } catch { throw Session.unlessDamaged(error) }

        let connectors = try session.connectors(of: Settings.folder(of: found.file))
        let nodes = try session.nodes(with: connectors)
        let types = CredentialTypeIndex(connectors: connectors)
        let access = try session.vaultAccess()
        let progress = RunProgress(on: session.console)
        var setup = RunSetup(
            nodes: nodes, world: try session.world(access, trace: try traceOption.open(in: session)),
            credentials: session.credentials(access, types: types.types(for: session.environment)),
            sealing: access.exists ? VaultSealing(access: access) : nil, masker: session.console.masker,
            observer: progress, workingDirectory: session.workingDirectory,
            filesRoot: try session.settings.blobFolder)
        setup.credentialType = types.type
        let store = try RunStore.open(try session.settings.stateDatabase)
        let executor = try await Executor.resume(found.id.text, options: options, setup: setup, store: store) {
            try session.workflow($0, nodes: nodes, files: $1, typeMistakes: .warning)
        }
        try await RunDriver(executor, progress, session.console).run()
    }
}
