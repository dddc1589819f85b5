package import FlowCore

extension HTTPRequest {
    /// The address with `replacement` for what is secret in its path, its query and its fragment.
    package func address(replacingSecretsBy replacement: (_ name: String) -> String) -> String {
        url(replacingPathSecretsBy: replacement("token"))
            .replacingSecretsInAddress(marked: secrets.query, replacement)
    }

    /// The URL with `replacement` for what is secret in its path alone.
    package func url(replacingPathSecretsBy replacement: String) -> String {
        secrets.path.reduce(url) { $0.replacing($1, with: replacement) }
    }
}
