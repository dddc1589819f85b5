import ArgumentParser

/// `flowctl` itself: the nouns and the short forms.
struct FlowctlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flowctl",
        abstract: "Run workflows: graphs of steps in YAML, with apps, secrets and a journal.",
        discussion: """
            Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 invalid file, 4 credential missing or refused, \
            5 cancelled, 6 the run timed out, 7 a write's outcome is unknown, 70 a bug in flowctl.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Workflows",
                subcommands: [
                    RunCommand.self, ValidateCommand.self, GraphCommand.self, NewCommand.self, RunsCommand.self,
                    ResumeCommand.self, MockCommand.self, LimitsCommand.self, CacheCommand.self,
                ]),
            CommandGroup(
                name: "Nodes and credentials",
                subcommands: [
                    NodesCommand.self, ConnectorsCommand.self, CredentialsCommand.self, VaultCommand.self,
                ]),
            CommandGroup(
                name: "Tools",
                subcommands: [
                    ExprCommand.self, SchemaCommand.self, DoctorCommand.self, CompletionCommand.self,
                    VersionCommand.self, GenerateCommand.self,
                ]),
        ])

    /// Read here too, so that they may stand before the command's name.
    @OptionGroup(title: "Options of every command") var global: GlobalOptions
}
