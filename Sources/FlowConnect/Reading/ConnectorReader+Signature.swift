import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    /// `{ type: aws_sigv4, service: s3, bucket_in_host: ${{ !has(credential.base_url) }} }`
    mutating func signatureScheme(_ map: MapDecoder, _ fields: [CredentialType.Field]) -> SignatureScheme? {
        guard let service = map.requiredString("service", &diagnostics) else { return nil }
        func field(_ key: String, _ usual: String) -> String {
            let name = map.string(key, &diagnostics) ?? usual
            checkField(name, map, key, fields)
            return name
        }
        var scheme = SignatureScheme(
            accessKey: field("access_key", "access_key_id"), secretKey: field("secret_key", "secret_access_key"),
            region: field("region", "region"), service: service)
        if map.has("session_token") || fields.contains(where: { $0.name == "session_token" }) {
            scheme.sessionToken = field("session_token", "session_token")
        }
        scheme.hasBucketInHost = map.node("bucket_in_host").flatMap { condition($0, for: "bucket_in_host") }
        return scheme
    }

    /// `{ type: oauth1, consumer_key: api_key, consumer_secret: api_secret }`
    mutating func oauth1Scheme(_ map: MapDecoder, _ fields: [CredentialType.Field]) -> OAuth1Scheme {
        func field(_ key: String) -> String {
            let name = map.string(key, &diagnostics) ?? key
            checkField(name, map, key, fields)
            return name
        }
        return OAuth1Scheme(
            consumerKey: field("consumer_key"), consumerSecret: field("consumer_secret"), token: field("token"),
            tokenSecret: field("token_secret"))
    }

    /// `{ type: jwt_assertion, claims: { iss: ${{ credential.app_id }} }, exchange: { request: POST token, token: ${{ body.token }} } }`
    mutating func assertionScheme(_ map: MapDecoder, _ fields: [CredentialType.Field]) -> AssertionScheme? {
        let key = map.string("key", &diagnostics) ?? "private_key"
        checkField(key, map, "key", fields)
        let claims = self.fields(map, "claims") ?? []
        let lifetime = map.duration("lifetime", &diagnostics) ?? .seconds(600)
        guard let node = map.required("exchange", &diagnostics),
            let exchange = MapDecoder(node, "\"exchange\"", &diagnostics)
        else { return nil }
        exchange.finish(Self.requestKeys + ["token", "expires"], &diagnostics)
        guard var request = request(exchange),
            let token = exchange.required("token", &diagnostics).flatMap({ template($0, for: "token") })
        else { return nil }
        // However many tokens are given out, none is the worse for it.
        request.effect = .idempotent
        return AssertionScheme(
            key: key, claims: claims, lifetime: lifetime, request: request, token: token,
            expires: exchange.node("expires").flatMap { template($0, for: "expires") })
    }

    /// `{ expires: ${{ params.expires }}, method: ${{ params.method }} }`
    mutating func presign(_ node: SourceNode) -> Presign? {
        guard let map = MapDecoder(node, "\"presign\"", &diagnostics) else { return nil }
        map.finish(["expires", "method"], &diagnostics)
        return map.required("expires", &diagnostics).flatMap { valueTemplate($0) }.map {
            Presign(expires: $0, method: map.node("method").flatMap { template($0, for: "method") })
        }
    }

    /// Only a signature can stand in an address that is given away.
    mutating func checkPresigned(_ connector: Connector) {
        let isSigned = connector.auth.contains { if case .signatureV4 = $0.signer { true } else { false } }
        for request in connector.operations.flatMap(\.requests) where request.presign != nil && !isSigned {
            diagnostics.error(
                "contradiction", "\"presign\" needs a credential of type aws_sigv4", at: request.span)
        }
    }
}
