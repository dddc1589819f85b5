import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec

/// Asks a provider that no connector knows whose login a credential is (OpenID Connect Core 1.0, section 5.3).
struct UserInfo {
    private let url: String
    private let scopes: [String]

    /// Whether the provider answers this login; it does so only where the scope `openid` was granted.
    var isAllowed: Bool { scopes.contains("openid") }

    /// nil where the provider offers no such question, or the credential may not be sent there.
    init?(_ credential: Credential) {
        // Tokens that were put in by hand may be no grant as a login makes it.
        guard credential.type == StoredGrant.credentialType.name,
            let grant = try? StoredGrant(fields: credential.fields, source: ""), let url = grant.service.userInfoURL,
            let origin = Origin(url), credential.origins?.contains(origin) == true
        else { return nil }
        self.url = url
        scopes = grant.scopes
    }

    /// - Parameter request: `http.request`, which renews a token that is refused.
    func identity(through request: any Node, in context: NodeContext) async throws -> CredentialIdentity {
        let answer = try await request.run(request.spec.bind(ValueMap([("url", .string(url))])), in: context)
        let body = answer["body"]
        // From what people go by to what only the provider can tell apart.
        let who = ["name", "preferred_username", "email", "sub"].lazy.compactMap { body?[$0]?.stringValue }
            .first { !$0.isEmpty }
        return CredentialIdentity(who: who.map(ServiceText.line), scopes: scopes.sorted())
    }
}
