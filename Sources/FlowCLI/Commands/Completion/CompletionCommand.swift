import ArgumentParser

/// `flowctl completion SHELL`
struct CompletionCommand: Verb {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var asCompletionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell.",
        discussion: """
            bash: source <(flowctl completion bash)
            zsh:  flowctl completion zsh >"${fpath[1]}/_flowctl"
            fish: flowctl completion fish >~/.config/fish/completions/flowctl.fish
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run(in session: Session) async throws {
        session.console.show(document: FlowctlCommand.completionScript(for: shell.asCompletionShell))
    }
}
