import FlowCore
import FlowSpec

/// A server of mail, and how to sign in there, as a credential says it.
struct MailServer: Sendable {
    enum Service: String, Sendable { case imap, smtp }

    enum Security: String, Sendable {
        /// Encrypted from the first byte.
        case tls
        /// Encrypted after a first exchange in clear, or not used at all.
        case starttls
        case none
    }

    enum Proof: Sendable {
        /// Nobody logs in; only a server that sends mail may do without.
        case none
        case password(String)
        /// An access token of OAuth 2.0.
        case token(String)
    }

    let service: Service
    let host: String
    let port: Int
    let security: Security
    let user: String
    let proof: Proof
    let route: HTTPRoute
    /// What SMTP calls this machine; empty leaves it to libcurl, which takes the machine's own name.
    let clientName: String

    /// Where messages say something happened: `imap.example.com:993`.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// - Parameter credential: of the type `imap` or `smtp`, or a grant of OAuth 2.0 with a known provider or a base_url.
    /// - Throws: `auth` where something is missing in it.
    init(_ service: Service, _ credential: Credential) throws(Failure) {
        let fields = MailFields(credential: credential)
        self.service = service
        route = try HTTPRoute(credential)
        if case .mock = credential.source {
            throw Failure(
                .invalid, "mail can't be mocked",
                hint: "use a server of your own for tests, or leave these steps out with if:", nothingSent: true)
        }
        guard ["oauth2", service.rawValue].contains(credential.type) else {
            throw fields.failure(
                "\(credential) is not for \(service == .smtp ? "sending" : "reading") mail",
                hint: "add one: flowctl credentials add \(service.rawValue) --type \(service.rawValue)")
        }
        if credential.type == "oauth2" {
            let place = try Place(service, ofGrantIn: fields)
            (host, port, security) = (place.host, place.port, place.security)
            user = try fields.required("account", hint: "add the address of the mailbox to it as account")
            proof = .token(try fields.required("access_token", hint: "log in with \"flowctl credentials login\""))
            clientName = ""
        } else {
            host = try fields.required("host", hint: "add the name of the server to it")
            let word = fields.text("security")
            security = word.flatMap(Security.init) ?? Place.usualSecurity(service, port: fields.port)
            port = fields.port ?? Place.usualPort(service, security)
            clientName = try fields.optional("helo_name") ?? ""
            let needsLogin = service == .imap || ["username", "password", "token"].contains { fields.text($0) != nil }
            guard needsLogin else {
                (user, proof) = ("", .none)
                return
            }
            user = try fields.required("username", hint: "add the name of the account to it")
            if let token = try fields.optional("token") {
                proof = .token(token)
            } else {
                proof = .password(try fields.required("password", hint: "add the password, or an app password"))
            }
        }
    }

    var isTokenHolder: Bool {
        if case .token = proof { return true }
        return false
    }

    /// What libcurl connects to.
    var url: String {
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        let path = clientName.isEmpty ? "" : "/" + PercentEncoding.encode(clientName)
        return "\(service.rawValue)\(security == .tls ? "s" : "")://\(name):\(port)\(path)"
    }
}

/// Where a service is.
private struct Place {
    var host: String
    var port: Int
    var security: MailServer.Security

    static func usualPort(_ service: MailServer.Service, _ security: MailServer.Security) -> Int {
        switch (service, security) {
        case (.imap, .tls): 993
        case (.imap, _): 143
        case (.smtp, .tls): 465
        case (.smtp, .starttls): 587
        case (.smtp, .none): 25
        }
    }

    static func usualSecurity(_ service: MailServer.Service, port: Int?) -> MailServer.Security {
        switch (service, port) {
        case (_, 465?), (_, 993?): .tls
        case (_, 143?), (_, 587?), (.smtp, _): .starttls
        case (.imap, _): .tls
        }
    }

    private init(_ host: String, _ port: Int, _ security: MailServer.Security) {
        (self.host, self.port, self.security) = (host, port, security)
    }

    /// The server of the provider that gave the grant, or the one its base_url names.
    init(_ service: MailServer.Service, ofGrantIn fields: MailFields) throws(Failure) {
        if let address = fields.text("base_url") {
            guard let origin = Origin(address), origin.scheme == "https" else {
                throw fields.failure(
                    "the base_url of \(fields.credential) is no address of a server",
                    hint: "write it as https://mail.example.com")
            }
            let security: MailServer.Security =
                origin.port == 443 ? .tls : Place.usualSecurity(service, port: origin.port)
            let port = origin.port == 443 ? Place.usualPort(service, security) : origin.port
            self.init(origin.host, port, service == .imap ? .tls : security)
            return
        }
        switch (fields.text("provider"), service) {
        case ("google", .imap): self.init("imap.gmail.com", 993, .tls)
        case ("google", .smtp): self.init("smtp.gmail.com", 465, .tls)
        case ("microsoft", .imap): self.init("outlook.office365.com", 993, .tls)
        case ("microsoft", .smtp): self.init("smtp.office365.com", 587, .starttls)
        default:
            throw fields.failure(
                "\(fields.credential) doesn't say where the mailbox is",
                hint: "add base_url to it, as in https://mail.example.com")
        }
    }
}

/// The fields of a credential as text.
private struct MailFields {
    let credential: Credential

    func text(_ name: String) -> String? {
        guard let value = credential.fields[name]?.revealed else { return nil }
        if let number = value.intValue { return String(number) }
        return value.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    var port: Int? { text("port").flatMap(Int.init) }

    func required(_ name: String, hint: String) throws(Failure) -> String {
        guard let text = try optional(name) else { throw failure("\(credential) has no \(name)", hint: hint) }
        return text
    }

    func optional(_ name: String) throws(Failure) -> String? {
        guard let text = text(name) else { return nil }
        // What libcurl puts into a command must not end that.
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw failure(
                "the field \"\(name)\" of \(credential) holds a control character", hint: "enter it again without")
        }
        return text
    }

    func failure(_ message: String, hint: String) -> Failure {
        Failure(.auth, message, hint: hint, nothingSent: true)
    }
}
