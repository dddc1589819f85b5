import FlowConnect
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
    /// As the run was started with it.
    let workflow: Workflow
    private let stored: StoredRun
    private let history: RunHistory
    private let setup: RunSetup
    private let connectors: ConnectorSource
    /// Held as long as the run goes on.
    private let mocks: MockedApps?
    /// In the run's own folder.
    private let session: Session

    /// - Parameter access: the vault, which several runs may share so that nobody is asked twice.
    /// - Throws: an `Exit` of status `invalidFile` where this flowctl finds a mistake in the run's file.
    init(
        of run: RunSummary, in history: RunHistory, access: VaultAccess, trace: ExchangeTrace?, _ session: Session
    ) throws {
        let world = try session.world(access, trace: trace)
        let stored = try history.stored(run)
        var session = session
        session.workingDirectory = stored.snapshot.workingDirectory
        connectors = session.connectors(of: ParentFolder.of(run.file))
        let types = CredentialTypeIndex(connectors: connectors)
        var setup = RunSetup(
            nodes: session.nodes(with: connectors), world: world,
            credentials: session.credentials(access, types: types, trace: trace),
            sealing: access.exists ? VaultSealing(access: access) : nil, masker: session.console.masker,
            workingDirectory: session.workingDirectory, filesRoot: try session.settings.runFiles)
        setup.credentialType = types.type
        if stored.snapshot.baseURL.flatMap(BaseURL.init(_:))?.isMock == true {
            let mocks = try MockedApps(connectors, on: session.console)
            setup.baseURL = mocks.baseURL
            setup.credentials = mocks.credentials
            self.mocks = mocks
        } else {
            mocks = nil
        }
        self.run = run
        self.history = history
        self.stored = stored
        self.setup = setup
        self.session = session
        workflow = try session.workflow(
            SourceText(name: stored.snapshot.file, bytes: stored.snapshot.source), nodes: setup.nodes,
            files: StoredWorkflowFiles(stored.snapshot.calledFiles), typeMistakes: .warning)
    }

    /// Another version of the file and of those it calls, for the run to go on with.
    ///
    /// - Parameters:
    ///   - path: as the user gave it.
    ///   - folder: where they gave it.
    /// - Throws: an `Exit` of status `invalidFile` where it has mistakes, of status `usage` where the run's inputs don't
    ///   fit it.
    func editedFile(_ path: String, in folder: String) async throws -> EditedFile {
        let isHere = folder == session.workingDirectory || path.hasPrefix("/")
        let edited = try session.workflow(isHere ? path : "\(folder)/\(path)", nodes: setup.nodes)
        do {
            return try await EditedFile(
                stored, unfinished: { try history.unfinishedCalls(of: run) }, from: workflow, to: edited,
                connectors: try connectors.marks(for: edited),
                version: Version.number, setup: setup)
        } catch let errors as InputErrors {
            throw Exit(status: .usage, failures: errors.failures)
        } catch let failure as Failure where failure.kind == .invalid {
            throw Exit(status: .usage, failures: [failure])
        }
    }

    /// Connectors whose files have changed since the run began.
    func changedConnectors() throws -> [String] {
        let marks = try connectors.marks(for: workflow)
        return stored.snapshot.connectors.filter { marks[$0.key] != $0.value }.keys.sorted()
    }

    func noteChangedConnectors() throws {
        for name in try changedConnectors() {
            session.console.note("\("note:", .cyan) the connector \"\(name)\" has changed since the run began")
        }
    }

    /// Takes the run up, unless something has happened to it meanwhile.
    func executor(
        _ options: ResumeOptions = ResumeOptions(), edit: EditedFile? = nil, observer: any RunObserver,
        store: RunStore, abandoned: Lease? = nil
    ) async throws -> Executor {
        var setup = setup
        setup.observer = observer
        return try await Executor.resume(
            run.id.text, options: options, seen: run, abandoned: abandoned, snapshot: edit?.snapshot, setup: setup,
            store: store
        ) { _, _ in edit?.workflow ?? workflow }
    }

    /// What a variable has is left to the step, whose node knows of which type it is.
    private func isThere(oneOf names: [String]) async throws -> Bool {
        for name in names {
            if session.environment[CredentialName.environmentVariable(name)] != nil { return true }
            if try await setup.credentials.credential(named: name, defaultType: nil) != nil { return true }
        }
        return false
    }

    /// Why a secret or variable that the run needs can't be had now; nil where all are at hand. Without it a step would
    /// fail, and the run's handlers do away with what it has.
    ///
    /// - Parameter edited: the workflow that it goes on with, where that is another.
    func missingSecret(for edited: Workflow? = nil) async -> Failure? {
        let workflow = edited ?? workflow
        do {
            for value in [stored.snapshot.inputs, stored.snapshot.vars, stored.snapshot.event] {
                _ = try value.value(sealing: setup.sealing, context: run.id.text)
            }
            for names in workflow.secretNames.sorted(by: { $0[0] < $1[0] }) where try await !isThere(oneOf: names) {
                let name = names[0]
                let variable = CredentialName.environmentVariable(name)
                return Failure(
                    .auth, "there is no credential \"\(name)\"",
                    hint: "add it with \"flowctl credentials add \(name)\", or set \(variable)",
                    code: "missing_credential")
            }
            return missingVariable(of: workflow)
        } catch {
            return Failure(error)
        }
    }

    /// Why a variable that the run's `env` takes from the process can't be had now; nil where all can.
    private func missingVariable(of workflow: Workflow) -> Failure? {
        let world = setup.world
        for (name, variable, hasDefault) in workflow.processVariables where world.environment[variable] == nil {
            let what = "env \"\(name)\" takes the variable \"\(variable)\", which is not"
            if world.unreadableVariables.contains(variable) {
                return Failure(
                    .invalid, "\(what) UTF-8 text", hint: "convert it, or give bytes as base64",
                    code: "unreadable_variable")
            }
            guard !hasDefault else { continue }
            return Failure(
                .invalid, "\(what) set", hint: "set it, or give the --env-file that the run began with",
                code: "missing_variable")
        }
        return nil
    }
}
