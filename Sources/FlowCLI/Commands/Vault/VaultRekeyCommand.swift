import ArgumentParser
import FlowCore
import FlowStore
import FlowVault

/// `flowctl vault rekey`
struct VaultRekeyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Give the vault a new data key and seal all of it anew.",
        discussion: """
            For when a key file or a passphrase became known together with a copy of the vault: remove its slot first, \
            then run this. What was read already is known, so make new tokens at the services as well.

            Each slot gets the new key, and needs its secret for that: key files, FLOWCTL_VAULT_KEY and keyrings are found, \
            passphrases are asked for. A slot whose secret is not at hand is dropped with --drop-slot.
            All of it happens or nothing. Commands that have the vault open meanwhile say that they must be run again; \
            runs are resumed with "flowctl resume", and secrets in their history can still be read.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(
        help: ArgumentHelp(
            "A slot that is not to open the vault any more, by its id or label; may be repeated.", valueName: "slot"))
    var dropSlot: [String] = []

    @Option(
        help: ArgumentHelp("Where a key file of the vault is now; may be repeated.", valueName: "file"),
        completion: .file())
    var keyFile: [String] = []

    @Flag(name: [.short, .long], help: "Don't ask before a slot is dropped.")
    var yes = false

    func run(in session: Session) async throws {
        let vault = try session.vaultAccess().existingVault()
        let dropped = try dropSlot.map { try vault.slot(argument: $0) }
        let slots = try VaultFile.status(vault.path).slots
        var secrets: [String: UnlockSecret] = [:]
        for slot in slots where !dropped.contains(slot) { secrets[slot.id] = try secret(of: slot, vault, session) }
        if !dropped.isEmpty {
            let names = dropped.map { "\($0.shortID) (\($0.label))" }.joined(separator: ", ")
            try session.confirm("drop the slot \(names)?", isGiven: yes, doing: "drop it")
        }
        let renewed = try vault.rekey(unlock: secrets)
        _ = try? VaultFile.lock(vault.path, in: KernelKeyring())
        let contents = try renewed.contents()
        session.console.show(
            json: [
                "vault": .string(vault.path), "slots": .int(Int64(contents.slots)),
                "dropped": .int(Int64(dropped.count)),
            ]
        ) {
            session.console.show(
                "sealed \(counted(contents.credentials, "credential")) anew, opened by \(counted(contents.slots, "slot"))"
            )
        }
    }

    private func secret(of slot: KeySlot, _ vault: VaultFile, _ session: Session) throws -> UnlockSecret {
        switch slot.kind {
        case .keyFile:
            let usual = try session.settings.keyFile
            let paths = keyFile.map(session.absolutePath) + [slot.label, usual]
            for path in paths where PrivateFile.exists(path) {
                if try vault.unwraps(slot, .keyFile(path: path)) { return .keyFile(path: path) }
            }
            throw missing(slot, "its key file is not here", "say where it is with --key-file")
        case .key:
            guard let key = session.environment["FLOWCTL_VAULT_KEY"], !key.isEmpty else {
                throw missing(slot, "FLOWCTL_VAULT_KEY is not set", "set FLOWCTL_VAULT_KEY")
            }
            let secret = try UnlockSecret.key(base64: key, source: "FLOWCTL_VAULT_KEY")
            guard try vault.unwraps(slot, secret) else {
                throw missing(slot, "FLOWCTL_VAULT_KEY holds another key", "set FLOWCTL_VAULT_KEY to its key")
            }
            return secret
        case .keyring:
            guard let key = try SystemKeyring().key(of: vault.vaultID, asks: session.prompt.isAvailable),
                try vault.unwraps(slot, .keyring(key))
            else { throw missing(slot, "the keyring of this session lacks it", "log in where it is kept") }
            return .keyring(key)
        case .passphrase:
            guard session.prompt.isAvailable else {
                throw missing(slot, "nobody can be asked for its passphrase", "run in a terminal")
            }
            return .passphrase(try session.prompt.ask("passphrase of the slot \"\(slot.label)\"", isSecret: true))
        }
    }

    private func missing(_ slot: KeySlot, _ reason: String, _ remedy: String) -> Failure {
        Failure(
            .auth, "the slot \(slot.shortID) (\(slot.label)) can't get the new key: \(reason)",
            hint: "\(remedy), or give it up with --drop-slot \(slot.shortID)", code: "slot_secret")
    }
}
