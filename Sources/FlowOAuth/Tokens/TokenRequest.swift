import FlowCore
import FlowSpec

/// One request to a token endpoint: its parameters, and what they are for.
struct TokenRequest {
    enum Purpose: Sendable { case code, refresh, clientCredentials, assertion, device, revocation }

    var purpose: Purpose
    /// nil for the token endpoint.
    var url: String?
    /// In the order they are sent.
    var parameters: [(String, String)]

    /// As it is sent, with the app's own proof of who it is.
    ///
    /// - Throws: what keeps the app's key from signing.
    func rendered(for service: TokenService, client: OAuthClient?, now: Timestamp) throws(Failure) -> HTTPRequest {
        var request = HTTPRequest("POST", url ?? service.url)
        request.headers["Accept"] = "application/json"
        for (name, value) in service.headers.sorted(by: { $0.key < $1.key }) { request.headers[name] = value }
        var parameters = parameters
        if let client {
            switch (service.authentication, client.secret) {
            case (.privateKeyJWT, _): parameters += try client.assertion(for: service, now: now)
            case (.basic, let secret?): request.authenticate(client, secret)
            case (.post, let secret?): parameters += [("client_id", client.id), ("client_secret", secret)]
            case (.none, _), (_, nil): parameters.append(("client_id", client.id))
            }
        }
        request.setBody(parameters, as: service.body)
        return request
    }
}

extension OAuthClient {
    /// The parameters that show who the app is by its key.
    func assertion(for service: TokenService, now: Timestamp) throws(Failure) -> [(String, String)] {
        guard let key else {
            throw Failure(
                .auth, "the app has no private key to show \(service.title) who it is",
                hint: "log in again with --client-key", code: "private_key", nothingSent: true)
        }
        return [
            ("client_id", id), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", try key.assertion(issuer: id, subject: id, audience: service.url, now: now)),
        ]
    }
}

extension HTTPRequest {
    /// Id and secret as HTTP Basic, each encoded as in a form first (RFC 6749, 2.3.1).
    mutating func authenticate(_ client: OAuthClient, _ secret: String) {
        let pair = PercentEncoding.encodeForm(client.id) + ":" + PercentEncoding.encodeForm(secret)
        headers["Authorization"] = "Basic " + Base64.encode(Array(pair.utf8))
        secrets.add(header: "Authorization")
    }

    mutating func setBody(_ parameters: [(String, String)], as format: TokenService.BodyFormat) {
        switch format {
        case .form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = .bytes(Array(FormText.encode(parameters).utf8))
        case .json:
            headers["Content-Type"] = "application/json"
            body = .bytes(JSON.bytes(.map(ValueMap(parameters.map { ($0, Value.string($1)) }))))
        }
        for (name, value) in parameters where FormText.isSecret(name) {
            secrets.add(inBody: .secret(.string(value)), under: name)
        }
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    static func encode(_ parameters: [(String, String)]) -> String {
        parameters.map { PercentEncoding.encodeForm($0) + "=" + PercentEncoding.encodeForm($1) }
            .joined(separator: "&")
    }

    /// The first value of each name.
    static func decode(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PercentEncoding.decode(String($0), plusIsSpace: true)
            }
            if parts.count == 2, values[parts[0]] == nil { values[parts[0]] = parts[1] }
        }
        return values
    }

    /// What must not be seen in a trace; the rest helps to find out why a provider refuses.
    static func isSecret(_ name: String) -> Bool {
        !["grant_type", "client_id", "redirect_uri", "scope", "audience", "token_type_hint", "client_assertion_type"]
            .contains(name)
    }
}
