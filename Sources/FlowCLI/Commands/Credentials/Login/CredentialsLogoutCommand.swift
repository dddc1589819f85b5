import ArgumentParser
import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec
import FlowVault

/// `flowctl credentials logout NAME`
struct CredentialsLogoutCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Give a login back to its provider and delete it.",
        discussion: """
            It is deleted whatever the provider says. On a terminal it asks first; elsewhere it needs --yes.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    func run(in session: Session) async throws {
        let (vault, stored) = try session.stored(name)
        session.console.masker.add(secretsIn: .map(stored.fields))
        guard stored.info.type == StoredGrant.credentialType.name else {
            throw Exit.usage(
                "the credential \"\(name)\" is of type \(stored.info.type), which is from no login",
                hint: "delete it with: \(session.commandLine(["credentials", "delete", name]))")
        }
        if !yes {
            guard session.prompt.isAvailable else {
                throw Exit.usage("there is no terminal to ask on", hint: "add --yes to log out without being asked")
            }
            let answer = try session.prompt.ask(
                "log out, and delete the credential \"\(name)\" with its app? [y/N]", isSecret: false)
            guard answer.lowercased().hasPrefix("y") else { throw Exit.status(.cancelled) }
        }
        let isRevoked = try await revoke(stored, session)
        try vault.delete(name)
        session.console.show(json: ["deleted": .string(name), "revoked": .bool(isRevoked)]) {
            session.console.show(isRevoked ? "logged out, and deleted \(name)" : "deleted \(name)")
        }
    }

    /// Whether the provider took the grant back; where not, says what to do about it.
    private func revoke(_ stored: StoredCredential, _ session: Session) async throws -> Bool {
        guard let grant = try? StoredGrant(fields: stored.fields, source: "the credential \"\(name)\"") else {
            return false
        }
        guard case .login = grant.kind else { return false }
        guard let revocation = grant.service.revocation else {
            complain("\(grant.service.title) takes no grants back from here", grant, session)
            return false
        }
        let world = try session.world(session.vaultAccess())
        let endpoint = TokenEndpoint(grant.service, client: grant.client, http: world.http, clock: world.clock)
        do {
            try await Interruption.cancellable { try await endpoint.revoke(grant, by: revocation) }
            return true
        } catch {
            complain(Failure(error).message, grant, session)
            return false
        }
    }

    private func complain(_ what: String, _ grant: StoredGrant, _ session: Session) {
        session.console.complain("\("warning:", .yellow) the access goes on at the provider: \(what)")
        let page = grant.service.provider.flatMap { ProviderCatalog.provider($0)?.guide.manage }
        session.console.complain(
            "  \("hint:", .cyan) end it at \(page ?? "the page of your account at \(grant.service.title)")")
    }
}
