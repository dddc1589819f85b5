import FlowCore
import FlowHTTP
import FlowRun
import FlowSpec
import FlowStore
import FlowVault
import FlowWorkflow

/// A recorded run with all it needs to go on: its workflow, nodes and credentials, in the folder it was started in.
struct Resumption {
    let run: RunSummary
    let workflow: Workflow
    private let stored: StoredRun
    private let setup: RunSetup

    /// - Parameter access: the vault, which several runs may share so that nobody is asked twice.
    /// - Throws: an `Exit` of status `invalidFile` where this flowctl finds a mistake in the run's file.
    init(
        of run: RunSummary, in history: RunHistory, access: VaultAccess, trace: ExchangeTrace?, _ session: Session
    ) throws {
        let world = try session.world(access, trace: trace)
        let stored = try history.stored(run)
        var session = session
        session.workingDirectory = stored.snapshot.workingDirectory
        let connectors = try session.connectors(of: Settings.folder(of: run.file))
        let nodes = try session.nodes(with: connectors)
        let types = CredentialTypeIndex(connectors: connectors)
        var setup = RunSetup(
            nodes: nodes, world: world,
            credentials: session.credentials(access, types: types.types(for: session.environment)),
            sealing: access.exists ? VaultSealing(access: access) : nil, masker: session.console.masker,
            workingDirectory: session.workingDirectory, filesRoot: try session.settings.runFiles)
        setup.credentialType = types.type
        self.run = run
        self.stored = stored
        self.setup = setup
        workflow = try session.workflow(
            SourceText(name: stored.snapshot.file, bytes: stored.snapshot.source), nodes: nodes,
            files: StoredWorkflowFiles(stored.snapshot.calledFiles), typeMistakes: .warning)
    }

    /// Takes the run up, unless something has happened to it meanwhile.
    func executor(
        _ options: ResumeOptions = ResumeOptions(), observer: any RunObserver, store: RunStore
    ) async throws -> Executor {
        var setup = setup
        setup.observer = observer
        return try await Executor.resume(
            run.id.text, options: options, seen: run, setup: setup, store: store
        ) { _, _ in workflow }
    }

    /// Why a secret that the run needs can't be had now; nil where all are at hand.
    func missingSecret() async -> Failure? {
        do {
            for value in [stored.snapshot.inputs, stored.snapshot.vars, stored.snapshot.event] {
                _ = try value.value(sealing: setup.sealing, context: run.id.text)
            }
            for name in workflow.secretNames.sorted()
            where try await setup.credentials.credential(named: name, defaultType: nil) == nil {
                let variable = CredentialName.environmentVariable(name)
                return Failure(
                    .auth, "there is no credential \"\(name)\"",
                    hint: "add it with \"flowctl credentials add \(name)\", or set \(variable)",
                    code: "missing_credential")
            }
            return nil
        } catch {
            return Failure(error)
        }
    }
}
