import FlowCore

/// How a user logged in, so that the next login needs no more than the name of the credential.
package struct LoginRules: Sendable, Hashable {
    /// Where the browser came back; nil for any port of this machine.
    package var redirectURI: String?
    /// What the provider's addresses were filled with, such as a tenant.
    package var variables: [String: String] = [:]
    /// What was asked for, where that is known: less may have been granted.
    package var scopes: [String] = []
    /// The provider's addresses, for one that flowctl doesn't know by name, or no longer knows there.
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
        for (name, text) in value?["variables"]?.mapValue ?? ValueMap() { variables[name.text] = text.stringValue }
        scopes = value?["scopes"]?.stringValue?.split(separator: " ").map(String.init) ?? []
    }

    /// As a credential holds it; nil where there is nothing to say.
    var field: Value? {
        var map = ValueMap()
        for (name, text) in [
            ("redirect_uri", redirectURI), ("issuer", issuer), ("authorize_url", authorizeURL),
            ("device_url", deviceURL), ("scopes", scopes.isEmpty ? nil : scopes.joined(separator: " ")),
        ] {
            if let text { map[name] = .string(text) }
        }
        if !variables.isEmpty {
            map["variables"] = .map(
                ValueMap(variables.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value)) }))
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

    /// The provider for the next login: what is known of it by its name where that leads to the server which gave this
    /// grant, so that no secret of the app goes to another one; else as the grant remembers it.
    ///
    /// - Parameter values: of the variables in its addresses, by name; the others are as they were.
    package func provider(
        orKnown known: OAuthProvider?, values: [String: String]
    ) -> OAuthProvider {
        guard var known else { return provider }
        known.variables = known.variables.map { variable in
            var variable = variable
            variable.value = login.variables[variable.name] ?? variable.value
            return variable
        }
        let isSame = [[:], values].contains { known.resolved($0).tokens.url == service.url }
        return isSame ? known : provider
    }
}
