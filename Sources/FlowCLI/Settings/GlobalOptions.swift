import ArgumentParser

extension OutputFormat: ExpressibleByArgument {}

/// Options of every command; they may stand anywhere on the command line.
struct GlobalOptions: ParsableArguments {
    @Option(help: "How results are written: text or json.")
    var output: OutputFormat = .text

    @Flag(name: [.short, .long], help: "Show results and errors only.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Show causes, waits and requests too.")
    var verbose = false

    @Flag(name: .long, help: "Use no colours; the variable NO_COLOR does the same.")
    var noColor = false

    @Option(
        name: .customLong("state-db"),
        help: ArgumentHelp(
            "The database of runs.", discussion: "Else FLOWCTL_STATE_DB, else $XDG_STATE_HOME/flowctl/state.db.",
            valueName: "file"), completion: .file())
    var stateDatabase: String?

    @Option(
        help: ArgumentHelp(
            "The vault.", discussion: "Else FLOWCTL_VAULT, else $XDG_DATA_HOME/flowctl/vault.db.", valueName: "file"),
        completion: .file())
    var vault: String?

    /// An empty one comes of a variable that isn't set, and must not come to mean the usual place.
    func validate() throws {
        if stateDatabase?.isEmpty == true { throw ValidationError("--state-db is empty") }
        if vault?.isEmpty == true { throw ValidationError("--vault is empty") }
    }

    /// Those that say where things are, as they were given.
    var placeOptions: [String] {
        (stateDatabase.map { ["--state-db", $0] } ?? []) + (vault.map { ["--vault", $0] } ?? [])
    }
}
