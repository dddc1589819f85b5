package import FlowCore
import FlowSpec

extension TokenEndpoint {
    /// Gives a grant back, as the provider wants it (RFC 7009 and others). A token that had ended already is fine.
    ///
    /// - Throws: what the network or the provider says against it.
    package func revoke(_ grant: StoredGrant, by revocation: Revocation) async throws(Failure) {
        let refresh = revocation.token == .refresh ? grant.refreshToken : nil
        guard let token = refresh ?? grant.tokens?.access else { return }
        var request = HTTPRequest(
            revocation.method, fill(revocation.url, ["client_id": PercentEncoding.encode(client?.id ?? "")]))
        request.headers["Accept"] = "application/json"
        for (name, value) in service.headers.sorted(by: { $0.key < $1.key }) { request.headers[name] = value }
        var parameters = [(revocation.parameter, token)]
        if revocation.body == .form {
            parameters.append(("token_type_hint", refresh == nil ? "access_token" : "refresh_token"))
        }
        try authenticate(&request, token, revocation.authentication, &parameters)
        switch revocation.body {
        case .form: request.setBody(parameters, as: .form)
        case .json: request.setBody(parameters, as: .json)
        case .none: break
        }
        let call = HTTPCall(
            request, effect: .idempotent, timeouts: .init(connect: .seconds(5), total: .seconds(10)),
            destination: .memory(limit: 1 << 20), maximumRedirects: 0)
        let asked = clock.now()
        let response: HTTPResponse
        do { response = try await http.send(call) } catch { throw Failure(error) }
        let answer = TokenAnswer(response, from: service)
        if let refusal = TokenRefusal(answer, to: .revocation, asked: asked) { throw refusal.failure }
    }

    private func authenticate(
        _ request: inout HTTPRequest, _ token: String, _ authentication: Revocation.Authentication,
        _ parameters: inout [(String, String)]
    ) throws(Failure) {
        switch (authentication, client, client?.secret) {
        case (.none, _, _), (_, nil, _): break
        case (.post, let client?, _) where service.authentication == .privateKeyJWT:
            parameters += try client.assertion(for: service, now: clock.now())
        case (.bearer, _, _):
            request.headers["Authorization"] = "Bearer \(token)"
            request.secrets.add(header: "Authorization")
        case (.basic, let client?, let secret?): request.authenticate(client, secret)
        case (.post, let client?, let secret?):
            parameters += [("client_id", client.id), ("client_secret", secret)]
        case (_, let client?, nil): parameters.append(("client_id", client.id))
        }
    }
}
