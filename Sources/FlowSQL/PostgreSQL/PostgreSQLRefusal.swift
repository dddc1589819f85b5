import FlowCore

/// Why a connection could not be opened, by the words of libpq, which has no codes for its own reasons.
struct PostgreSQLRefusal {
    private let words: String
    private let account: SQLAccount

    init(_ words: String, _ account: SQLAccount) {
        self.words = words
        self.account = account
    }

    var failure: Failure {
        if let (state, text) = saidByServer {
            let kind = PostgreSQLFailure.kind(of: state)
            return Failure(
                kind, "\(account.place) refused the login: \(text)", hint: hint(for: state), code: state,
                nothingSent: true)
        }
        if let (what, hint) = ownReason {
            return Failure(.tls, "no safe connection to \(account.place): \(what)", hint: hint, nothingSent: true)
        }
        if words.contains("could not translate host name") {
            return Failure(
                .network, "could not find the host \"\(account.host)\"",
                hint: "check the spelling, and this machine's network and DNS", nothingSent: true)
        }
        return Failure(
            .network, "could not connect to \(account.place) (\(reason))",
            hint: "check that the server is running and reachable from this machine", nothingSent: true)
    }

    /// `FATAL:  28P01: password authentication failed for user "ada"`, with the place in the server's sources behind it.
    private var saidByServer: (state: String, text: String)? {
        for line in words.split(whereSeparator: \.isNewline) {
            guard let mark = line.firstRange(of: "FATAL:  ") else { continue }
            let rest = line[mark.upperBound...]
            let state = rest.prefix(5)
            guard state.count == 5, state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }),
                rest.dropFirst(5).hasPrefix(": ")
            else { continue }
            return (String(state), String(rest.dropFirst(7)))
        }
        return nil
    }

    private func hint(for state: String) -> String {
        switch state {
        case "28P01": "check user name and password of the credential \"\(account.name)\""
        case "28000": "check user and tls of the credential \"\(account.name)\", and pg_hba.conf on the server"
        case "3D000": "check the database of the credential \"\(account.name)\""
        case "53300": "close other connections, or lower connections in the credential"
        default: "try again later; the server's log may say more"
        }
    }

    private var ownReason: (what: String, hint: String)? {
        let name = "the credential \"\(account.name)\""
        if words.contains("does not match host name")
            || words.contains("does not match") && words.contains("certificate")
        {
            return (
                "the certificate is for another host", "set host in \(name) to a name that the certificate has"
            )
        }
        // libpq keeps to itself which of the two it is.
        if words.contains("certificate verify failed") {
            return (
                "its certificate has expired, or is signed by nobody who is trusted",
                "name the file of its authority in ca_file of \(name), or renew the certificate on the server"
            )
        }
        if words.contains("server does not support SSL") {
            return ("the server has none", "turn TLS on there, or set tls of \(name) to insecure-off")
        }
        if words.contains("root certificate file") {
            return (
                "the certificates to trust can't be read\(account.authorityFile.map { " from \($0)" } ?? "")",
                "name a file of PEM certificates in ca_file of \(name)"
            )
        }
        if words.contains("private key file") && words.contains("group or world access") {
            return ("others may read the key of the client certificate", "run: chmod 600 \(account.keyFile ?? "")")
        }
        if words.contains("certificate file") || words.contains("private key file") {
            return (
                "the client certificate or its key can't be read", "check client_cert and client_key of \(name)"
            )
        }
        if words.contains("SSL error") {
            return (lastWords, "check that the port is that of a PostgreSQL server, and its TLS settings")
        }
        return nil
    }

    /// `Connection refused` of all that libpq says about each address.
    private var reason: String {
        let known = ["Connection refused", "No route to host", "Network is unreachable", "No such file or directory"]
        return known.first(where: words.contains)?.lowercased() ?? lastWords
    }

    private var lastWords: String {
        let line = words.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        return line.split(separator: ": ").last.map { $0.prefix(1).lowercased() + $0.dropFirst() } ?? "no reason given"
    }
}
