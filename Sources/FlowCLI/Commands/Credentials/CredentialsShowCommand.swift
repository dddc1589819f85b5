import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl credentials show NAME`
struct CredentialsShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a credential with its secrets masked.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    func run(in session: Session) async throws {
        let stored = try session.stored(name).1
        session.console.masker.add(secretsIn: .map(stored.fields))
        let fields = stored.maskedFields
        let console = session.console
        console.show(json: document(stored.info, fields, session)) {
            console.show("\(stored.info.name, .bold)  \(stored.info.type)")
            for (key, value) in fields { console.show("  \(key.text): \(FlowText.scalar(value))") }
            for line in stored.info.grants { console.show("  \(line)") }
            if !stored.info.isValid { console.show("  \("refused by the service", .red)") }
        }
    }

    private func document(_ info: CredentialInfo, _ fields: ValueMap, _ session: Session) -> Value {
        var document = info.asValue(lastUsed: info.lastUse(in: session.credentialUses)).mapValue ?? ValueMap()
        document["fields"] = .map(fields)
        return .map(document)
    }
}

extension Session {
    /// A credential in the vault, with the vault.
    ///
    /// - Throws: an `Exit` of status `usage` where there is none of that name.
    func stored(_ name: String) throws -> (VaultFile, StoredCredential) {
        let vault = try vaultAccess().existingVault()
        guard let found = try vault.resolve(name) else {
            throw Exit.usage(
                "there is no credential \"\(name)\" in the vault",
                hint: Suggestion.didYouMean(name, among: try vault.names())
                    ?? "run \"flowctl credentials list\" for those there are")
        }
        return (vault, found)
    }

    /// Whether there is a vault, whoever can open it.
    var vaultExists: Bool { vaultAccess(asks: false).exists }
}
