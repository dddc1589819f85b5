package import FlowCore
package import FlowSpec

/// Asks a provider for tokens (RFC 6749, RFC 7523).
///
/// Failures have the code of the RFCs where the provider's word means the same: `invalid_grant` is a grant that has
/// ended, `invalid_client` an app the provider doesn't know. What may pass by itself is repeated here already, apart
/// from a code, which works once. Each call is one use of the network and none of it is kept; usable from any thread.
package struct TokenEndpoint: Sendable {
    let service: TokenService
    let client: OAuthClient?
    let http: any HTTPClient
    let clock: any WallClock

    /// - Parameter client: nil where the assertion alone says who asks.
    package init(_ service: TokenService, client: OAuthClient?, http: any HTTPClient, clock: any WallClock) {
        self.service = service
        self.client = client
        self.http = http
        self.clock = clock
    }

    /// Trades the code of a login for tokens.
    ///
    /// - Parameters:
    ///   - redirectURI: that of the authorization request.
    ///   - verifier: whose challenge was in that request.
    package func exchange(
        code: String, redirectURI: String, verifier: String?
    ) async throws(Failure) -> OAuthTokens {
        var parameters = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
        ]
        if let verifier { parameters.append(("code_verifier", verifier)) }
        return try await tokens(for: TokenRequest(purpose: .code, parameters: parameters))
    }

    /// - Parameter scopes: those of the grant.
    /// - Returns: also an answer with a refresh token alone, whose ``OAuthTokens/problem`` says what is wrong with it.
    package func refresh(_ token: String, scopes: [String] = []) async throws(Failure) -> OAuthTokens {
        var parameters = [("grant_type", "refresh_token"), ("refresh_token", token)]
        if service.repeatsScopes { add(scopes, to: &parameters) }
        return try await tokens(for: TokenRequest(purpose: .refresh, parameters: parameters))
    }

    /// - Parameter audience: what the token is for, where the provider wants to know.
    package func clientCredentials(
        scopes: [String] = [], audience: String? = nil
    ) async throws(Failure) -> OAuthTokens {
        var parameters = [("grant_type", "client_credentials")]
        add(scopes, to: &parameters)
        if let audience { parameters.append(("audience", audience)) }
        return try await tokens(for: TokenRequest(purpose: .clientCredentials, parameters: parameters))
    }

    /// As a service account, by an assertion that its key signs.
    package func jwtBearer(_ account: ServiceAccount, scopes: [String] = []) async throws(Failure) -> OAuthTokens {
        let assertion = try account.assertion(
            audience: account.audience ?? service.url, scope: scopes.joined(separator: service.scopeSeparator),
            now: clock.now())
        return try await tokens(
            for: TokenRequest(
                purpose: .assertion,
                parameters: [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", assertion),
                ]))
    }

    func add(_ scopes: [String], to parameters: inout [(String, String)]) {
        guard !scopes.isEmpty else { return }
        parameters.append(("scope", scopes.joined(separator: service.scopeSeparator)))
    }

    func tokens(for request: TokenRequest) async throws(Failure) -> OAuthTokens {
        let asked = clock.now()
        let response = try await send(request)
        let answer = TokenAnswer(response, from: service)
        if let refusal = TokenRefusal(answer, to: request.purpose, asked: asked) { throw refusal.failure }
        let tokens = try answer.tokens(asked: asked)
        // A renewal may have ended the refresh token it was asked for with: the new one must not be lost.
        if let problem = tokens.problem, request.purpose != .refresh || tokens.refresh == nil { throw problem }
        return tokens
    }

    func send(_ request: TokenRequest) async throws(Failure) -> HTTPResponse {
        // A redirect could carry the secret elsewhere.
        var call = HTTPCall(
            try request.rendered(for: service, client: client, now: clock.now()), effect: .idempotent,
            timeouts: .init(total: .seconds(30)), destination: .memory(limit: 1 << 20), maximumRedirects: 0)
        call.secretParts = TokenAnswer.secretMembers.map { ["body", $0] }
        let transport: Set<FailureKind> = [.network, .timeout, .uncertain]
        switch request.purpose {
        case .code: call.retry = RetryPolicy(max: 1, on: transport)
        // Whoever asks again and again needs no further tries.
        case .device: break
        default:
            call.retry = RetryPolicy(max: 3, on: transport.union([.transient, .rateLimited]))
            call.classify = { [service, clock] response in
                guard response.status == 429 || response.status >= 500 else { return nil }
                return TokenRefusal(
                    TokenAnswer(response, from: service), to: request.purpose, asked: clock.now())?.failure
            }
        }
        do { return try await http.send(call) } catch { throw Failure(error) }
    }
}
