package import FlowCore
package import FlowSpec

/// A grant as a credential of the type `oauth2` keeps it: the tokens, and all that renewing them needs, so that nothing
/// outside the vault has a say in where they go.
///
///     let grant = try StoredGrant(fields: stored.fields, source: "credential \"google\"")
///     let renewed = try await grant.renewed(through: http, clock: clock)   // then store renewed.fields
package struct StoredGrant: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A user's; renewed by its refresh token.
        case login
        /// The app's own; renewed by asking again.
        case clientCredentials(audience: String?)
        case serviceAccount(ServiceAccount)
    }

    package var kind: Kind
    package var service: TokenService
    /// nil for a service account.
    package var client: OAuthClient?
    /// What was granted, or asked for where the provider doesn't say.
    package var scopes: [String]
    /// nil before the first access token.
    package var tokens: OAuthTokens?
    /// The newest one the provider gave.
    package var refreshToken: String?
    /// What was wrong with the last answer, of which only the refresh token was taken. It is not stored.
    package var problem: Failure?
    /// What the next login needs to know besides the client.
    package var login = LoginRules()

    package init(
        _ kind: Kind, service: TokenService, client: OAuthClient?, scopes: [String], tokens: OAuthTokens? = nil,
        login: LoginRules = LoginRules()
    ) {
        self.kind = kind
        self.service = service
        self.client = client
        self.scopes = scopes
        self.login = login
        if let tokens { take(tokens) }
    }

    /// Whether new access tokens can be had without the user.
    package var isRenewable: Bool { kind != .login || refreshToken != nil }

    /// The grant with new tokens from the provider, or with a new refresh token alone and a ``problem``, to be thrown
    /// once the grant is stored.
    ///
    /// - Throws: `auth` with the code `not_renewable` where it has no refresh token, and what ``TokenEndpoint`` throws.
    package func renewed(
        through http: any HTTPClient, clock: any WallClock
    ) async throws(Failure) -> StoredGrant {
        let endpoint = TokenEndpoint(service, client: client, http: http, clock: clock)
        var renewed = self
        switch kind {
        case .login:
            guard let refreshToken else {
                throw Failure(
                    .auth, "\(service.title) gave no refresh token for this grant", hint: "log in again",
                    code: "not_renewable")
            }
            renewed.take(try await endpoint.refresh(refreshToken, scopes: scopes))
        case .clientCredentials(let audience):
            renewed.take(try await endpoint.clientCredentials(scopes: scopes, audience: audience))
        case .serviceAccount(let account):
            renewed.take(try await endpoint.jwtBearer(account, scopes: scopes))
        }
        return renewed
    }

    /// Keeps what an answer leaves out: the refresh token where it isn't replaced, the scopes, the account.
    package mutating func take(_ new: OAuthTokens) {
        problem = new.problem
        guard problem == nil else {
            refreshToken = new.refresh ?? refreshToken
            return
        }
        let account = new.account ?? tokens?.account
        tokens = new
        tokens?.account = account
        refreshToken = new.refresh ?? refreshToken
        if let granted = new.scopes, !granted.isEmpty { scopes = granted }
    }
}

extension StoredGrant: CustomStringConvertible, CustomReflectable {
    package var description: String { "a grant of \(service.title)" }
    /// Empty, so that no dump of a structure shows a token.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
