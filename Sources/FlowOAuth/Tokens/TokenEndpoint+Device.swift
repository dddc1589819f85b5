import FlowCore
import FlowSpec

extension TokenEndpoint {
    /// The answer of a device authorization endpoint (RFC 8628, 3.1).
    func device(at url: String, scopes: [String]) async throws(Failure) -> Value {
        var parameters: [(String, String)] = []
        add(scopes, to: &parameters)
        let asked = clock.now()
        let response = try await send(TokenRequest(purpose: .device, url: url, parameters: parameters))
        let answer = TokenAnswer(response, from: service)
        if let refusal = TokenRefusal(answer, to: .device, asked: asked) { throw refusal.failure }
        return answer.members ?? .null
    }

    /// One question whether the user has typed the code by now.
    func poll(_ deviceCode: String) async throws(Failure) -> OAuthTokens {
        try await tokens(
            for: TokenRequest(
                purpose: .device,
                parameters: [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", deviceCode),
                ]))
    }
}
