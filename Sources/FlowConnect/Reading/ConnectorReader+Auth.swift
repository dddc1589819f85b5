import FlowCore
import FlowSpec
import FlowYAML

extension ConnectorReader {
    private enum SignerKind: String, CaseIterable {
        case bearer, basic, header, query, path
        case signatureV4 = "aws_sigv4"
        case oauth1
        case assertion = "jwt_assertion"
    }

    /// - Parameter connector: the name of the connector it is for.
    mutating func authScheme(_ entry: SourceNode.Entry, of connector: String) -> AuthScheme? {
        guard let name = identifier(entry.key, at: entry.keySpan, "a credential type"),
            let map = MapDecoder(entry.value, "\"\(name)\"", &diagnostics),
            let typeNode = map.required("type", &diagnostics)
        else { return nil }
        if typeNode.string == "oauth2" { return loginScheme(name, map, entry, of: connector) }
        let known = ["type", "help", "console", "fields", "test", "base", "hosts"]
        guard let kind = map.choice("type", as: SignerKind.self, &diagnostics) else { return nil }
        let fields = map.map("fields", &diagnostics)?.compactMap { field($0) } ?? defaultFields(kind)
        map.finish(known + Self.keys(of: kind), &diagnostics)
        guard let signer = signer(kind, map, fields) else { return nil }
        return AuthScheme(
            name: name, help: map.string("help", &diagnostics) ?? "", console: map.string("console", &diagnostics),
            signer: signer, fields: fields,
            probe: map.node("test").flatMap { probe($0) }, base: map.node("base").flatMap { template($0, for: "base") },
            hosts: addresses(map, "hosts"), span: entry.keySpan)
    }

    /// `get_user`, or with where its answer says whose the credential is: `{ operation: get_user, who: ${{ body.login }} }`.
    mutating func probe(_ node: SourceNode) -> CredentialProbe? {
        guard node.map != nil else {
            return node.decodeString(for: "test", &diagnostics).map { CredentialProbe(operation: $0) }
        }
        guard let map = MapDecoder(node, "\"test\"", &diagnostics) else { return nil }
        map.finish(["operation", "who", "scopes", "expires"], &diagnostics)
        guard let operation = map.requiredString("operation", &diagnostics) else { return nil }
        return CredentialProbe(
            operation: operation, who: map.node("who").flatMap { template($0, for: "who") },
            scopes: map.node("scopes").flatMap { template($0, for: "scopes") },
            expires: map.node("expires").flatMap { template($0, for: "expires") })
    }

    private static func keys(of kind: SignerKind) -> [String] {
        switch kind {
        case .bearer: ["token"]
        case .path: ["token", "after"]
        case .oauth1: ["consumer_key", "consumer_secret", "token", "token_secret"]
        case .assertion: ["key", "claims", "lifetime", "exchange"]
        case .signatureV4: ["service", "access_key", "secret_key", "session_token", "region", "bucket_in_host"]
        case .basic: ["username", "password"]
        case .header: ["name", "token", "prefix"]
        case .query: ["name", "token"]
        }
    }

    private func defaultFields(_ kind: SignerKind) -> [CredentialType.Field] {
        switch kind {
        case .basic:
            [
                CredentialType.Field("username"),
                CredentialType.Field("password", secret: true, form: FieldForm(.password)),
            ]
        case .signatureV4:
            [
                CredentialType.Field("access_key_id"), CredentialType.Field("secret_access_key", secret: true),
                CredentialType.Field("session_token", secret: true, required: false), CredentialType.Field("region"),
            ]
        case .oauth1:
            [
                CredentialType.Field("consumer_key"), CredentialType.Field("consumer_secret", secret: true),
                CredentialType.Field("token"), CredentialType.Field("token_secret", secret: true),
            ]
        case .assertion: [CredentialType.Field("private_key", secret: true, form: FieldForm(.privateKey))]
        default: [CredentialType.Field("token", secret: true)]
        }
    }

    private mutating func field(_ entry: SourceNode.Entry) -> CredentialType.Field? {
        guard let name = identifier(entry.key, at: entry.keySpan, "a field"),
            let map = MapDecoder(entry.value, "the field \"\(name)\"", &diagnostics)
        else { return nil }
        map.finish(
            ["secret", "required", "help", "default", "form", "one_of", "starts_with", "mistaken_for"], &diagnostics)
        let isSecret = map.bool("secret", &diagnostics) ?? false
        return CredentialType.Field(
            name, secret: isSecret, required: map.bool("required", &diagnostics) ?? !map.has("default"),
            help: map.string("help", &diagnostics) ?? "", default: map.string("default", &diagnostics),
            form: form(map, isSecret: isSecret))
    }

    /// What is held against a field's text before it is stored.
    private mutating func form(_ map: MapDecoder, isSecret: Bool) -> FieldForm {
        FieldForm(
            map.choice("form", &diagnostics) ?? (isSecret ? .token : .text),
            choices: map.strings("one_of", &diagnostics)?.map(\.text) ?? [],
            prefixes: map.strings("starts_with", &diagnostics)?.map(\.text) ?? [],
            mistakes: map.map("mistaken_for", &diagnostics)?.compactMap { entry in
                entry.value.decodeString(for: entry.key, &diagnostics).map { FieldForm.Mistake(entry.key, $0) }
            } ?? [])
    }

    private mutating func signer(
        _ kind: SignerKind, _ map: MapDecoder, _ fields: [CredentialType.Field]
    ) -> AuthScheme.Signer? {
        switch kind {
        case .bearer: return token(map, fields).map { .bearer(field: $0) }
        case .path:
            let prefix = map.string("after", &diagnostics) ?? ""
            return token(map, fields).map { .path(field: $0, prefix: prefix) }
        case .signatureV4: return signatureScheme(map, fields).map { .signatureV4($0) }
        case .oauth1: return .oauth1(oauth1Scheme(map, fields))
        case .assertion: return assertionScheme(map, fields).map { .assertion($0) }
        case .basic:
            let user = map.string("username", &diagnostics) ?? "username"
            let password = map.string("password", &diagnostics) ?? "password"
            checkField(user, map, "username", fields)
            checkField(password, map, "password", fields)
            return .basic(user: user, password: password)
        case .header:
            guard let name = map.requiredString("name", &diagnostics), let field = token(map, fields) else {
                return nil
            }
            return .header(name: name, field: field, prefix: map.string("prefix", &diagnostics) ?? "")
        case .query:
            guard let name = map.requiredString("name", &diagnostics), let field = token(map, fields) else {
                return nil
            }
            return .query(name: name, field: field)
        }
    }

    /// The field that holds the token: the one named, or the only secret one.
    private mutating func token(_ map: MapDecoder, _ fields: [CredentialType.Field]) -> String? {
        if let name = map.string("token", &diagnostics) {
            checkField(name, map, "token", fields)
            return name
        }
        let secrets = fields.filter(\.isSecret)
        if secrets.count == 1 { return secrets[0].name }
        diagnostics.error(
            "unclear-token", "which field is the token can't be told: \(secrets.count) are secret", at: map.start,
            hint: "name it with token:")
        return nil
    }

    mutating func checkField(
        _ name: String, _ map: MapDecoder, _ key: String, _ fields: [CredentialType.Field]
    ) {
        guard !fields.contains(where: { $0.name == name }) else { return }
        diagnostics.error(
            "unknown-field", "there is no field \"\(name)\"", at: map.node(key)?.span ?? map.start,
            hint: Suggestion.didYouMean(name, among: fields.map(\.name)) ?? "add it to fields:")
    }
}
