package import FlowCore
import FlowCrypto

/// Shows that who trades a code for tokens is who asked for it (PKCE, RFC 7636, method S256).
package struct ProofKey: Sendable {
    /// 43 characters; sent with the code only.
    package let verifier: String
    /// Sent with the authorization request.
    package let challenge: String

    package init() throws(Failure) { try self.init(verifier: Base64.encode(Random.bytes(32), alphabet: .url)) }

    init(verifier: String) throws(Failure) {
        self.verifier = verifier
        challenge = Base64.encode(try Digest.sha256(Array(verifier.utf8)), alphabet: .url)
    }
}
