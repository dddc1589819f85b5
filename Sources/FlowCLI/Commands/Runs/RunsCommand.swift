import ArgumentParser

/// `flowctl runs …`
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at the history of runs, and take one up again.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsLogsCommand.self, ResumeCommand.self,
        ])
}
