import FlowCore

/// The addresses that secrets may be sent to.
package enum OAuthAddress {
    /// https, or a server on this machine.
    package static func isSafe(_ url: String) -> Bool {
        guard let origin = Origin(url) else { return false }
        return origin.scheme == "https" || ["127.0.0.1", "localhost", "[::1]"].contains(origin.host)
    }
}
