import CMariaDB
import FlowCore
import Glibc

/// What a server, or the library, says went wrong, by its number.
struct MySQLFailure {
    private let number: Int32
    private let text: String

    /// The last failure of a connection.
    init(of connection: UnsafeMutablePointer<MYSQL>) {
        self.init(mysql_errno(connection), mysql_error(connection).map { String(cString: $0) } ?? "")
    }

    /// The last failure of a statement.
    init(of statement: UnsafeMutablePointer<MYSQL_STMT>) {
        self.init(mysql_stmt_errno(statement), mysql_stmt_error(statement).map { String(cString: $0) } ?? "")
    }

    init(_ number: UInt32, _ text: String) {
        self.number = Int32(clamping: number)
        self.text = text
    }

    /// Whether the server can't prepare statements of this kind.
    var isUnpreparable: Bool { number == ER_UNSUPPORTED_PS }

    /// The failure of a statement that the server was to read, and not yet to run.
    func beforeRunning(at place: String) -> Failure {
        var failure = whileRunning(at: place)
        failure.nothingSent = true
        return failure
    }

    /// The failure of a statement that the server may have had.
    func whileRunning(at place: String) -> Failure {
        switch number {
        case CR_SERVER_GONE_ERROR:
            // Writing it went wrong, so that the server can't have all of it.
            return broken(place, sent: false)
        case CR_SERVER_LOST, CR_MALFORMED_PACKET, CR_SSL_CONNECTION_ERROR, CR_ERR_NET_READ, CR_ERR_NET_WRITE:
            return broken(place, sent: true)
        default:
            let (kind, hint) = meaning
            return Failure(kind, "\(MySQL.title): \(description)", hint: hint, code: String(number))
        }
    }

    private var meaning: (FailureKind, String?) {
        // "Incorrect datetime value", and that of any other type.
        let words = text.prefix { $0 != "'" }.lowercased().split(separator: " ").map(String.init)
        if number == ER_TRUNCATED_WRONG_VALUE, MySQLFailure.timeTypes.isDisjoint(with: words) {
            return (.invalid, MySQLFailure.typeHint)
        }
        return MySQLFailure.meanings[number] ?? (.invalid, nil)
    }

    private static let timeTypes: Set = ["date", "datetime", "time", "timestamp"]

    private func broken(_ place: String, sent: Bool) -> Failure {
        Failure(
            .network, "the connection to \(MySQL.title) at \(place) broke",
            hint: "see whether the server was restarted, or ended the connection", code: String(number),
            nothingSent: !sent)
    }

    func whileConnecting(to account: SQLAccount) -> Failure {
        let place = "\(MySQL.title) at \(account.place)"
        func failure(_ kind: FailureKind, _ what: String, _ hint: String?) -> Failure {
            Failure(kind, "\(place) \(what)", hint: hint, code: String(number), nothingSent: true)
        }
        switch number {
        // The number is then that of what the server says to a client that shows nothing.
        case _ where text.contains("could not be loaded"), CR_AUTH_PLUGIN_CANNOT_LOAD, CR_ERR_LOAD_PLUGIN,
            ER_NOT_SUPPORTED_AUTH_MODE, ER_PLUGIN_IS_NOT_LOADED:
            return failure(
                .invalid, "asks for a method of authentication that the client library lacks: \(reason)",
                "install its plugins; on Debian and Ubuntu: apt-get install libmariadb3")
        case ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
            return failure(
                .auth, "does not let \"\(account.user)\" in",
                "check the username and the password of the credential \"\(account.name)\", and whether the account may "
                    + "come from this machine, needs TLS or a client certificate")
        case ER_DBACCESS_DENIED_ERROR:
            return failure(
                .permission, "does not let \"\(account.user)\" use the database \"\(account.database)\"",
                "grant it, or name another database in the credential \"\(account.name)\"")
        case ER_BAD_DB_ERROR:
            return failure(
                .notFound, "has no database \"\(account.database)\"",
                "check the database of the credential \"\(account.name)\"")
        case CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR:
            return failure(
                .network, "can't be reached: \(systemReason ?? reason)",
                account.usesSocket
                    ? "check the path of the socket, and whether the server runs"
                    : "check host and port, and whether the server runs")
        case CR_UNKNOWN_HOST:
            return failure(.network, "can't be reached: there is no such host", "check the host of the credential")
        case CR_SERVER_LOST, CR_SERVER_GONE_ERROR, CR_ERR_NET_READ, CR_SERVER_HANDSHAKE_ERR:
            return failure(
                .network, "did not answer as it should while the connection was made",
                "check that the port is the server's own, and that the server has room")
        case CR_SSL_CONNECTION_ERROR where text.contains("key values mismatch"):
            return failure(
                .auth, "was shown no certificate: client_key is not the key of client_cert",
                "correct them in the credential \"\(account.name)\"")
        case CR_SSL_CONNECTION_ERROR: return failure(.tls, "can't be trusted: \(reason)", tlsHint(account))
        case CR_PLUGIN_NOT_ALLOWED:
            // What the library says then holds bytes of the server's.
            return failure(
                .auth, "asks for the password in a way that would give it away",
                "let the account use caching_sha2_password, ed25519 or mysql_native_password")
        case CR_AUTH_PLUGIN_ERR:
            return failure(
                .auth, "takes the password of \"\(account.user)\" over an encrypted connection only",
                "set tls to verify in the credential \"\(account.name)\"")
        default:
            let (kind, hint) = MySQLFailure.meanings[number] ?? (.invalid, nil)
            return failure(kind, "refused the connection: \(description)", hint)
        }
    }

    private func tlsHint(_ account: SQLAccount) -> String {
        let reason = text.lowercased()
        if reason.contains("does not support it") {
            return "have the server offer TLS, or set tls: insecure-off where nobody can listen"
        }
        if reason.contains("expired") { return "renew the server's certificate" }
        if reason.contains("validation of ssl server certificate") {
            return "the certificate is for another name: give the host that it names, or tls: verify-ca"
        }
        if reason.contains("certificate") || reason.contains("issuer") {
            return "name the file of the authority that signed the server's certificate in ca_file"
        }
        return "check that the server and this machine have a version of TLS in common"
    }

    /// What the library says, without what it puts before it.
    private var reason: String {
        let noise = "TLS/SSL error: "
        return Self.beginningSmall(text.hasPrefix(noise) ? text.dropFirst(noise.count) : text[...])
    }

    /// What the system says of the number in `can't connect to server on 'db.example.com' (111)`.
    private var systemReason: String? {
        guard text.last == ")", let start = text.lastIndex(of: "(") else { return nil }
        return Int32(text[text.index(after: start)...].dropLast()).map { String(cString: strerror($0)).lowercased() }
    }

    /// But for words in capitals.
    private static func beginningSmall(_ text: Substring) -> String {
        guard text.dropFirst().first?.isUppercase != true else { return String(text) }
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// What the server says, without the values that it repeats: they may be secret.
    private var description: String {
        // By scalars: a quote and a combining mark are one character.
        let scalars = text.unicodeScalars
        guard MySQLFailure.repeatsValues.contains(number),
            let start = scalars.firstIndex(of: "'") ?? scalars.firstRange(of: "value ".unicodeScalars)?.upperBound
        else { return reason }
        // A value may hold what follows it, too.
        let end = scalars[start...].ranges(of: "' for ".unicodeScalars).last?.lowerBound
        let after = end.map { text[scalars.index(after: $0)...] } ?? ""
        return "\(Self.beginningSmall(text[..<start]))…\(after)"
    }

    private static let repeatsValues: Set<Int32> = [
        ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME, ER_TRUNCATED_WRONG_VALUE, ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,
        ER_WRONG_VALUE_FOR_TYPE, ER_WRONG_VALUE, ER_ILLEGAL_VALUE_FOR_TYPE, ER_DATA_OUT_OF_RANGE,
        ER_INVALID_CHARACTER_STRING, ER_NO_PARTITION_FOR_GIVEN_VALUE,
    ]
}
