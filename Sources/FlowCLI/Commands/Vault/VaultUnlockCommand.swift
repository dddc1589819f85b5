import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault unlock`
struct VaultUnlockCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Open the vault for a time, in other terminals and in cron jobs too.",
        discussion: """
            The kernel keeps the data key for every process of this user, in memory only, until the time is over, \
            "flowctl vault lock" takes it away or the machine is switched off. No process stays behind.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 30m, 8h or 2d.", valueName: "duration"))
    var time = "8h"

    func run(in session: Session) async throws {
        guard let duration = Duration(text: time) else {
            throw Exit.usage("\"\(time)\" is no duration", hint: "write it as 30m, 8h or 2d")
        }
        // Before the passphrase is asked for.
        do throws(Failure) { try VaultFile.requireUnlockable(for: duration) } catch {
            throw Exit.usage(error.message, hint: error.hint)
        }
        // To stay open for longer takes the passphrase again.
        var keys = session.vaultKeys()
        keys.keeper = nil
        let vault = try session.vaultAccess(with: keys).existingVault()
        let until = try vault.unlock(for: duration, in: KernelKeyring())
        session.console.show(json: ["vault": .string(vault.path), "until": .string(until.rfc3339)]) {
            session.console.show("unlocked until \(until.localText)")
        }
    }
}
