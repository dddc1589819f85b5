import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl credentials delete NAME`
struct CredentialsDeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Take a credential out of the vault.",
        discussion: "On a terminal it asks first; elsewhere it needs --yes.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    func run(in session: Session) async throws {
        let (vault, _) = try session.stored(name)
        if !yes {
            guard session.prompt.isAvailable else {
                throw Exit.usage("there is no terminal to ask on", hint: "add --yes to delete without being asked")
            }
            let answer = try session.prompt.ask("delete the credential \"\(name)\"? [y/N]", isSecret: false)
            guard answer.lowercased().hasPrefix("y") else { throw Exit.status(.cancelled) }
        }
        try vault.delete(name)
        session.console.show(json: ["deleted": .string(name)]) { session.console.show("deleted \(name)") }
    }
}
