package import FlowCore
package import FlowSpec
package import FlowStore

/// What a run needs besides its workflow.
package struct RunSetup: Sendable {
    package var nodes: any NodeSource
    package var world: World
    package var credentials: any CredentialSource
    /// The type of this name, for credentials that are a bare secret.
    package var credentialType: @Sendable (_ name: String) -> CredentialType?
    /// Seals secrets in the run history; nil where there is no vault.
    package var sealing: (any ValueSealing)?
    package var masker: Masker
    package var observer: any RunObserver
    /// Absolute.
    package var workingDirectory: String
    /// Holds a folder for each run that keeps files.
    package var filesRoot: String
    package var baseURL: BaseURL?
    /// How long running steps may go on after the first signal.
    package var grace: Duration
    /// Steps of one list that run at the same time at most.
    package var window: Int

    package init(
        nodes: any NodeSource, world: World, credentials: any CredentialSource,
        credentialType: @escaping @Sendable (_ name: String) -> CredentialType? = { _ in nil },
        sealing: (any ValueSealing)? = nil, masker: Masker = Masker(), observer: any RunObserver = NoObserver(),
        workingDirectory: String, filesRoot: String, baseURL: BaseURL? = nil, grace: Duration = .seconds(10),
        window: Int = 64
    ) {
        self.nodes = nodes
        self.world = world
        self.credentials = credentials
        self.credentialType = credentialType
        self.sealing = sealing
        self.masker = masker
        self.observer = observer
        self.workingDirectory = workingDirectory
        self.filesRoot = filesRoot
        self.baseURL = baseURL
        self.grace = grace
        self.window = window
    }
}
