import FlowCore

/// How a user logged in, so that the next login needs no more than the name of the credential.
package struct LoginRules: Sendable, Hashable {
    /// Where the browser came back; nil for any port of this machine.
    package var redirectURI: String?
    /// The addresses of a provider that flowctl doesn't know by name.
    package var issuer: String?
    package var authorizeURL: String?
    package var deviceURL: String?

    package init(
        redirectURI: String? = nil, issuer: String? = nil, authorizeURL: String? = nil, deviceURL: String? = nil
    ) {
        self.redirectURI = redirectURI
        self.issuer = issuer
        self.authorizeURL = authorizeURL
        self.deviceURL = deviceURL
    }

    init(_ value: Value?) {
        redirectURI = value?["redirect_uri"]?.stringValue
        issuer = value?["issuer"]?.stringValue
        authorizeURL = value?["authorize_url"]?.stringValue
        deviceURL = value?["device_url"]?.stringValue
    }

    /// As a credential holds it; nil where there is nothing to say.
    var field: Value? {
        var map = ValueMap()
        for (name, text) in [
            ("redirect_uri", redirectURI), ("issuer", issuer), ("authorize_url", authorizeURL),
            ("device_url", deviceURL),
        ] {
            if let text { map[name] = .string(text) }
        }
        guard !map.isEmpty else { return nil }
        return .map(map)
    }
}

extension StoredGrant {
    /// The provider as the grant remembers it, for the next login.
    package var provider: OAuthProvider {
        let name = service.provider ?? service.title
        var provider = OAuthProvider(name: name, title: name, tokens: service)
        provider.issuer = login.issuer
        provider.authorizeURL = login.authorizeURL
        provider.deviceURL = login.deviceURL
        return provider
    }
}
