import CMongo
import FlowCore
import FlowSpec
import Glibc

/// Where servers of MongoDB are and who asks, as a credential has it: in single fields, or in its `url`.
struct MongoAccount: Sendable {
    enum Protection: String, Sendable, CaseIterable {
        /// Encrypted; certificate and host name are checked.
        case verify
        /// Encrypted, with whoever answers.
        case insecureNoVerify = "insecure-no-verify"
        /// In the clear.
        case insecureOff = "insecure-off"
    }

    private static let mechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-1", "MONGODB-X509"]

    /// The credential's.
    let name: String
    private let fields: [String: String]

    /// - Throws: a `Failure` of kind `auth` where there is no credential, `invalid` where the app is mocked.
    init(_ context: NodeContext, for node: NodeSpec) throws(Failure) {
        guard let credential = context.credential else {
            throw Failure(
                .auth, "\(node.name) needs a credential",
                hint: "add one with: flowctl credentials add mongodb --type mongodb", nothingSent: true)
        }
        guard credential.source != .mock else {
            throw Failure(
                .invalid, "\(node.name) can't be mocked, as MongoDB speaks no HTTP",
                hint: "run it without --mock, with the credential of a server to test with",
                nothingSent: true)
        }
        name = credential.name
        fields = Dictionary(
            credential.fields.compactMap { field in
                let text = field.value.stringValue ?? field.value.intValue.map { String($0) }
                return text.flatMap { $0.isEmpty ? nil : (field.key.text, $0) }
            }, uniquingKeysWith: { $1 })
    }

    /// Connections that may be open at a time.
    var connections: Int {
        get throws(Failure) { try number("connections", 1...100) ?? 4 }
    }

    /// How long a server may take until it has let us in, in milliseconds.
    private var patience: Int32 {
        get throws(Failure) { Int32(try number("connect_timeout", 1...3600) ?? 10) * 1000 }
    }

    /// The address for libmongoc, with all that was given.
    ///
    /// - Parameter patience: in milliseconds, where it is not to be the credential's.
    /// - Throws: a `Failure` of kind `auth` that names the field that is missing or wrong.
    func address(patience: Int32? = nil) throws(Failure) -> MongoAddress {
        try MongoLibrary.require()
        let address = try MongoAddress(try text()) { wrong("url", $0, $1) }
        try setProtection(of: address)
        let limit = if let patience { patience } else { try self.patience }
        for option in ["connecttimeoutms", "serverselectiontimeoutms"] where !address.has(option) {
            address.set(option, limit)
        }
        // Else a server that is about to be there is not waited for.
        address.set("serverselectiontryonce", false)
        // How long an answer may take is the step's business; connections that are dead are noticed by the system.
        if !address.has("sockettimeoutms") { address.set("sockettimeoutms", 24 * 3_600_000) }
        if !address.has("appname") { address.set("appname", "flowctl") }
        if let set = fields["replica_set"] { address.set("replicaset", set) }
        if let user = fields["username"] {
            try address.setAccount(user, fields["password"]) { wrong("username", $0, $1) }
        }
        if let source = fields["auth_source"] {
            address.setSource(source)
        } else if fields["username"] != nil, fields["auth_mechanism"] != "MONGODB-X509", !address.has("authsource") {
            // Else the account would have to be in the database of the address.
            address.setSource("admin")
        }
        if let mechanism = fields["auth_mechanism"] {
            guard Self.mechanisms.contains(mechanism), address.setMechanism(mechanism) else {
                throw wrong("auth_mechanism", "is not known", "give one of \(Self.mechanisms.joined(separator: ", "))")
            }
        }
        return address
    }

    /// The database that steps use where they name none.
    func database(_ address: MongoAddress) throws(Failure) -> String {
        if let name = fields["database"] ?? address.database { return name }
        throw Failure(
            .invalid, "no database is named",
            hint: "give database: to the step, or set it in the credential \"\(name)\"", nothingSent: true)
    }

    private func text() throws(Failure) -> String {
        if let url = fields["url"] { return url }
        guard let host = fields["host"] else {
            throw wrong("host", "is missing", "set host, or url with all of it")
        }
        let port = try number("port", 1...65535)
        let hosts = host.split(separator: ",").map { part in
            let name = part.trimmingSpaces
            let isNamed = name.hasPrefix("[") ? name.contains("]:") : name.contains(":")
            return port == nil || isNamed ? name : "\(name):\(port ?? 0)"
        }
        return "mongodb://\(hosts.joined(separator: ","))/"
    }

    private func setProtection(of address: MongoAddress) throws(Failure) {
        for option in [
            "tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames", "sslallowinvalidcertificates",
            "sslallowinvalidhostnames",
        ]
        where address.has(option) {
            throw wrong(
                "url", "has \"\(option)\"", "leave it out, and set tls to insecure-no-verify where that is meant")
        }
        let said = ["tls", "ssl"].first(where: address.has).map { address.flag($0, otherwise: true) }
        let word = fields["tls"] ?? (said == false ? Protection.insecureOff : .verify).rawValue
        guard let protection = Protection(rawValue: word) else {
            let words = Protection.allCases.map(\.rawValue).joined(separator: ", ")
            throw wrong("tls", "is \(JSON.quoted(word)), which is not known", "give one of \(words)")
        }
        address.set("tls", protection != .insecureOff)
        guard protection != .insecureOff else { return }
        if protection == .insecureNoVerify { address.set("tlsinsecure", true) }
        if let text = fields["ca_file"] { address.set("tlscafile", try file(text, of: "ca_file")) }
        if let text = try certificate() { address.set("tlscertificatekeyfile", try file(text, of: "client_cert")) }
    }

    // MARK: Fields

    private func number(_ field: String, _ range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = fields[field] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(field, "is no number", "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The certificate that flowctl shows of itself: PEM, with its key, or the path of a file of both.
    private func certificate() throws(Failure) -> String? {
        guard let key = fields["client_key"] else { return fields["client_cert"] }
        guard let certificate = fields["client_cert"], HTTPRoute.isPEM(certificate), HTTPRoute.isPEM(key) else {
            throw wrong(
                "client_key", "can't stand beside the path of a file",
                "put the key into the file that client_cert names, or give both as PEM")
        }
        return certificate + "\n" + key
    }

    /// - Throws: a `Failure` where it can't be read: libmongoc says nothing of that.
    private func file(_ text: String, of field: String) throws(Failure) -> CredentialFile {
        let file = try CredentialFile(text) { wrong(field, $0, $1) }
        guard access(file.path, R_OK) == 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw wrong(field, "can't be read: \(reason)", "correct the path, or let this user read the file")
        }
        return file
    }

    private func wrong(_ field: String, _ what: String, _ hint: String) -> Failure {
        Failure(.auth, "the credential \"\(name)\": \(field) \(what)", hint: hint, nothingSent: true)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
