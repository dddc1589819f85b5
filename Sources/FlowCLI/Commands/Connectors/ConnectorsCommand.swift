import ArgumentParser

/// `flowctl connectors …`
struct ConnectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connectors", abstract: "Look at connectors: the files that describe HTTP apps.",
        subcommands: [ConnectorsListCommand.self, ConnectorsLintCommand.self, ConnectorsEjectCommand.self])
}
