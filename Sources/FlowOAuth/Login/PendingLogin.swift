package import FlowCore
import FlowCrypto
package import FlowSpec

/// A login that waits for the browser to come back with a code (RFC 6749, 4.1; RFC 7636; RFC 9207).
///
/// Everything that the answer has to fit is fixed when the login begins, and kept in memory alone: the code of one
/// provider can't end up at another.
package struct PendingLogin: Sendable {
    /// What the browser came back with.
    package enum Answer: Sendable, Hashable {
        case code(String)
        /// The provider, or the user there, said no.
        case refused(Failure)
        /// Not an answer to this login.
        case foreign
    }

    /// Where the user allows the app.
    package let url: String
    package let redirectURI: String
    private let provider: OAuthProvider
    private let client: OAuthClient
    private let state: String
    private let proof: ProofKey?

    /// - Parameter scopes: as the provider calls them.
    /// - Throws: `invalid` where the provider has no page to log in on.
    package init(
        _ provider: OAuthProvider, client: OAuthClient, scopes: [String], redirectURI: String
    ) throws(Failure) {
        try self.init(
            provider, client: client, scopes: scopes, redirectURI: redirectURI,
            state: Base64.encode(Random.bytes(32), alphabet: .url), proof: provider.usesPKCE ? ProofKey() : nil)
    }

    init(
        _ provider: OAuthProvider, client: OAuthClient, scopes: [String], redirectURI: String, state: String,
        proof: ProofKey?
    ) throws(Failure) {
        guard let page = provider.authorizeURL else {
            throw Failure(
                .invalid, "\(provider.title) has no page to log in on", hint: "log in with another method",
                code: "no_authorize_url")
        }
        var query = [
            ("response_type", "code"), ("client_id", client.id), ("redirect_uri", redirectURI), ("state", state),
        ]
        query += provider.scopes.query(scopes, separator: provider.tokens.scopeSeparator)
        if let proof { query += [("code_challenge", proof.challenge), ("code_challenge_method", "S256")] }
        // Some providers of OpenID Connect insist on one; flowctl takes no identity token that could repeat it.
        if scopes.contains("openid") { query.append(("nonce", Base64.encode(Random.bytes(16), alphabet: .url))) }
        query += provider.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let text = query.map { PercentEncoding.encode($0) + "=" + PercentEncoding.encode($1) }.joined(separator: "&")
        url = page + (page.contains("?") ? "&" : "?") + text
        self.provider = provider
        self.client = client
        self.redirectURI = redirectURI
        self.state = state
        self.proof = proof
    }

    /// - Parameter address: what the browser was sent to, or the part of it after the path.
    package func answer(in address: String) -> Answer {
        let query = address.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }
        let members = FormText.decode(String(query))
        guard let given = members["state"], equalInConstantTime(Array(given.utf8), Array(state.utf8)) else {
            return .foreign
        }
        if let problem = issuerProblem(members["iss"]) { return .refused(problem) }
        if let error = members["error"], !error.isEmpty {
            return .refused(TokenRefusal.ofLogin(error, reason: members["error_description"], by: provider.tokens))
        }
        guard let code = members["code"], !code.isEmpty else { return .foreign }
        return .code(code)
    }

    private func issuerProblem(_ given: String?) -> Failure? {
        guard let issuer = provider.issuer else { return nil }
        guard let given else {
            guard provider.namesIssuer else { return nil }
            return Failure(
                .auth, "the answer to the login doesn't say that it is from \(issuer)",
                hint: "log in again, and allow the app on the page that flowctl opens alone", code: "issuer")
        }
        guard given != issuer else { return nil }
        return Failure(
            .auth, "the answer to the login is from \"\(ServiceText.line(given))\", not from \(issuer)",
            hint: "log in again, and allow the app on the page that flowctl opens alone", code: "issuer")
    }

    /// Trades the code for tokens, at the provider this login began with.
    package func tokens(
        for code: String, through http: any HTTPClient, clock: any WallClock
    ) async throws(Failure) -> OAuthTokens {
        try await TokenEndpoint(provider.tokens, client: client, http: http, clock: clock)
            .exchange(code: code, redirectURI: redirectURI, verifier: proof?.verifier)
    }
}
