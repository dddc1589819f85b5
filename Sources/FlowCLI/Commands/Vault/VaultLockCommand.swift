import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault lock`
struct VaultLockCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "End what \"vault unlock\" began.",
        discussion: "Processes that have the vault open keep it open. A key file still opens it.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let path = try session.settings.vault
        let wasUnlocked = try VaultFile.lock(path, in: KernelKeyring())
        let opens = (try? session.vaultAccess(asks: false).vault()) != nil
        let console = session.console
        console.show(json: ["was_unlocked": .bool(wasUnlocked), "opens_without_asking": .bool(opens)]) {
            console.show(wasUnlocked ? "locked" : "it was not unlocked")
        }
        if opens { console.note("it still opens here without asking: see \"flowctl vault slots list\"") }
    }
}
