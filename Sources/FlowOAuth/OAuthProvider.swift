/// What flowctl knows of a service that people log in to: its addresses, what to ask for, and how it departs from the
/// standards. Plain data: no provider has code of its own.
package struct OAuthProvider: Sendable, Hashable {
    /// How a browser comes back with the code.
    package enum Redirect: String, Sendable, Hashable, CaseIterable {
        /// To `http://127.0.0.1` and any port (RFC 8252).
        case loopback
        /// To `http://localhost` and any port.
        case localhost
        /// To `http://127.0.0.1` and the one port that is registered.
        case fixed
        /// Only to an https page: the user copies its address and pastes it.
        case paste
    }

    /// Whether an app has a secret besides its id.
    package enum Secret: String, Sendable, Hashable, CaseIterable { case required, optional, none }

    /// A part of the addresses that is the user's own, such as a tenant.
    package struct Variable: Sendable, Hashable {
        package var name: String
        package var help: String
        package var value: String

        package init(name: String, help: String, value: String) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    /// `google`
    package var name: String
    /// `Google`
    package var title: String
    /// Other names it is looked up by.
    package var aliases: [String]
    package var variables: [Variable]
    /// Who the provider says it is; where an answer names an issuer, it has to be this one (RFC 9207).
    package var issuer: String?
    /// Whether each answer names the issuer, so that one that doesn't is refused.
    package var namesIssuer: Bool
    /// nil where only machines log in.
    package var authorizeURL: String?
    package var deviceURL: String?
    package var tokens: TokenService
    package var secret: Secret
    package var redirect: Redirect
    /// The port of a redirect that must be registered with one.
    package var port: Int?
    /// Whether a challenge is sent (RFC 7636); a provider that knows none may refuse it.
    package var usesPKCE: Bool
    /// Sent with each authorization request, such as what asks for a refresh token.
    package var parameters: [String: String]
    package var scopes: ScopeRules
    /// The addresses of the services that take its tokens.
    package var hosts: [String]
    /// Why an answer may lack a refresh token; nil where none is to be expected.
    package var withoutRefreshToken: String?
    package var guide: Guide

    package init(name: String, title: String, tokens: TokenService) {
        self.name = name
        self.title = title
        self.tokens = tokens
        aliases = []
        variables = []
        namesIssuer = false
        secret = .optional
        redirect = .loopback
        usesPKCE = true
        parameters = [:]
        scopes = ScopeRules()
        hosts = []
        guide = Guide()
    }

    /// What a user does at the provider, before a login and after it.
    package struct Guide: Sendable, Hashable {
        /// Where apps are registered.
        package var console: String?
        /// In order, as imperative sentences; `{redirect}` stands for the redirect URI.
        package var steps: [String] = []
        /// What goes wrong often.
        package var traps: [String] = []
        /// Where a user takes a grant back.
        package var manage: String?

        package init() {}
    }

    /// The provider with the variables of its addresses replaced.
    ///
    /// - Parameter values: by name; the others keep their standard value.
    package func resolved(_ values: [String: String] = [:]) -> OAuthProvider {
        guard !variables.isEmpty else { return self }
        let values = Dictionary(uniqueKeysWithValues: variables.map { ($0.name, values[$0.name] ?? $0.value) })
        var copy = self
        copy.variables = variables.map { Variable(name: $0.name, help: $0.help, value: values[$0.name] ?? $0.value) }
        copy.issuer = issuer.map { fill($0, values) }
        copy.authorizeURL = authorizeURL.map { fill($0, values) }
        copy.deviceURL = deviceURL.map { fill($0, values) }
        copy.tokens.url = fill(tokens.url, values)
        copy.tokens.revocation?.url = fill(tokens.revocation?.url ?? "", values)
        copy.hosts = hosts.map { fill($0, values) }
        copy.guide.console = guide.console.map { fill($0, values) }
        copy.guide.manage = guide.manage.map { fill($0, values) }
        return copy
    }
}

/// Which scopes a provider has, and how they are written.
package struct ScopeRules: Sendable, Hashable {
    /// From short names to the provider's: `drive` to `https://www.googleapis.com/auth/drive`.
    package var names: [String: String] = [:]
    /// Asked for where the user names none.
    package var standard: [String] = []
    /// Asked for with every login, as what brings a refresh token.
    package var always: [String] = []
    /// Asked for where a machine gets a token and names none.
    package var machine: [String] = []
    /// Parameters for scopes of another kind, by the prefix they are given with: `user` to `user_scope` sends
    /// `user/search:read` there.
    package var parameters: [String: String] = [:]

    package init() {}

    /// Scopes as the provider calls them, each once.
    ///
    /// - Parameter words: short names and scopes, in any mixture.
    package func resolved(_ words: [String]) -> [String] {
        words.reduce(into: []) { scopes, word in
            let scope = names[word] ?? word
            if !scopes.contains(scope) { scopes.append(scope) }
        }
    }

    /// The parameters of an authorization request: `scope`, and those of other kinds.
    ///
    /// - Parameter scopes: as ``resolved(_:)`` gives them.
    func query(_ scopes: [String], separator: String) -> [(String, String)] {
        var byParameter: [String: [String]] = [:]
        for scope in scopes {
            let prefix = scope.prefix { $0 != "/" }
            if prefix.count < scope.count, let parameter = parameters[String(prefix)] {
                byParameter[parameter, default: []].append(String(scope.dropFirst(prefix.count + 1)))
            } else {
                byParameter["scope", default: []].append(scope)
            }
        }
        return byParameter.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: separator)) }
    }
}

/// A text with `{name}` replaced by values.
func fill(_ text: String, _ values: [String: String]) -> String {
    var rest = text[...]
    var filled = ""
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        let name = String(rest[rest.index(after: open)..<close])
        filled += rest[..<open] + (values[name] ?? "{\(name)}")
        rest = rest[rest.index(after: close)...]
    }
    return filled + rest
}
