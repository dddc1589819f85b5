/// What flowctl knows of a service that people log in to: the addresses, what to ask for, and how it departs from the
/// standards. Plain data: no provider has code of its own.
package struct OAuthProvider: Sendable, Hashable {
    /// How a browser comes back with the code.
    package enum Redirect: String, Sendable, Hashable, CaseIterable {
        /// To `http://127.0.0.1` and any port (RFC 8252).
        case loopback
        /// To `http://localhost` and any port.
        case localhost
        /// To `http://127.0.0.1` and the one port that is registered.
        case fixed
        /// Only to an https page: the user copies the address and pastes it.
        case paste
    }

    /// `google`
    package var name: String
    /// `Google`
    package var title: String
    /// Who the provider says it is; where an answer names an issuer, it has to be this one (RFC 9207).
    package var issuer: String?
    /// nil where only machines log in.
    package var authorizeURL: String?
    package var deviceURL: String?
    package var tokens: TokenService
    package var redirect: Redirect
    /// Whether a challenge is sent (RFC 7636); a provider that knows none may refuse it.
    package var usesPKCE: Bool
    /// Sent with each authorization request, such as what asks for a refresh token.
    package var parameters: [String: String]
    /// From short names to what the provider calls them: `drive` to `https://www.googleapis.com/auth/drive`.
    package var scopeNames: [String: String]

    package init(
        name: String, title: String, issuer: String? = nil, authorizeURL: String? = nil, deviceURL: String? = nil,
        tokens: TokenService, redirect: Redirect = .loopback, usesPKCE: Bool = true,
        parameters: [String: String] = [:], scopeNames: [String: String] = [:]
    ) {
        self.name = name
        self.title = title
        self.issuer = issuer
        self.authorizeURL = authorizeURL
        self.deviceURL = deviceURL
        self.tokens = tokens
        self.redirect = redirect
        self.usesPKCE = usesPKCE
        self.parameters = parameters
        self.scopeNames = scopeNames
    }
}
