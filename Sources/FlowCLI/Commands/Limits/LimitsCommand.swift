import ArgumentParser

/// `flowctl limits …`
struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "Look at rate limits and circuit breakers, and reset them.",
        discussion: """
            Rate limits and circuit breakers are kept in the state database and hold for every flowctl process that \
            uses it.
            """,
        subcommands: [LimitsListCommand.self, LimitsResetCommand.self], defaultSubcommand: LimitsListCommand.self)
}
