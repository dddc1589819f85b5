import ArgumentParser

/// `flowctl mock …`
struct MockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "Stand-ins of apps on this machine, to try workflows without an account.",
        subcommands: [MockServeCommand.self])
}
