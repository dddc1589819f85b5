import FlowCore
import FlowOAuth
import FlowVault

/// All that is settled before a login begins.
struct LoginPlan: Sendable {
    enum Way: Sendable {
        case browser(CallbackAddress)
        case paste(redirectURI: String)
        case device
        case clientCredentials(audience: String?)
        case serviceAccount(ServiceAccount)
    }

    var provider: OAuthProvider
    /// Of the credential.
    var name: String
    /// The credential of that name, where there is one.
    var existing: StoredCredential?
    var way: Way
    /// nil for a service account.
    var client: OAuthClient?
    /// As the provider calls them, with those that are always asked for.
    var scopes: [String]
    var origins: Set<Origin>
    /// Those of them that the command line names.
    var addedOrigins: Set<Origin>
    var opensBrowser: Bool
    var timeout: Duration

    /// Those whose absence from the answer is worth a word: providers leave out what merely belongs to the login.
    func missingScopes(_ granted: [String]?) -> [String] {
        guard let granted else { return [] }
        let silent = Set(provider.scopes.always + ["openid", "profile", "email", "offline_access"])
        // Answers name scopes of another kind without their prefix.
        let bare = scopes.filter { !silent.contains($0) }.filter { scope in
            !granted.contains { $0.caseInsensitiveEquals(scope) || scope.hasSuffix("/" + $0) }
        }
        return bare
    }
}

/// Where on this machine the browser comes back to.
struct CallbackAddress: Sendable, Hashable {
    /// `127.0.0.1` or `localhost`.
    var host: String
    /// nil for any that is free.
    var port: Int?
    var path: String

    init(host: String = "127.0.0.1", port: Int?, path: String) {
        self.host = host
        self.port = port
        self.path = path
    }

    /// nil where the browser can't come back to this machine by it.
    init?(_ url: String) {
        guard let origin = Origin(url), origin.scheme == "http", ["127.0.0.1", "localhost"].contains(origin.host),
            let start = url.firstRange(of: "://")?.upperBound
        else { return nil }
        host = origin.host
        port = origin.port
        let path = url[start...].drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
        self.path = path.isEmpty ? "/" : String(path)
    }
}

extension String {
    fileprivate func caseInsensitiveEquals(_ other: String) -> Bool { lowercased() == other.lowercased() }
}
