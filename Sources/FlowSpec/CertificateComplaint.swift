/// What is wrong with a server's certificate, told for people.
package struct CertificateComplaint: Sendable, Hashable {
    package let message: String
    package let hint: String

    /// - Parameters:
    ///   - place: whose certificate it is: `mail.example.com:993`.
    ///   - words: libcurl's.
    package init(of place: String, libcurl words: String) {
        let marker = "SSL certificate problem: "
        guard words.hasPrefix(marker) else {
            message = "the certificate of \(place) is for another host"
            hint = "use the host name that the certificate is for"
            return
        }
        let reason = words.dropFirst(marker.count)
        message = "the certificate of \(place) is not trusted (\(reason))"
        hint =
            reason.hasSuffix("has expired") || reason.hasSuffix("is not yet valid")
            ? "have the server's certificate renewed, and check this machine's clock"
            : "name the file of its authority with ca_file where the server is yours"
    }
}
