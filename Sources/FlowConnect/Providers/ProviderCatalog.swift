package import FlowCore
package import FlowOAuth

/// The providers that are part of flowctl; each is read when it is asked for.
package enum ProviderCatalog {
    /// `google` of `connectors/providers/google.yaml`, sorted.
    package static var names: [String] { EmbeddedCatalog.providers.map(\.name) }

    package static var all: [OAuthProvider] { EmbeddedCatalog.providers.compactMap(read) }

    /// By its name or an alias; nil where there is none.
    package static func provider(_ name: String) -> OAuthProvider? {
        if let file = EmbeddedCatalog.providers.first(where: { $0.name == name }) { return read(file) }
        return all.first { $0.aliases.contains(name) }
    }

    /// What there is to say about the file of a provider.
    package static func diagnostics(of name: String) -> Diagnostics? {
        EmbeddedCatalog.providers.first { $0.name == name }.map { ProviderReader.read(text(of: $0)).1 }
    }

    private static func read(_ file: EmbeddedCatalog.File) -> OAuthProvider? { ProviderReader.read(text(of: file)).0 }

    private static func text(of file: EmbeddedCatalog.File) -> SourceText {
        SourceText(name: "<\(file.path)>", bytes: file.bytes)
    }
}
