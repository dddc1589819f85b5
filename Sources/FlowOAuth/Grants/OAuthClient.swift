/// The app that a user has registered with a provider, by its own name for it.
package struct OAuthClient: Sendable, Hashable {
    package var id: String
    /// nil for a public client: one that proves itself by PKCE alone, or by its key.
    package var secret: String?
    /// What it signs with where the provider knows its public key instead of a secret.
    package var key: AssertionKey?

    package init(id: String, secret: String? = nil, key: AssertionKey? = nil) {
        self.id = id
        self.secret = secret
        self.key = key
    }
}

extension OAuthClient: CustomStringConvertible, CustomReflectable {
    package var description: String { "an app" }
    /// Empty, so that no dump of a structure shows the secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
