import ArgumentParser

/// `flowctl cache …`
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Look at the stored answers of services, and forget them.",
        discussion: """
            Answers to reads are stored, sealed with the vault's key, so that a service is asked only for what has \
            changed.
            """,
        subcommands: [CacheStatusCommand.self, CacheClearCommand.self], defaultSubcommand: CacheStatusCommand.self)
}
