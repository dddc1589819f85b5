import FlowCore
import FlowStore

/// Where flowctl keeps things, from options, `FLOWCTL_…` variables and the XDG base directories, in that order.
///
/// Each place is looked for when it is asked for, so that what doesn't need it works where it isn't known.
struct Settings: Sendable {
    private let stateOption: String?
    private let vaultOption: String?
    private let environment: [String: String]
    private let workingDirectory: String

    /// - Parameters:
    ///   - stateDatabase: the value of `--state-db`, taken from the working directory where it is relative.
    ///   - vault: the value of `--vault`, likewise.
    ///   - workingDirectory: also of paths in variables.
    init(
        stateDatabase: String? = nil, vault: String? = nil, environment: [String: String], workingDirectory: String
    ) {
        stateOption = stateDatabase
        vaultOption = vault
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    /// Runs and their journal.
    var stateDatabase: String {
        get throws(Failure) {
            // Under any name of the file, its log and the files of runs are found beside it.
            RealPath.of(try path(stateOption, .stateDatabase))
        }
    }

    /// Large values and files of runs.
    var runFiles: String {
        get throws(Failure) { RunFiles(beside: try stateDatabase).folder }
    }

    var vault: String {
        get throws(Failure) { try path(vaultOption, .vault) }
    }

    /// The key file of the vault: apart from the vault, so that a copy of the one is not a copy of both.
    var keyFile: String {
        get throws(Failure) { try path(nil, .keyFile) }
    }

    /// Responses to be asked for again; nil where there is no folder for them.
    var responses: String? { try? path(nil, .responses) }

    /// Connector files of the user's own; nil where there is no folder for them.
    var connectorFolder: String? { try? requiredConnectorFolder }

    /// The same where one is to be put there.
    var requiredConnectorFolder: String {
        get throws(Failure) { try path(nil, .config) + "/connectors" }
    }

    /// What was typed at `flowctl expr`; nil where no folder is known for it.
    var expressionHistory: String? { (try? folder(for: .stateDatabase)).map { $0 + "/expressions" } }

    private func path(_ option: String?, _ place: Place) throws(Failure) -> String {
        if let given = absolute(option ?? environment[place.variable]) { return given }
        if place == .keyFile, let config = absolute(environment[Place.config.variable]) { return config + place.file }
        return try folder(for: place) + place.file
    }

    private func absolute(_ given: String?) -> String? {
        guard let given, !given.isEmpty else { return nil }
        return given.hasPrefix("/") ? given : workingDirectory + "/" + given
    }

    /// flowctl's folder by the XDG Base Directory specification, which has relative paths ignored.
    private func folder(for place: Place) throws(Failure) -> String {
        if let base = environment[place.base], base.hasPrefix("/") { return base + "/flowctl" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/\(place.underHome)/flowctl" }
        let problem = (environment["HOME"] ?? "").isEmpty ? "HOME isn't set" : "HOME is no absolute path"
        throw Failure(
            .invalid, "there is no place for \(place.words): \(problem)",
            hint: "set HOME to the folder of this user, or \(place.variable) to \(place.own)")
    }
}

/// What flowctl keeps, and where that is unless a variable says so.
private enum Place {
    case stateDatabase
    case vault
    case keyFile
    case responses
    case config

    var words: String {
        switch self {
        case .stateDatabase: "runs"
        case .vault: "the vault"
        case .keyFile: "the vault's key file"
        case .responses: "stored answers"
        case .config: "your own connectors"
        }
    }

    /// The variable that names it.
    var variable: String {
        switch self {
        case .stateDatabase: "FLOWCTL_STATE_DB"
        case .vault: "FLOWCTL_VAULT"
        case .keyFile: "FLOWCTL_VAULT_KEY_FILE"
        case .responses: "FLOWCTL_CACHE"
        case .config: "FLOWCTL_CONFIG_DIR"
        }
    }

    /// What that variable is to be set to.
    var own: String { self == .config ? "a folder of your own" : "a file of your own" }

    /// The variable of the XDG base directory that it is in.
    var base: String {
        switch self {
        case .stateDatabase: "XDG_STATE_HOME"
        case .vault: "XDG_DATA_HOME"
        case .keyFile, .config: "XDG_CONFIG_HOME"
        case .responses: "XDG_CACHE_HOME"
        }
    }

    var underHome: String {
        switch self {
        case .stateDatabase: ".local/state"
        case .vault: ".local/share"
        case .keyFile, .config: ".config"
        case .responses: ".cache"
        }
    }

    /// Its path below flowctl's folder there.
    var file: String {
        switch self {
        case .stateDatabase: "/state.db"
        case .vault: "/vault.db"
        case .keyFile: "/vault.key"
        case .responses: "/responses.db"
        case .config: ""
        }
    }
}
