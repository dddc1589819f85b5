import ArgumentParser
import FlowCore
import FlowSpec
import FlowStore
import FlowVault

/// `flowctl vault slots add`
struct VaultSlotsAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a further way to open the vault.",
        discussion: """
            The vault must be open for it: by its key file, or by its passphrase, which is asked for.
            --keyring is for desktops: who is logged in there opens the vault without asking.
            For CI, make a key and store it as a secret there:
              export FLOWCTL_VAULT_KEY=$(head -c 32 /dev/urandom | base64)
              flowctl vault slots add --env-key --label ci
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Flag(help: "Ask for a passphrase that opens the vault.")
    var passphrase = false

    @Option(
        help: ArgumentHelp("A key file that opens it; made where it is missing.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    @Flag(help: "Take the key in FLOWCTL_VAULT_KEY.")
    var envKey = false

    @Flag(help: "Make a key and keep it in the system keyring.")
    var keyring = false

    @Option(help: ArgumentHelp("What to call it; else the kind, or the key file's path.", valueName: "text"))
    var label: String?

    func validate() throws {
        guard [passphrase, keyFile != nil, envKey, keyring].count(where: { $0 }) == 1 else {
            throw ValidationError("give one of --passphrase, --key-file, --env-key and --keyring")
        }
    }

    func run(in session: Session) async throws {
        // The key that is to be added opens nothing yet.
        var keys = session.vaultKeys()
        if envKey { keys.environmentKey = nil }
        let vault = try session.vaultAccess(with: keys).existingVault()
        let (id, made) = try add(to: vault, session)
        session.console.show(json: ["id": .string(id), "key_file": made.map(Value.string) ?? .null]) {
            session.console.show("added the slot \(String(id.prefix(8)))")
            if let made { session.console.show("made the key file \(made): keep a copy in a safe place") }
        }
    }

    private func add(to vault: VaultFile, _ session: Session) throws -> (id: String, madeKeyFile: String?) {
        if keyring { return (try vault.addSlot(in: SystemKeyring(), label: label), nil) }
        let (secret, made) = try secret(session)
        do {
            return (try vault.addSlot(secret, label: label), made)
        } catch {
            if let made { try? session.files.delete(made, recursive: false) }
            throw error
        }
    }

    /// - Returns: also the path of the key file, where it was made for this.
    private func secret(_ session: Session) throws -> (UnlockSecret, made: String?) {
        if passphrase { return (.passphrase(try session.newPassphrase()), nil) }
        if let keyFile {
            let path = session.absolutePath(keyFile)
            guard !PrivateFile.exists(path) else { return (.keyFile(path: path), nil) }
            try KeyFile.create(at: path)
            return (.keyFile(path: path), path)
        }
        guard let key = session.environment["FLOWCTL_VAULT_KEY"], !key.isEmpty else {
            throw Exit.usage(
                "FLOWCTL_VAULT_KEY is not set",
                hint: "make a key: export FLOWCTL_VAULT_KEY=$(head -c 32 /dev/urandom | base64)")
        }
        return (try .key(base64: key, source: "FLOWCTL_VAULT_KEY"), nil)
    }
}
