import ArgumentParser

/// `flowctl vault …`
struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Make the vault, or look at it.",
        subcommands: [VaultInitCommand.self, VaultStatusCommand.self])
}
