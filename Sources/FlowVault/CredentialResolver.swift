import Dispatch
package import FlowCore
package import FlowSpec

/// Finds credentials in the environment first, then in the vault, and tells the masker of every secret it gives out.
///
/// The vault is opened when the first credential is asked for that the environment lacks, at most once, on a thread
/// that may block; a run without credentials never touches it. Usable from any thread.
package final class CredentialResolver: CredentialSource {
    private let environment: EnvironmentCredentials
    private let masker: Masker
    private let door: VaultDoor

    /// - Parameters:
    ///   - types: those that a `type` in a variable may name, beside the shared ones.
    ///   - openVault: asks for what unlocks the vault and opens it; nil where there is no vault.
    package init(
        environment: [String: String], types: [CredentialType] = [], masker: Masker,
        openVault: @escaping @Sendable () throws -> VaultFile?
    ) {
        self.environment = EnvironmentCredentials(environment, types: CredentialTypes.shared + types)
        self.masker = masker
        door = VaultDoor(openVault)
    }

    package func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
        try CredentialName.check(name)
        if let found = try environment.credential(named: name, defaultType: defaultType) {
            masker.add(secretsIn: .map(found.fields))
            return found
        }
        guard let vault = try await door.vault(), let stored = try vault.resolve(name) else { return nil }
        masker.add(secretsIn: .map(stored.fields))
        guard stored.info.isValid else {
            throw Failure(
                .auth, "the credential \"\(name)\" is no longer valid: the service has refused it",
                hint: "run \"flowctl credentials delete \(name)\", then add it again", code: "credential_invalid")
        }
        var fields = stored.fields
        // Only the vault itself refreshes; no request of a node ever needs it.
        if stored.fields["access_token"] != nil { fields["refresh_token"] = nil }
        return Credential(
            name: name, type: stored.info.type, fields: fields, origins: stored.info.origins,
            workflows: stored.info.workflows)
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
        let task = Task {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try open() })
                }
            }
        }
        opening = task
        return try await task.value
    }

    func openedVault() async throws -> VaultFile? { try await opening?.value }
}
