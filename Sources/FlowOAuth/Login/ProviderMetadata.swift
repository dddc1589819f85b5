package import FlowCore
package import FlowSpec

/// What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414).
package enum ProviderMetadata {
    /// Reads the provider's document.
    ///
    /// - Parameters:
    ///   - issuer: an https address, as the provider itself writes it.
    ///   - name: what the provider is to be called.
    /// - Throws: `invalid` where the issuer is no such address, `not_found` where it has no document, `protocol` where
    ///   that is of another issuer or names unsafe addresses, and what the network says.
    package static func provider(
        issuer: String, name: String, through http: any HTTPClient
    ) async throws(Failure) -> OAuthProvider {
        guard OAuthAddress.isSafe(issuer), let origin = Origin(issuer), !issuer.contains("?") else {
            throw Failure(
                .invalid, "the issuer \"\(ServiceText.line(issuer))\" is no https address",
                hint: "write it as https://login.example.com", code: "issuer")
        }
        for address in addresses(of: issuer) {
            if let document = try await document(at: address, through: http) {
                return try provider(document, issuer: issuer, name: name)
            }
        }
        throw Failure(
            .notFound, "\(origin.host) has no document about its logins",
            hint: "check the issuer, or give --authorize-url and --token-url", code: "no_metadata")
    }

    /// OpenID Connect puts the known part last, RFC 8414 in front of the path.
    private static func addresses(of issuer: String) -> [String] {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let start = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        let path = base[start...].firstIndex(of: "/") ?? base.endIndex
        return [
            base + "/.well-known/openid-configuration",
            base[..<path] + "/.well-known/oauth-authorization-server" + base[path...],
        ]
    }

    private static func document(at url: String, through http: any HTTPClient) async throws(Failure) -> Value? {
        var request = HTTPRequest("GET", url)
        request.headers["Accept"] = "application/json"
        let call = HTTPCall(
            request, retry: RetryPolicy(max: 1), timeouts: .init(total: .seconds(30)),
            destination: .memory(limit: 1 << 20), maximumRedirects: 0)
        let response: HTTPResponse
        do { response = try await http.send(call) } catch { throw Failure(error) }
        guard response.status == 200, let document = try? JSON.parse(response.bytes), document.mapValue != nil else {
            return nil
        }
        return document
    }

    private static func provider(
        _ document: Value, issuer: String, name: String
    ) throws(Failure) -> OAuthProvider {
        guard let found = document["issuer"]?.stringValue, found == issuer else {
            let other = document["issuer"]?.stringValue.map { "\"\(ServiceText.line($0))\"" } ?? "nobody"
            throw Failure(
                .protocolError, "the document about logins of \(issuer) is of \(other)",
                hint: "give the issuer exactly as the provider writes it", code: "issuer")
        }
        func address(_ key: String) throws(Failure) -> String? {
            guard let url = document[key]?.stringValue else { return nil }
            guard OAuthAddress.isSafe(url) else {
                throw Failure(
                    .protocolError, "\(key) of \(issuer) is no https address", hint: "ask who runs it", code: "issuer")
            }
            return url
        }
        guard let tokenURL = try address("token_endpoint") else {
            throw Failure(
                .protocolError, "\(issuer) names no token_endpoint",
                hint: "give --authorize-url and --token-url instead", code: "issuer")
        }
        func texts(_ key: String) -> [String]? { document[key]?.listValue?.compactMap(\.stringValue) }
        var tokens = TokenService(provider: name, url: tokenURL)
        // Basic is what RFC 8414 means where nothing is said.
        let methods = texts("token_endpoint_auth_methods_supported") ?? ["client_secret_basic"]
        tokens.authentication =
            methods.contains("client_secret_basic")
            ? .basic
            : methods.contains("client_secret_post")
                ? .post : methods.contains("private_key_jwt") ? .privateKeyJWT : .none
        if let url = try address("revocation_endpoint") {
            tokens.revocation = Revocation(url: url)
            tokens.revocation?.authentication = tokens.authentication == .basic ? .basic : .post
        }
        tokens.userInfoURL = try address("userinfo_endpoint")
        var provider = OAuthProvider(name: name, title: name, tokens: tokens)
        provider.issuer = issuer
        provider.namesIssuer = document["authorization_response_iss_parameter_supported"]?.boolValue ?? false
        provider.authorizeURL = try address("authorization_endpoint")
        provider.deviceURL = try address("device_authorization_endpoint")
        provider.usesPKCE = texts("code_challenge_methods_supported")?.contains("S256") ?? true
        if texts("scopes_supported")?.contains("offline_access") == true {
            provider.scopes.always = ["offline_access"]
        }
        provider.withoutRefreshToken =
            "The app may not be allowed to have one, or has to ask for the scope offline_access."
        return provider
    }
}
