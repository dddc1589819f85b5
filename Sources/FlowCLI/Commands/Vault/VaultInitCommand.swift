import ArgumentParser
import FlowCore
import FlowNodes
import FlowSpec
import FlowStore
import FlowVault

/// `flowctl vault init`
struct VaultInitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make an encrypted vault for credentials.",
        discussion: """
            Without options it makes a key file beside flowctl's configuration, so that cron and CI open the vault \
            without anyone at the keyboard; one that is there already is used. With --passphrase it asks for one instead; with both, either opens it. \
            Where FLOWCTL_VAULT_KEY is set (32 random bytes in base64), that is the key.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Flag(help: "Ask for a passphrase that opens the vault.")
    var passphrase = false

    @Option(
        help: ArgumentHelp("Make the key file there; set FLOWCTL_VAULT_KEY_FILE to it afterwards.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    func run(in session: Session) async throws {
        let path = try session.settings.vault
        var secrets: [UnlockSecret] = []
        var made: String?
        var used: String?
        if let key = session.environment["FLOWCTL_VAULT_KEY"], !key.isEmpty {
            secrets.append(try .key(base64: key, source: "FLOWCTL_VAULT_KEY"))
        }
        if passphrase { secrets.append(.passphrase(try session.newPassphrase())) }
        if keyFile != nil || secrets.isEmpty {
            guard !session.vaultExists else { throw try existing(path) }
            let file = try keyFile.map(session.absolutePath) ?? session.settings.keyFile
            // One that is there may be all that is left of a try that was cut off, or be another vault's.
            if PrivateFile.exists(file) {
                try KeyFile.check(file)
            } else {
                try KeyFile.create(at: file)
                made = file
            }
            used = file
            secrets.append(.keyFile(path: file))
        }
        do {
            let vault = try VaultFile.create(at: path, unlock: secrets[0], clock: SystemClock())
            for secret in secrets.dropFirst() { try vault.addSlot(secret) }
        } catch {
            // A key file without a vault would be in the way of the next try.
            if let made { try? session.files.delete(made, recursive: false) }
            throw error
        }
        session.console.show(json: ["vault": .string(path), "key_file": used.map(Value.string) ?? .null]) {
            session.console.show("made the vault \(path)")
            guard let used else { return }
            session.console.show(
                "its key file is \(used)\(made == nil ? ", which was there already" : ""): keep a copy in a safe place")
        }
    }

    private func existing(_ path: String) throws -> Failure {
        Failure(
            .conflict, "there is already a vault at \"\(path)\"", hint: "use it, or move it away first",
            code: "vault_exists")
    }
}

extension Session {
    /// Asks twice.
    func newPassphrase() throws -> String {
        let first = try prompt.ask("new passphrase for the vault", isSecret: true)
        guard try prompt.ask("the same again", isSecret: true) == first else {
            throw Failure(.invalid, "the two passphrases differ", hint: "run the command again")
        }
        return first
    }
}
