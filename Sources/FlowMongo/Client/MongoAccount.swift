import CMongo
import FlowCore
import FlowNodeKit
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

    private let fields: AccountFields

    /// - Throws: a `Failure` of kind `auth` where there is no credential, `invalid` where the app is mocked.
    init(_ context: NodeContext, for node: NodeSpec) throws(Failure) {
        fields = try AccountFields(context, for: node, type: "mongodb", title: "MongoDB")
    }

    /// The credential's.
    var name: String { fields.name }

    /// Connections that may be open at a time.
    var connections: Int {
        get throws(Failure) { try fields.number("connections", 1...100) ?? 4 }
    }

    /// How long a server may take until it has let us in, in milliseconds.
    private var patience: Int32 {
        get throws(Failure) { Int32(try fields.number("connect_timeout", 1...3600) ?? 10) * 1000 }
    }

    /// The address for libmongoc, with all that was given.
    ///
    /// - Parameter patience: in milliseconds, where it is not to be the credential's.
    /// - Throws: a `Failure` of kind `auth` that names the field that is missing or wrong.
    func address(patience: Int32? = nil) throws(Failure) -> MongoAddress {
        try MongoLibrary.require()
        let address = try MongoAddress(try text()) { fields.wrong("url", $0, $1) }
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
            try address.setAccount(user, fields["password"]) { fields.wrong("username", $0, $1) }
        }
        if let source = fields["auth_source"] {
            address.setSource(source)
        } else if fields["username"] != nil, fields["auth_mechanism"] != "MONGODB-X509", !address.has("authsource") {
            // Else the account would have to be in the database of the address.
            address.setSource("admin")
        }
        if let mechanism = fields["auth_mechanism"] {
            guard Self.mechanisms.contains(mechanism), address.setMechanism(mechanism) else {
                throw fields.wrong(
                    "auth_mechanism", "is not known", "give one of \(Self.mechanisms.joined(separator: ", "))")
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
        let host = try fields.required("host")
        let port = try fields.number("port", 1...65535)
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
            throw fields.wrong(
                "url", "has \"\(option)\"", "leave it out, and set tls to insecure-no-verify where that is meant")
        }
        let said = ["tls", "ssl"].first(where: address.has).map { address.flag($0, otherwise: true) }
        let protection = try fields.choice("tls") ?? (said == false ? Protection.insecureOff : .verify)
        address.set("tls", protection != .insecureOff)
        guard protection != .insecureOff else { return }
        if protection == .insecureNoVerify { address.set("tlsinsecure", true) }
        if let text = fields["ca_file"] { address.set("tlscafile", try file(text, of: "ca_file")) }
        if let text = try certificate() { address.set("tlscertificatekeyfile", try file(text, of: "client_cert")) }
    }

    /// The certificate that flowctl shows of itself: PEM, with its key, or the path of a file of both.
    private func certificate() throws(Failure) -> String? {
        guard let key = fields["client_key"] else { return fields["client_cert"] }
        guard let certificate = fields["client_cert"], HTTPRoute.isPEM(certificate), HTTPRoute.isPEM(key) else {
            throw fields.wrong(
                "client_key", "can't stand beside the path of a file",
                "put the key into the file that client_cert names, or give both as PEM")
        }
        return certificate + "\n" + key
    }

    /// - Throws: a `Failure` where it can't be read: libmongoc says nothing of that.
    private func file(_ text: String, of field: String) throws(Failure) -> CredentialFile {
        let file = try CredentialFile(text) { fields.wrong(field, $0, $1) }
        guard access(file.path, R_OK) == 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw fields.wrong(field, "can't be read: \(reason)", "correct the path, or let this user read the file")
        }
        return file
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
