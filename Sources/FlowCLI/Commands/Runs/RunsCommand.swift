import ArgumentParser

/// `flowctl runs …`
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at the history of runs, take one up again, delete old ones.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsLogsCommand.self, ResumeCommand.self,
            RunsDeleteCommand.self,
            RunsPruneCommand.self, RunsExportCommand.self, RunsImportCommand.self,
        ])
}
