package import FlowCore
import FlowOAuth
package import FlowSpec

/// Finds credentials in the environment first, then in the vault, and tells the masker of every secret it gives out.
///
/// The vault is opened when the first credential is asked for that the environment lacks, at most once, on a thread
/// that may block; a run without credentials never touches it. Usable from any thread.
package final class CredentialResolver: CredentialSource {
    private let environment: EnvironmentCredentials
    private let masker: Masker
    private let door: VaultDoor
    private let renewal: TokenRenewal?

    /// - Parameters:
    ///   - types: those that a `type` in a variable may name; nil are the shared ones.
    ///   - tokens: where tokens are renewed that have ended; nil where nothing is to be sent, as in a dry run.
    ///   - openVault: asks for what unlocks the vault and opens it; nil where there is no vault.
    package init(
        environment: [String: String], types: (any CredentialTypeSource)? = nil, masker: Masker,
        tokens: TokenSource? = nil,
        openVault: @escaping @Sendable () throws -> VaultFile?
    ) {
        self.environment = EnvironmentCredentials(environment, types: types ?? SharedCredentialTypes())
        self.masker = masker
        door = VaultDoor(openVault)
        renewal = tokens.map { TokenRenewal($0) }
    }

    package func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
        try CredentialName.check(name)
        if let found = try environment.credential(named: name, defaultType: defaultType) {
            masker.add(secretsIn: .map(found.fields))
            return found
        }
        guard let vault = try await door.vault(), let stored = try vault.resolve(name) else { return nil }
        masker.add(secretsIn: .map(stored.fields))
        guard stored.info.isValid else { throw stored.isInvalid }
        return given(try await renewal?.current(stored, in: vault) ?? TokenRenewal.Current(credential: stored))
    }

    package func renewed(_ refused: Credential) async throws -> Credential? {
        guard let renewal, refused.source == .vault, let token = refused.fields["access_token"]?.stringValue,
            let vault = try await door.vault(), let stored = try vault.resolve(refused.name)
        else { return nil }
        guard stored.info.isValid else { throw stored.isInvalid }
        return try await renewal.renewed(stored, refused: token, in: vault).map(given)
    }

    /// What a node may have of a credential: not what only renews its tokens.
    private func given(_ current: TokenRenewal.Current) -> Credential {
        let stored = current.credential
        masker.add(secretsIn: .map(stored.fields))
        var fields = stored.fields
        if fields["access_token"] != nil {
            for field in StoredGrant.credentialType.fields where field.isSecret && field.name != "access_token" {
                fields[field.name] = nil
            }
        }
        var credential = Credential(
            name: stored.info.name, type: stored.info.type, fields: fields, origins: stored.info.origins,
            workflows: stored.info.workflows)
        credential.renewalDue = current.renewalDue
        return credential
    }

    /// Where the vault has not been opened yet, only what the environment suggests.
    package func names() async -> [String] {
        let stored = (try? await door.openedVault()?.names()) ?? []
        return Set(stored + environment.likelyNames).sorted()
    }

    /// The sealer of the vault, which is opened for it; nil where there is no vault.
    package func sealer() async throws -> Sealer? { try await door.vault()?.sealer() }
}

/// Opens the vault once, whoever asks first; a failure stays one, so that nobody is asked for a passphrase twice.
private actor VaultDoor {
    private let open: @Sendable () throws -> VaultFile?
    private var opening: Task<VaultFile?, any Error>?

    init(_ open: @escaping @Sendable () throws -> VaultFile?) { self.open = open }

    func vault() async throws -> VaultFile? {
        if let opening { return try await opening.value }
        let open = open
        let task = Task { try await offPool(open) }
        opening = task
        return try await task.value
    }

    func openedVault() async throws -> VaultFile? { try await opening?.value }
}
