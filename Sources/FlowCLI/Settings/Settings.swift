import FlowCore
import FlowStore

/// Where flowctl keeps things, from options, `FLOWCTL_…` variables and the XDG base directories, in that order.
struct Settings: Sendable, Hashable {
    /// Runs and their journal.
    var stateDatabase: String
    /// Large values and files of runs.
    var runFiles: String
    var vault: String
    /// The key file of the vault: apart from the vault, so that a copy of the one is not a copy of both.
    var keyFile: String
    /// Responses to be asked for again; nil where there is no folder for them.
    var responses: String?
    /// `config.yaml` and `connectors/`.
    var configFolder: String
    /// What was typed at `flowctl expr`; nil where no folder is known for it.
    var expressionHistory: String?

    /// - Parameters:
    ///   - stateDatabase: the value of `--state-db`, taken from the working directory where it is relative.
    ///   - vault: the value of `--vault`, likewise.
    ///   - workingDirectory: also of paths in variables.
    /// - Throws: a `Failure` where a folder depends on `HOME` and that isn't set.
    init(
        stateDatabase: String? = nil, vault: String? = nil, environment: [String: String], workingDirectory: String
    ) throws(Failure) {
        let folders = Folders(environment: environment)
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : workingDirectory + "/" + path }
        func path(_ option: String?, _ variable: String, _ kind: Folders.Kind, _ name: String) throws(Failure)
            -> String
        {
            if let given = option ?? environment[variable], !given.isEmpty {
                return absolute(given)
            }
            return try folders.folder(kind) + (name.isEmpty ? "" : "/" + name)
        }
        // Under any name of the file, its log and the files of runs are found beside it.
        self.stateDatabase = RealPath.of(try path(stateDatabase, "FLOWCTL_STATE_DB", .state, "state.db"))
        runFiles = RunFiles(beside: self.stateDatabase).folder
        self.vault = try path(vault, "FLOWCTL_VAULT", .data, "vault.db")
        responses = try? path(nil, "FLOWCTL_CACHE", .cache, "responses.db")
        configFolder = try path(nil, "FLOWCTL_CONFIG_DIR", .config, "")
        let keyFile = environment["FLOWCTL_VAULT_KEY_FILE"] ?? ""
        self.keyFile = keyFile.isEmpty ? configFolder + "/vault.key" : absolute(keyFile)
        expressionHistory = (try? folders.folder(.state)).map { $0 + "/expressions" }
    }

    /// Connector files of the user's own.
    var connectorFolder: String { configFolder + "/connectors" }
}

/// flowctl's folders by the XDG Base Directory specification.
private struct Folders {
    enum Kind: String {
        case config = "XDG_CONFIG_HOME"
        case data = "XDG_DATA_HOME"
        case state = "XDG_STATE_HOME"
        case cache = "XDG_CACHE_HOME"

        var underHome: String {
            switch self {
            case .config: ".config"
            case .data: ".local/share"
            case .state: ".local/state"
            case .cache: ".cache"
            }
        }
    }

    var environment: [String: String]

    func folder(_ kind: Kind) throws(Failure) -> String {
        // The specification has relative paths ignored.
        if let base = environment[kind.rawValue], base.hasPrefix("/") { return base + "/flowctl" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw Failure(
                .invalid, "neither HOME nor \(kind.rawValue) is set, so there is no folder for flowctl's files",
                hint: "set \(kind.rawValue) to a folder this user may write to")
        }
        return "\(home)/\(kind.underHome)/flowctl"
    }
}
