import FlowCore

/// A credential that stands in the path of an address.
enum PathCredential {
    private static let marks = [("{credential}", ":"), ("{+credential}", ":/")].map { (text: $0, kept: $1) }

    /// What holds its place until the request is signed; no argument can bring it in, as braces are percent-encoded.
    static func mark(keepsSlashes: Bool) -> String { marks[keepsSlashes ? 1 : 0].text }

    /// An address that was given as a whole, in which nothing is to be filled in.
    static func withoutMarks(_ address: String) -> String {
        marks.reduce(address) { $0.replacing($1.text, with: PercentEncoding.encode($1.text)) }
    }

    /// Puts the secret into its place. Of what a path segment may hold (RFC 3986, 3.3) only the colon is left as it is.
    static func sign(_ request: inout HTTPRequest, with secret: String, isPreview: Bool) {
        for mark in marks where request.url.contains(mark.text) {
            let text = isPreview ? secret : PercentEncoding.encode(secret, keeping: mark.kept)
            request.url = request.url.replacing(mark.text, with: text)
            request.secrets.add(inPath: text)
        }
    }
}
