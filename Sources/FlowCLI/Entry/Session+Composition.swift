import FlowConnect
import FlowCore
import FlowHTTP
import FlowMail
import FlowMongo
import FlowNodes
import FlowOAuth
import FlowSQL
import FlowSpec
import FlowStore
import FlowVault
import FlowWorkflow

extension Session {
    /// Connectors: the project's, the user's, and those that are part of flowctl.
    ///
    /// - Parameter folder: where the project is, such as the workflow's own folder.
    func connectors(of folder: String? = nil) -> ConnectorSource {
        let isHere = folder == nil || folder == "."
        let project = (isHere ? workingDirectory : absolutePath(folder ?? "")) + "/connectors"
        return ConnectorSource(directories: [project] + [settings.connectorFolder].compactMap(\.self), files: files)
    }

    /// Every node a step can use: native ones, then those of connector files.
    func nodes(with connectors: ConnectorSource? = nil) -> NodeCatalog {
        NodeCatalog([nativeNodes, connectors ?? self.connectors()])
    }

    /// Those that are written in Swift.
    var nativeNodes: NodeCatalog { NodeCatalog([NativeNodes(), SQLNodes(), MongoNodes(), MailNodes()]) }

    /// The real world of one run, whose retries share a budget. Nothing is opened before it is used: connections,
    /// threads and OpenSSL cost a start of their own.
    ///
    /// - Parameters:
    ///   - access: the vault that seals stored responses.
    ///   - trace: is told of every HTTP exchange.
    /// - Throws: an `Exit` where a variable that bounds requests has no number.
    func world(_ access: VaultAccess, trace: ExchangeTrace? = nil) throws -> World {
        let clock = SystemClock()
        let random = SystemRandom()
        let transport = CurlClient(try clientOptions(), trace: trace)
        let records = sharedRecords(random)
        let traffic = TrafficControl(records: records, clock: clock, random: random)
        let caching = CachingClient(transport, store: responses(access, records))
        let retrying = RetryingClient(caching, traffic: traffic, clock: clock, random: random)
        return World(
            http: DownloadClient(retrying), files: files, clock: clock, processes: PosixProcessRunner(), random: random,
            environment: environment, unreadableVariables: unreadableVariables)
    }

    /// For what flowctl tells other programs about itself: apart from the run's requests, so that it takes nothing from
    /// their limits and retries.
    func telemetryClient() throws -> any HTTPClient {
        let clock = SystemClock()
        return RetryingClient(
            CurlClient(try clientOptions()), clock: clock, random: SystemRandom(), patience: .seconds(15))
    }

    private func clientOptions() throws -> CurlClient.Options {
        do {
            let options = try CurlClient.Options(environment: environment, userAgent: "flowctl/\(Version.number)")
            console.masker.add(secretsIn: .list(options.passwords.map { .secret(.string($0)) }))
            return options
        } catch {
            throw Exit.usage(error.message, hint: error.hint)
        }
    }

    /// Limits and breakers in the state database; where there is no folder for one, in memory.
    private func sharedRecords(_ random: any RandomSource) -> any SharedRecords {
        guard let path = try? settings.stateDatabase else { return ProcessRecords() }
        return StateRecords(table: SharedTable(path: path), random: random)
    }

    private func responses(_ access: VaultAccess, _ records: any SharedRecords) -> any ResponseStore {
        guard access.exists, let path = settings.responses else { return MemoryResponses() }
        return SealedResponses(table: ResponseTable(path: path), access: access, records: records)
    }

    /// - Parameter asks: whether a passphrase may be asked for.
    func vaultAccess(asks: Bool = true) -> VaultAccess { vaultAccess(with: vaultKeys(asks: asks)) }

    func vaultAccess(with keys: VaultKeys) -> VaultAccess {
        VaultAccess(path: Result { () throws(Failure) in try settings.vault }, keys: keys)
    }

    /// The ways to open the vault that there are here.
    func vaultKeys(asks: Bool = true) -> VaultKeys {
        let prompt = prompt
        let canAsk = asks && prompt.isAvailable
        var keys = VaultKeys(keyFile: try? settings.keyFile, keeper: KernelKeyring(), keyring: SystemKeyring())
        if let key = environment["FLOWCTL_VAULT_KEY"], !key.isEmpty { keys.environmentKey = key }
        if canAsk { keys.askPassphrase = { try prompt.ask("passphrase of the vault", isSecret: true) } }
        return keys
    }

    /// Credentials from the environment, then from the vault; their secrets are masked from then on.
    ///
    /// - Parameters:
    ///   - renews: whether tokens that have ended are renewed.
    ///   - trace: is told of the exchanges that do so.
    func credentials(
        _ access: VaultAccess, types: CredentialTypeIndex, renews: Bool = true, trace: ExchangeTrace? = nil
    ) -> CredentialResolver {
        CredentialResolver(
            environment: environment, types: types, masker: console.masker, tokens: renews ? tokenSource(trace) : nil
        ) { access.obstacle == nil ? try access.vault() : nil }
    }

    /// Where tokens of the vault are renewed: past cache and limits of the run's own requests.
    private func tokenSource(_ trace: ExchangeTrace?) -> TokenSource {
        let clock = SystemClock()
        let console = console
        // One for all, so that none is closed while an answer is on its way to the vault.
        let client = Result {
            RetryingClient(
                CurlClient(try clientOptions(), trace: trace), clock: clock, random: SystemRandom(),
                patience: .seconds(45))
        }
        return TokenSource(clock: clock) { grant in
            try await grant.renewed(through: try client.get(), clock: clock)
        } warn: { problem in
            console.complain("\("warning:", .yellow) \(problem.message)")
            if let hint = problem.hint { console.complain("  \("hint:", .cyan) \(hint)") }
        }
    }

    /// Reads and checks a workflow file.
    ///
    /// - Throws: an `Exit` of status `invalidFile` with every mistake of the file.
    func workflow(_ path: String, nodes: any NodeSource) throws -> Workflow {
        let bytes: [UInt8]
        do {
            bytes = try read(path, as: "the workflow")
        } catch {
            throw Exit.invalidFile(error)
        }
        let source = SourceText(name: path == "-" ? "<stdin>" : path, bytes: bytes)
        return try workflow(source, nodes: nodes, files: FolderFiles(self))
    }

    /// - Parameters: as for `WorkflowReader.read`.
    func workflow(
        _ source: SourceText, nodes: any NodeSource, files: any WorkflowFiles,
        typeMistakes: Diagnostic.Severity = .error
    ) throws -> Workflow {
        var diagnostics = Diagnostics()
        let workflow = WorkflowReader.read(
            source, nodes: nodes, files: files, typeMistakes: typeMistakes, diagnostics: &diagnostics)
        guard let workflow else { throw Exit.invalidFile(diagnostics.sorted) }
        if !console.isQuiet, console.format == .text { diagnostics.sorted.forEach(console.complain) }
        return workflow
    }
}

/// The files of called workflows, where the command runs.
struct FolderFiles: WorkflowFiles {
    private let session: Session

    init(_ session: Session) { self.session = session }

    func source(named name: String) throws(Failure) -> SourceText {
        SourceText(name: name, bytes: try session.read(name == "-" ? "./-" : name, as: "the workflow"))
    }
}
