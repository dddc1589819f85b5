import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault slots …`
struct VaultSlotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Say what opens the vault.",
        discussion: """
            Each slot holds the vault's data key, wrapped by one secret: a passphrase, a key file, a key from \
            outside or one in the system keyring. Any of them opens the whole vault.

            To change a passphrase, add the new one and remove the old:
              flowctl vault slots add --passphrase --label new
              flowctl vault slots remove passphrase
            """,
        subcommands: [VaultSlotsListCommand.self, VaultSlotsAddCommand.self, VaultSlotsRemoveCommand.self])
}

extension VaultFile {
    /// The slot that an argument names.
    ///
    /// - Throws: an `Exit` of status `usage` where there is none, or several.
    func slot(argument: String) throws -> KeySlot {
        do {
            return try slot(named: argument)
        } catch {
            throw Exit.usage(error.message, hint: error.hint)
        }
    }
}
