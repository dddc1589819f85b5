import FlowCore
import FlowOAuth
import FlowYAML

extension ConnectorReader {
    private static let keys = ["type", "help", "test", "base", "hosts", "resolve", "provider", "from", "scopes"]

    /// `type: oauth2`: a grant of a provider that flowctl knows (`provider:`), of one that this file describes
    /// (`authorize_url:`, `token_url:` …), or of one that another connector describes (`from:`).
    mutating func loginScheme(
        _ name: String, _ map: MapDecoder, _ entry: SourceNode.Entry, of connector: String
    ) -> AuthScheme? {
        guard let login = login(map, of: connector) else { return nil }
        return AuthScheme(
            name: name, help: map.string("help", &diagnostics) ?? "", signer: .bearer(field: "access_token"),
            fields: [], login: login, probe: map.node("test").flatMap { probe($0) },
            base: map.node("base").flatMap { template($0, for: "base") }, lookups: lookups(map),
            hosts: addresses(map, "hosts"), span: entry.keySpan)
    }

    private mutating func login(_ map: MapDecoder, of connector: String) -> AuthScheme.Login? {
        let ways = ["provider", "from", "token_url"].filter(map.has)
        guard ways.count == 1, let way = ways.first else {
            diagnostics.error(
                "unclear-provider",
                ways.isEmpty
                    ? "who gives the tokens is not said"
                    : "who gives the tokens is said twice: by \(ways.map { "\"\($0)\"" }.joined(separator: " and "))",
                at: map.start,
                hint: "give provider: with a provider of flowctl, from: with another connector, or authorize_url: and "
                    + "token_url:")
            return nil
        }
        guard way != "token_url" else {
            map.finish(Self.keys + ProviderReader.sharedKeys, &diagnostics)
            var reader = ProviderReader()
            let provider = reader.provider(map, name: connector, title: connector)
            diagnostics.add(contentsOf: reader.diagnostics.all)
            return provider.map {
                AuthScheme.Login(provider: connector, description: $0, scopes: $0.scopes.standard)
            }
        }
        map.finish(Self.keys, &diagnostics)
        let scopes = map.strings("scopes", &diagnostics)?.map(\.text) ?? []
        guard let node = map.node(way), let provider = identifier(node, "a provider") else { return nil }
        guard way == "from" || ProviderCatalog.names.contains(provider) else {
            diagnostics.error(
                "unknown-provider", "flowctl knows no provider \"\(provider)\"", at: node.span,
                hint: Suggestion.didYouMean(provider, among: ProviderCatalog.names)
                    ?? "use one of \(ProviderCatalog.names.joined(separator: ", ")), or give its authorize_url and token_url"
            )
            return nil
        }
        return AuthScheme.Login(provider: provider, description: nil, scopes: scopes)
    }
}
