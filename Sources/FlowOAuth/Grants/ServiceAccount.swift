import FlowCore

/// An account of a machine: it shows who it is by a text that its private key signs (RFC 7523).
package struct ServiceAccount: Sendable, Hashable {
    /// The account's own name, for Google an address such as `robot@project.iam.gserviceaccount.com`.
    package var issuer: String
    /// The user it acts for; nil for itself.
    package var subject: String?
    /// Who is to read the assertion; nil is the token endpoint.
    package var audience: String?
    /// The name of the key at the provider.
    package var keyID: String?
    /// PEM.
    package var privateKey: String

    package init(
        issuer: String, subject: String? = nil, audience: String? = nil, keyID: String? = nil, privateKey: String
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.keyID = keyID
        self.privateKey = privateKey
    }

    /// - Throws: `invalid` with the code `private_key` where the key can't be used.
    func assertion(audience: String, scope: String, now: Timestamp) throws(Failure) -> String {
        try AssertionKey(pem: privateKey, id: keyID).assertion(
            issuer: issuer, subject: subject, audience: audience, scope: scope, now: now)
    }
}

extension ServiceAccount: CustomStringConvertible, CustomReflectable {
    package var description: String { "a service account" }
    /// Empty, so that no dump of a structure shows the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
