import ArgumentParser

/// `flowctl nodes …`
struct NodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "Look at the nodes steps can use, and run one.",
        subcommands: [
            NodesListCommand.self, NodesShowCommand.self, NodesSearchCommand.self, NodesRunCommand.self,
        ])
}
