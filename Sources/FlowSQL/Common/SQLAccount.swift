import FlowCore
import FlowSpec

/// Where a database is and who asks, as a credential has it: in single fields, or in its `url`.
struct SQLAccount: Sendable {
    enum Protection: String, Sendable, Hashable, CaseIterable {
        /// Encrypted; certificate and host name are checked.
        case verify
        /// Encrypted; the certificate is checked, whatever name it is for.
        case verifyAuthority = "verify-ca"
        /// Encrypted, with whoever answers.
        case insecureNoVerify = "insecure-no-verify"
        /// In the clear.
        case insecureOff = "insecure-off"
    }

    /// What is special about the accounts of a kind of server.
    struct Form: Sendable {
        /// Of its addresses: `postgresql`, `postgres`.
        var schemes: [String]
        var port: Int
        /// What a parameter of its addresses is for the credential: `sslrootcert` is `ca_file`.
        var parameters: [String: String] = [:]
        /// How the values of `sslmode` and the like are called here; a word that stands for itself may be left out.
        var protections: [String: Protection] = [:]
    }

    /// A name or address; a path is the folder or file of a Unix socket.
    var host: String
    var port: Int
    var database: String
    var user: String
    var password: String?
    var protection: Protection
    /// Paths; nil uses what the system trusts.
    var authorityFile: String?
    var certificateFile: String?
    var keyFile: String?
    /// How long a server may take until it has let us in.
    var connectTimeout: Duration
    /// Connections that may be open at a time.
    var connections: Int
    /// Whether nothing may be changed with it.
    var isReadOnly: Bool
    /// The credential's.
    var name: String
    /// What paths of this account lead to while it is there.
    var files: [CredentialFile] = []

    /// `db.example.com:5432`, as messages have it.
    var place: String {
        host.hasPrefix("/") ? host : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
