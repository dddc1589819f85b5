import ArgumentParser

/// `flowctl vault …`
struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Make the vault, look at it, and keep it safe.",
        subcommands: [
            VaultInitCommand.self, VaultStatusCommand.self, VaultUnlockCommand.self, VaultLockCommand.self,
            VaultSlotsCommand.self, VaultRekeyCommand.self,
            VaultBackupCommand.self, VaultRestoreCommand.self, VaultVerifyCommand.self,
        ])
}
