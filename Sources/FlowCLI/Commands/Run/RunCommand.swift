import ArgumentParser
import FlowCore
import FlowHTTP
import FlowRun
import FlowSpec
import FlowStore
import FlowWorkflow

/// `flowctl run FILE`
struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a workflow.",
        discussion: """
            flowctl run digest.yaml -i repo=acme/shop -i limit=20
            Ctrl-C stops it gracefully and says how to resume it; Ctrl-C again stops it at once.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "The workflow file; - is standard input.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        name: [.customShort("i"), .customLong("input")],
        help: ArgumentHelp("An input; JSON where it is not a string.", valueName: "name=value"))
    var input: [String] = []

    @Option(
        help: ArgumentHelp("A JSON file with inputs; - is standard input.", valueName: "file"), completion: .file())
    var inputs: String?

    @Option(
        help: ArgumentHelp("A JSON file with what triggered the run, for \"event\".", valueName: "file"),
        completion: .file())
    var event: String?

    @Option(
        help: ArgumentHelp(
            "A label of the run, beside those of the file or in their place; \"flowctl runs list --label\" finds it.",
            valueName: "name=value"))
    var label: [String] = []

    @OptionGroup var environmentFiles: EnvironmentFileOption

    @Option(help: BaseURL.optionHelp)
    var baseURL: [String] = []

    @Flag(help: "Let mocks of all apps answer, which flowctl makes from its connectors; no account is needed.")
    var mock = false

    @Flag(help: "Show the plan and the requests it would send, with secrets masked; nothing is sent.")
    var dryRun = false

    @OptionGroup var traceOption: TraceOption

    @OptionGroup var observing: ObservingOptions

    var logFormat: LogFormat { observing.logFormat }

    func run(in session: Session) async throws {
        var session = session
        if mock, !baseURL.isEmpty {
            throw Exit.usage("--mock and --base-url both say where requests go", hint: "leave one out")
        }
        try environmentFiles.add(to: &session)
        let connectors = session.connectors(of: ParentFolder.of(file))
        var baseURL = try BaseURL.option(baseURL, among: connectors)
        let nodes = session.nodes(with: connectors)
        let types = CredentialTypeIndex(connectors: connectors)
        let workflow = try session.workflow(file, nodes: nodes)
        if !dryRun, try workflow.sendsRequests(by: nodes) { CurlClient.loadAhead() }
        let inputs = try bindInputs(of: workflow, session)
        let labels = try RunLabels.read(label)
        let event = try event.map { try session.readJSON($0, as: "the event file") } ?? .null

        let access = session.vaultAccess(asks: !dryRun)
        if !mock { try await requireCredentials(of: workflow, access, nodes, types, session) }
        let trace = dryRun ? nil : try traceOption.open(in: session)
        // A dry run makes no files, and needs no place for them.
        let filesRoot =
            dryRun ? (try? session.settings.runFiles) ?? session.workingDirectory : try session.settings.runFiles
        var setup = RunSetup(
            nodes: nodes, world: try session.world(access, trace: trace),
            credentials: session.credentials(access, types: types, renews: !dryRun, trace: trace),
            sealing: access.exists ? VaultSealing(access: access) : nil, masker: session.console.masker,
            workingDirectory: session.workingDirectory, filesRoot: filesRoot)
        setup.credentialType = types.type
        let mocks = mock && !dryRun ? try MockedApps(connectors, on: session.console) : nil
        defer { withExtendedLifetime(mocks) {} }
        if let mocks {
            baseURL = mocks.baseURL
            setup.credentials = mocks.credentials
        } else if mock {
            setup.credentials = MockCredentials(origin: nil)
        }
        setup.baseURL = baseURL
        if dryRun {
            for secret in HardCodedSecrets.texts(in: workflow.source) { setup.masker.add(secret) }
            let entries = try await DryRun(workflow, inputs: inputs, event: event, setup: setup).entries()
            return try DryRunListing(workflow: workflow.name, entries: entries).show(on: session.console)
        }
        let retention = try session.retention()
        let watch = try observing.watch(in: session)
        setup.observer = watch
        let store = try RunStore.open(try session.settings.stateDatabase) { watch.view.announce($0) }
        let executor = try await Executor.start(
            workflow, inputs: inputs, labels: labels, event: event, connectors: try connectors.marks(for: workflow),
            version: Version.number, setup: setup, store: store)
        try await RunDriver(executor, watch, session, store).run(keeping: retention)
    }

    /// A credential that is missing, or can't be used, would be found only at its step, after what others have done.
    ///
    /// - Throws: an `Exit` of status `auth`.
    private func requireCredentials(
        of workflow: Workflow, _ access: VaultAccess, _ nodes: NodeCatalog, _ types: CredentialTypeIndex,
        _ session: Session
    ) async throws {
        let errors = await CredentialCheck(session, access: access, nodes: nodes, types: types)
            .problems(in: workflow, ofRun: true).filter { $0.severity == .error }
        guard errors.isEmpty else { throw Exit(status: .auth, diagnostics: errors) }
    }

    private func bindInputs(of workflow: Workflow, _ session: Session) throws -> ValueMap {
        let values =
            try inputs.map { try session.readObject($0, as: "the inputs file", refusesRepeatedKeys: true) }
            ?? ValueMap()
        let text = try input.map { word -> (name: String, text: String) in
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw Exit.usage("an input must be written as name=value, not \"\(word.prefix(40))\"")
            }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
        do {
            return try InputBinding.bind(workflow.inputs, values: values, text: text) { path throws(Failure) in
                try session.files.readableFile(path, from: session.workingDirectory)
            }
        } catch {
            throw Exit(status: .usage, failures: error.failures)
        }
    }
}

extension Workflow {
    /// Whether a step of it, or of a workflow that it calls, sends requests.
    fileprivate func sendsRequests(by nodes: NodeCatalog) throws -> Bool {
        try ([self] + called).contains { workflow in
            try workflow.nodeNames.contains { try nodes.node(named: $0)?.spec.retryOwner == .node }
        }
    }
}
