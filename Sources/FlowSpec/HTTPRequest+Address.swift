package import FlowCore

extension HTTPRequest {
    /// The address with `replacement` for what is secret in its path, its query and its fragment.
    package func address(replacingSecretsBy replacement: (_ name: String) -> String) -> String {
        let url = secrets.path.reduce(url) { $0.replacing($1, with: replacement("token")) }
        return url.replacingSecretsInAddress(marked: secrets.query, replacement)
    }
}
