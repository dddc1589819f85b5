package import FlowCore
package import FlowOAuth
import FlowYAML

/// Reads the files of providers strictly: every mistake is a diagnostic with its place.
package struct ProviderReader {
    var diagnostics = Diagnostics()

    /// Reads the text of one file.
    ///
    /// - Returns: the provider, nil where it can't be used; and every diagnostic.
    package static func read(_ text: SourceText) -> (OAuthProvider?, Diagnostics) {
        var reader = ProviderReader()
        guard let root = YAML.read(text, diagnostics: &reader.diagnostics) else { return (nil, reader.diagnostics) }
        let provider = reader.provider(root)
        return (reader.diagnostics.hasErrors ? nil : provider, reader.diagnostics)
    }

    /// What a file has, and an authentication of a connector that describes a provider of its own.
    static let sharedKeys = [
        "authorize_url", "token_url", "device_url", "issuer", "client_secret", "redirect", "port", "pkce", "parameters",
        "scopes", "tokens", "refusals", "revocation", "without_refresh_token", "guide",
    ]
    private static let ownKeys = ["provider", "title", "aliases", "variables", "hosts"]

    private mutating func provider(_ root: SourceNode) -> OAuthProvider? {
        guard let map = MapDecoder(root, "a provider", &diagnostics) else { return nil }
        map.finish(ProviderReader.ownKeys + ProviderReader.sharedKeys, &diagnostics)
        guard let name = map.requiredString("provider", &diagnostics),
            let title = map.requiredString("title", &diagnostics),
            var provider = provider(map, name: name, title: title)
        else { return nil }
        provider.aliases = texts(map, "aliases")
        provider.variables = map.map("variables", &diagnostics)?.compactMap { variable($0) } ?? []
        provider.hosts = map.required("hosts", &diagnostics) == nil ? [] : texts(map, "hosts")
        return provider
    }

    /// The parts under ``sharedKeys``.
    mutating func provider(_ map: MapDecoder, name: String, title: String) -> OAuthProvider? {
        guard let tokenURL = map.requiredString("token_url", &diagnostics) else { return nil }
        var tokens = TokenService(provider: name, url: tokenURL)
        read(map.node("tokens"), into: &tokens)
        if let node = map.node("refusals") { tokens.refusals = refusals(node) }
        tokens.revocation = map.node("revocation").flatMap { revocation($0) }
        var provider = OAuthProvider(name: name, title: title, tokens: tokens)
        provider.authorizeURL = map.string("authorize_url", &diagnostics)
        provider.deviceURL = map.string("device_url", &diagnostics)
        provider.issuer = map.string("issuer", &diagnostics)
        provider.secret = map.choice("client_secret", &diagnostics) ?? .optional
        provider.redirect = map.choice("redirect", &diagnostics) ?? .loopback
        provider.port = map.int("port", in: 1...65535, &diagnostics)
        provider.usesPKCE = map.bool("pkce", &diagnostics) ?? true
        provider.parameters = textMap(map, "parameters")
        provider.withoutRefreshToken = map.string("without_refresh_token", &diagnostics)
        if let node = map.node("scopes") { read(scopes: node, into: &provider) }
        if let node = map.node("guide") { provider.guide = guide(node) }
        if provider.redirect == .fixed, provider.port == nil {
            diagnostics.error(
                "missing-key", "a fixed redirect needs its port", at: map.node("redirect")?.span ?? map.start,
                hint: "add port")
        }
        for key in ["authorize_url", "token_url", "device_url", "issuer"] { checkAddress(map, key) }
        return provider
    }

    /// Secrets go there: plain http is for this machine alone.
    private mutating func checkAddress(_ map: MapDecoder, _ key: String) {
        guard let node = map.node(key), let url = node.string, !OAuthAddress.isSafe(url) else { return }
        diagnostics.error(
            "bad-address", "\"\(key)\" must be an https address", at: node.span, hint: "write it as https://…")
    }

    private mutating func variable(_ entry: SourceNode.Entry) -> OAuthProvider.Variable? {
        guard let map = MapDecoder(entry.value, "the variable \"\(entry.key)\"", &diagnostics) else { return nil }
        map.finish(["value", "help"], &diagnostics)
        guard let value = map.requiredString("value", &diagnostics) else { return nil }
        return OAuthProvider.Variable(
            name: entry.key, help: map.string("help", &diagnostics) ?? "", value: value)
    }

    private mutating func read(_ node: SourceNode?, into tokens: inout TokenService) {
        guard let node, let map = MapDecoder(node, "\"tokens\"", &diagnostics) else { return }
        map.finish(
            ["client_authentication", "body", "headers", "rotates", "lifetime", "types", "nested", "account"],
            &diagnostics)
        tokens.authentication = map.choice("client_authentication", &diagnostics) ?? .post
        tokens.body = map.choice("body", &diagnostics) ?? .form
        tokens.headers = textMap(map, "headers")
        tokens.rotates = map.bool("rotates", &diagnostics) ?? true
        tokens.lifetime = map.duration("lifetime", &diagnostics)
        tokens.tokenTypes = Set(texts(map, "types"))
        tokens.nested = map.string("nested", &diagnostics)
        tokens.account = map.string("account", &diagnostics)
    }

    private mutating func refusals(_ node: SourceNode) -> TokenService.Refusals {
        var refusals = TokenService.Refusals()
        guard let map = MapDecoder(node, "\"refusals\"", &diagnostics) else { return refusals }
        map.finish(["success", "code", "description", "meanings"], &diagnostics)
        refusals.success = map.string("success", &diagnostics)
        refusals.code = map.string("code", &diagnostics) ?? refusals.code
        refusals.description = map.string("description", &diagnostics) ?? refusals.description
        refusals.meanings = textMap(map, "meanings")
        return refusals
    }

    private mutating func revocation(_ node: SourceNode) -> Revocation? {
        guard let map = MapDecoder(node, "\"revocation\"", &diagnostics) else { return nil }
        map.finish(["url", "method", "token", "parameter", "body", "authentication"], &diagnostics)
        guard let url = map.requiredString("url", &diagnostics) else { return nil }
        return Revocation(
            url: url, method: map.string("method", &diagnostics) ?? "POST",
            token: map.choice("token", &diagnostics) ?? .refresh,
            parameter: map.string("parameter", &diagnostics) ?? "token",
            body: map.choice("body", &diagnostics) ?? .form,
            authentication: map.choice("authentication", &diagnostics) ?? .post)
    }

    /// A list is what is asked for where the user names nothing; a map says more.
    private mutating func read(scopes node: SourceNode, into provider: inout OAuthProvider) {
        if node.list != nil {
            provider.scopes.standard = node.list?.compactMap { $0.decodeString(&diagnostics) } ?? []
            return
        }
        guard let map = MapDecoder(node, "\"scopes\"", &diagnostics) else { return }
        map.finish(["names", "standard", "always", "machine", "parameters", "separator", "repeated"], &diagnostics)
        provider.scopes.names = textMap(map, "names")
        provider.scopes.standard = texts(map, "standard")
        provider.scopes.always = texts(map, "always")
        provider.scopes.machine = texts(map, "machine")
        provider.scopes.parameters = textMap(map, "parameters")
        provider.tokens.scopeSeparator = map.string("separator", &diagnostics) ?? " "
        provider.tokens.repeatsScopes = map.bool("repeated", &diagnostics) ?? false
    }

    private mutating func guide(_ node: SourceNode) -> OAuthProvider.Guide {
        var guide = OAuthProvider.Guide()
        guard let map = MapDecoder(node, "\"guide\"", &diagnostics) else { return guide }
        map.finish(["console", "manage", "steps", "traps"], &diagnostics)
        guide.console = map.string("console", &diagnostics)
        guide.manage = map.string("manage", &diagnostics)
        guide.steps = texts(map, "steps")
        guide.traps = texts(map, "traps")
        return guide
    }

    private mutating func texts(_ map: MapDecoder, _ key: String) -> [String] {
        map.strings(key, &diagnostics)?.map(\.text) ?? []
    }

    private mutating func textMap(_ map: MapDecoder, _ key: String) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in map.map(key, &diagnostics) ?? [] {
            texts[entry.key] = entry.value.decodeString(for: entry.key, &diagnostics)
        }
        return texts
    }
}
