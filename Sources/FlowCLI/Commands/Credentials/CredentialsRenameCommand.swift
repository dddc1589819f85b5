import ArgumentParser
import FlowCore
import FlowStore
import FlowVault

/// `flowctl credentials rename OLD NEW`
struct CredentialsRenameCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a credential another name.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Its name now.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @Argument(help: "Its new name.")
    var newName: String

    func run(in session: Session) async throws {
        let (vault, _) = try session.stored(name)
        do {
            try vault.rename(name, to: newName)
        } catch {
            if error.kind == .invalid || error.kind == .conflict { throw Exit.usage(error.message, hint: error.hint) }
            throw error
        }
        // The credential has its name, whatever becomes of when it was last used.
        if (try? session.history()) != nil {
            try? await RunStore.open(try session.settings.stateDatabase).renameCredential(name, to: newName)
        }
        session.console.show(json: ["name": .string(newName)]) { session.console.show("renamed \(name) to \(newName)") }
    }
}
