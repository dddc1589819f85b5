import FlowCore
import FlowCrypto

/// A signature of OAuth 1.0 over method, address, query and form, with HMAC-SHA1 (RFC 5849).
struct OAuth1Signature {
    let consumerKey: String
    let consumerSecret: String
    let token: String
    let tokenSecret: String
    /// Never used twice with the same time.
    let nonce: String
    let time: Timestamp

    func sign(_ request: inout HTTPRequest) throws(Failure) {
        var protocolFields = [
            ("oauth_consumer_key", consumerKey), ("oauth_nonce", nonce), ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", String(time.seconds)), ("oauth_token", token), ("oauth_version", "1.0"),
        ]
        let pairs = Self.query(of: request.url) + Self.form(of: request) + protocolFields
        let base = [request.method, Self.address(request.url), Self.normalized(pairs)].map {
            PercentEncoding.encode($0)
        }
        let key = [consumerSecret, tokenSecret].map { PercentEncoding.encode($0) }
        let code = try MessageCode.hmac(
            .sha1, key: Array(key.joined(separator: "&").utf8), Array(base.joined(separator: "&").utf8))
        protocolFields.append(("oauth_signature", Base64.encode(code)))
        request.headers["Authorization"] =
            "OAuth "
            + protocolFields.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(PercentEncoding.encode($0.1))\"" }
            .joined(separator: ", ")
    }

    /// Without query, with a port only where it isn't the usual one (3.4.1.2).
    private static func address(_ url: String) -> String {
        let whole = url.prefix { $0 != "?" && $0 != "#" }
        guard let origin = Origin(url), let start = whole.firstRange(of: "://")?.upperBound else {
            return String(whole)
        }
        let path = whole[start...].drop { $0 != "/" }
        return origin.description + (path.isEmpty ? "/" : path)
    }

    private static func query(of url: String) -> [(String, String)] {
        pairs(url.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst())
    }

    /// The fields of a form; any other body is not signed (3.4.1.3.1).
    private static func form(of request: HTTPRequest) -> [(String, String)] {
        guard request.headers["Content-Type"]?.hasPrefix("application/x-www-form-urlencoded") == true,
            case .bytes(let bytes) = request.body
        else { return [] }
        return pairs(String(decoding: bytes, as: UTF8.self)[...])
    }

    private static func pairs(_ text: Substring) -> [(String, String)] {
        text.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return (decoded(name), decoded(pair.dropFirst(name.count + 1)))
        }
    }

    private static func decoded(_ text: Substring) -> String { PercentEncoding.decode(String(text), plusIsSpace: true) }

    /// In order of the encoded names, then values (3.4.1.3.2).
    private static func normalized(_ pairs: [(String, String)]) -> String {
        pairs.map { (PercentEncoding.encode($0.0), PercentEncoding.encode($0.1)) }
            .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }
}
