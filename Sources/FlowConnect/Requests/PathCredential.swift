import FlowCore

/// A credential that stands in the path of an address.
enum PathCredential {
    /// What holds its place until the request is signed; no argument can bring it in, as braces are percent-encoded.
    static let mark = "{credential}"

    /// Puts the secret into its place. Of what a path segment may hold (RFC 3986, 3.3) only the colon is left as it is.
    static func sign(_ request: inout HTTPRequest, with secret: String, isPreview: Bool) {
        guard request.url.contains(mark) else { return }
        let text = isPreview ? secret : PercentEncoding.encode(secret, keeping: ":")
        request.url = request.url.replacing(mark, with: text)
        request.secrets.add(inPath: text)
    }
}
