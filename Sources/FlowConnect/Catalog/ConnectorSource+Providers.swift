import FlowCore
package import FlowOAuth

extension ConnectorSource {
    /// The provider of this name: one of flowctl's, else that of the connector so called, whose scopes are then those
    /// its operations need.
    ///
    /// - Throws: the first error `Diagnostic` of the connector's file, or a `Failure` where the file can't be read.
    package func provider(named name: String) throws -> OAuthProvider? {
        if let provider = ProviderCatalog.provider(name) { return provider }
        guard let connector = try connector(name), let login = connector.auth.lazy.compactMap(\.login).first else {
            return nil
        }
        if var described = login.description {
            described.title = connector.title
            described.hosts = ([connector.base] + connector.hosts).compactMap(\.literal)
            return described
        }
        guard login.provider != name, var provider = try provider(named: login.provider) else { return nil }
        if !login.scopes.isEmpty { provider.scopes.standard = login.scopes }
        return provider
    }

    /// The node that shows whether a grant of this provider works; nil where no connector has one.
    package func testNode(forProvider provider: String) -> String? {
        for name in connectorNames {
            guard let connector = try? connector(name) else { continue }
            for scheme in connector.auth where scheme.login?.provider == provider {
                if let test = scheme.probe?.operation { return "\(name).\(test)" }
            }
        }
        return nil
    }
}
