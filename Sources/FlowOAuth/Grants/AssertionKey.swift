package import FlowCore
import FlowCrypto

/// A private key that shows who asks by what it signs (RFC 7523).
package struct AssertionKey: Sendable, Hashable {
    /// PEM.
    package var pem: String
    /// What the provider calls it.
    package var id: String?

    package init(pem: String, id: String? = nil) {
        self.pem = pem
        self.id = id
    }

    /// - Throws: `invalid` with the code `private_key` where the key can't be used.
    package func check() throws(Failure) { _ = try SigningKey(pem: pem) }

    /// A signed text that is good for ten minutes, and once.
    ///
    /// - Parameters:
    ///   - issuer: whose key it is.
    ///   - subject: whom the token is for; nil for the issuer where the provider takes that for granted.
    ///   - audience: who is to read it.
    /// - Throws: as ``check()``.
    func assertion(
        issuer: String, subject: String?, audience: String, scope: String = "", now: Timestamp
    ) throws(Failure) -> String {
        var claims = ValueMap([
            ("iss", .string(issuer)), ("aud", .string(audience)), ("iat", .int(now.seconds)),
            ("exp", .int(now.seconds + 600)), ("jti", .string(Hexadecimal.encode(Random.bytes(16)))),
        ])
        if let subject { claims["sub"] = .string(subject) }
        if !scope.isEmpty { claims["scope"] = .string(scope) }
        return try signed(claims)
    }

    /// Claims as a JSON Web Token (RFC 7519).
    ///
    /// - Throws: as ``check()``.
    package func signed(_ claims: ValueMap) throws(Failure) -> String {
        let key = try SigningKey(pem: pem)
        var header = ValueMap([("alg", .string(key.algorithm == .rsa ? "RS256" : "ES256")), ("typ", "JWT")])
        if let id { header["kid"] = .string(id) }
        let signed = [header, claims].map { Base64.encode(JSON.bytes(.map($0)), alphabet: .url) }
            .joined(separator: ".")
        return signed + "." + Base64.encode(try key.sign(Array(signed.utf8)), alphabet: .url)
    }
}

extension AssertionKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "a private key" }
    /// Empty, so that no dump of a structure shows the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
