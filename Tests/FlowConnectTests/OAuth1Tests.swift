import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

/// Signatures of OAuth 1.0.
@Suite struct OAuth1Tests {
    private func authorization(_ request: HTTPRequest, _ signature: OAuth1Signature) throws -> String {
        var request = request
        try signature.sign(&request)
        return request.headers["Authorization"] ?? ""
    }

    private func form(_ url: String, _ body: String) -> HTTPRequest {
        HTTPRequest(
            "POST", url, headers: HTTPHeaders([("Content-Type", "application/x-www-form-urlencoded")]),
            body: .bytes(Array(body.utf8)))
    }

    /// The example that the service of the first vector has published.
    private let published = OAuth1Signature(
        consumerKey: "xvz1evFS4wEEPTGEFPHBog", consumerSecret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        tokenSecret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        nonce: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", time: Timestamp(seconds: 1_318_622_958))

    @Test func queryAndFormAreSignedAsPublished() throws {
        let request = form(
            "https://api.x.com/1.1/statuses/update.json?include_entities=true",
            "status=Hello+Ladies+%2B+Gentlemen%2C+a+signed+OAuth+request%21")
        #expect(
            try authorization(request, published)
                == "OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", "
                + "oauth_nonce=\"kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg\", "
                + "oauth_signature=\"Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D\", oauth_signature_method=\"HMAC-SHA1\", "
                + "oauth_timestamp=\"1318622958\", "
                + "oauth_token=\"370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb\", oauth_version=\"1.0\"")
    }

    @Test func aBodyThatIsNoFormIsNotSigned() throws {
        let request = HTTPRequest(
            "POST", "https://api.x.com/2/tweets", headers: HTTPHeaders([("Content-Type", "application/json")]),
            body: .bytes(Array(#"{"text":"a=b"}"#.utf8)))
        #expect(
            try authorization(request, published).contains("oauth_signature=\"lr%2BtV%2FDKclEvXKVjG6tgaSSLV0k%3D\""))
    }

    /// The request of RFC 5849, 3.4.1.1, with a version; another implementation has signed it.
    @Test func namesAndValuesAreInOrderOfTheirEncodings() throws {
        let signature = OAuth1Signature(
            consumerKey: "9djdj82h48djs9d2", consumerSecret: "j49sk3j29djd", token: "kkk9d7dh3k39sjv7",
            tokenSecret: "dh893hdasih9", nonce: "00112233445566778899aabbccddeeff",
            time: Timestamp(seconds: 137_131_201))
        let request = form("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", "c2&a3=2+q")
        #expect(try authorization(request, signature).contains("oauth_signature=\"%2BWqKUyQB7by5p7vNCf2hM9q8qjA%3D\""))
    }

    @Test func anOperationIsSignedWithTheFieldsThatTheSchemeNames() async throws {
        let head = """
            auth:
              acme_keys:
                type: oauth1
                consumer_key: api_key
                consumer_secret: api_secret
                fields:
                  api_key: {}
                  api_secret: { secret: true }
                  token: {}
                  token_secret: { secret: true }
            """
        let connector = try TestConnector("  get: { summary: S., effect: read, request: GET /k }", head: head)
        let fields: [(String, Value)] = [
            ("api_key", "key-1"), ("api_secret", .secret("fake-1")), ("token", "token-1"),
            ("token_secret", .secret("fake-2")),
        ]
        let credential = Credential(name: "bird", type: "acme_keys", fields: ValueMap(fields))
        let request = try #require(
            try await connector.run("get", credential: credential, now: Timestamp(seconds: 5)).requests.first)
        let header = try #require(request.headers["Authorization"])
        #expect(header.hasPrefix("OAuth oauth_consumer_key=\"key-1\", oauth_nonce=\""))
        #expect(header.contains("oauth_timestamp=\"5\"") && header.contains("oauth_token=\"token-1\""))
        #expect(request.secrets.headers.contains("authorization"))
    }

    @Test func aFieldThatIsNotThereIsNamed() {
        let text =
            "connector: acme\nbase: https://a.test\nauth: { acme: { type: oauth1, token: tokn } }\noperations:\n"
            + "  op: { summary: S., effect: read, request: GET /k }\n"
        let found = ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted
        #expect(found.map(\.message) == ["there is no field \"tokn\""])
        #expect(found.first?.hint == "did you mean \"token\"?")
    }
}
