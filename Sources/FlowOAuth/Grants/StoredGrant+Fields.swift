package import FlowCore
package import FlowSpec

extension StoredGrant {
    /// The credential type that holds a grant. `access_token`, `refresh_token`, `expires_at` and `scopes` change with a
    /// renewal, the others with a login only.
    package static let credentialType = CredentialType(
        "oauth2", help: "Tokens of an OAuth 2.0 grant.",
        fields: [
            .init("access_token", secret: true, required: false, help: "The access token"),
            .init("refresh_token", secret: true, required: false, help: "The refresh token"),
            .init(
                "expires_at", required: false, help: "When the access token ends, as 2030-01-31T09:00:00Z",
                form: FieldForm(.date)),
            .init("scopes", required: false, help: "What the tokens may do, separated by spaces"),
            .init("client_id", required: false, help: "The id of the registered app"),
            .init("client_secret", secret: true, required: false, help: "The secret of the registered app"),
            .init("token_url", required: false, help: "Where tokens are renewed", form: FieldForm(.url)),
            .init("grant", required: false, help: "login, client_credentials or jwt_bearer; login where it is empty"),
            .init("provider", required: false, help: "The provider, such as google"),
            .init("account", required: false, help: "Whose account it is"),
            .init("lifetime", required: false, help: "The seconds an access token lives"),
            .init(
                "client_authentication", required: false,
                help: "How the app shows who it is: none, post, basic or private_key_jwt"),
            .init("token_body", required: false, help: "How a request for tokens is written: form or json"),
            .init("token_rules", required: false, help: "How else the provider departs from the standard"),
            .init("login", required: false, help: "How the next login goes"),
            .init("audience", required: false, help: "What a machine's token is for"),
            .init("issuer", required: false, help: "The service account that signs"),
            .init("subject", required: false, help: "The user whom the service account acts for"),
            .init(
                "private_key", secret: true, required: false,
                help: "The key that the service account or the app signs with, as PEM",
                form: FieldForm(.privateKey)),
            .init("private_key_id", required: false, help: "The name of that key"),
        ])

    /// The grant in the fields of a credential.
    ///
    /// - Parameter source: what the fields come from, for messages: `credential "google"`.
    /// - Throws: `auth` with the code `not_renewable` where they don't say where tokens are renewed, `invalid` where a
    ///   field is not what it should be.
    package init(fields: ValueMap, source: String) throws(Failure) {
        let reader = GrantFields(fields: fields, source: source)
        service = try TokenService(reader)
        scopes = reader.text("scopes")?.split(separator: " ").map(String.init) ?? []
        let signs = service.authentication == .privateKeyJWT
        let key = reader.text("private_key").map { AssertionKey(pem: $0, id: reader.text("private_key_id")) }
        client = reader.text("client_id").map {
            OAuthClient(id: $0, secret: reader.text("client_secret"), key: signs ? key : nil)
        }
        refreshToken = reader.text("refresh_token")
        login = LoginRules(fields["login"])
        kind = try StoredGrant.kind(reader)
        guard client != nil || kind.isServiceAccount else { throw reader.missing("client_id") }
        guard let access = reader.text("access_token") else { return }
        tokens = OAuthTokens(
            access: access, refresh: refreshToken,
            expiresAt: try reader.text("expires_at").map { text throws(Failure) in
                guard let time = Timestamp(rfc3339: text) else { throw reader.wrong("expires_at") }
                return time
            }, lifetime: reader.seconds("lifetime"), scopes: scopes, account: reader.text("account"))
    }

    private static func kind(_ reader: GrantFields) throws(Failure) -> Kind {
        switch reader.text("grant") ?? "login" {
        case "login": return .login
        case "client_credentials": return .clientCredentials(audience: reader.text("audience"))
        case "jwt_bearer":
            guard let issuer = reader.text("issuer") else { throw reader.missing("issuer") }
            guard let key = reader.text("private_key") else { throw reader.missing("private_key") }
            return .serviceAccount(
                ServiceAccount(
                    issuer: issuer, subject: reader.text("subject"), audience: reader.text("audience"),
                    keyID: reader.text("private_key_id"), privateKey: key))
        default: throw reader.wrong("grant")
        }
    }

    /// What a credential of ``credentialType`` holds; the secret ones carry the mark.
    package var fields: ValueMap {
        var fields = service.fields
        func set(_ name: String, _ text: String?) {
            if let text, !text.isEmpty { fields[name] = .string(text) }
        }
        set("access_token", tokens?.access)
        set("refresh_token", refreshToken)
        set("expires_at", tokens?.expiresAt?.rfc3339)
        set("scopes", scopes.joined(separator: " "))
        set("account", tokens?.account)
        set("client_id", client?.id)
        set("client_secret", client?.secret)
        set("private_key", client?.key?.pem)
        set("private_key_id", client?.key?.id)
        if let login = login.field { fields["login"] = login }
        if let lifetime = tokens?.lifetime { fields["lifetime"] = .int(lifetime.components.seconds) }
        switch kind {
        case .login: break
        case .clientCredentials(let audience):
            set("grant", "client_credentials")
            set("audience", audience)
        case .serviceAccount(let account):
            set("grant", "jwt_bearer")
            set("issuer", account.issuer)
            set("subject", account.subject)
            set("audience", account.audience)
            set("private_key", account.privateKey)
            set("private_key_id", account.keyID)
        }
        for field in StoredGrant.credentialType.fields where field.isSecret {
            fields[field.name] = fields[field.name]?.markedSecret
        }
        return fields
    }
}

extension StoredGrant.Kind {
    fileprivate var isServiceAccount: Bool {
        if case .serviceAccount = self { return true }
        return false
    }
}

/// The fields of a credential, with what is said where one is missing or wrong.
struct GrantFields {
    var fields: ValueMap
    var source: String

    /// nil where it is missing or empty.
    func text(_ name: String) -> String? { fields[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    func seconds(_ name: String) -> Duration? {
        let value = fields[name]
        return (value?.intValue ?? value?.stringValue.flatMap { Int64($0) }).map { .seconds($0) }
    }

    func choice<T: RawRepresentable<String>>(_ name: String, _ otherwise: T) throws(Failure) -> T {
        guard let text = text(name) else { return otherwise }
        guard let choice = T(rawValue: text) else { throw wrong(name) }
        return choice
    }

    func missing(_ name: String) -> Failure {
        Failure(
            .auth, "\(source) can't be renewed: it has no \"\(name)\"", hint: "log in again, or add it with that field",
            code: "not_renewable")
    }

    func wrong(_ name: String) -> Failure {
        Failure(
            .invalid, "the field \"\(name)\" of \(source) is not what it should be",
            hint: "log in again, or correct the field", code: "credential_field")
    }
}
