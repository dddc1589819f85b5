import FlowCore

extension TokenService {
    /// What ``fields`` wrote, or a user by hand: all but the address may be missing.
    init(_ fields: GrantFields) throws(Failure) {
        guard let url = fields.text("token_url") else { throw fields.missing("token_url") }
        guard Origin(url) != nil else { throw fields.wrong("token_url") }
        self.init(
            provider: fields.text("provider"), url: url,
            authentication: try fields.choice("client_authentication", .post),
            body: try fields.choice("token_body", .form))
        guard let map = fields.fields["token_rules"] else { return }
        guard let map = map.mapValue else { throw fields.wrong("token_rules") }
        let rules = GrantFields(fields: map, source: fields.source)
        headers = TokenService.texts(map["headers"])
        scopeSeparator = rules.text("scope_separator") ?? " "
        repeatsScopes = map["repeats_scopes"]?.boolValue ?? false
        rotates = map["rotates"]?.boolValue ?? true
        lifetime = rules.seconds("lifetime")
        tokenTypes = Set(map["token_types"]?.listValue?.compactMap(\.stringValue) ?? [])
        nested = rules.text("nested")
        account = rules.text("account")
        refusals = Refusals(
            success: rules.text("success"), code: rules.text("error") ?? Refusals().code,
            description: rules.text("error_description") ?? Refusals().description,
            meanings: TokenService.texts(map["errors"]))
        userInfoURL = rules.text("userinfo")
        guard let given = map["revocation"]?.mapValue else { return }
        let revoking = GrantFields(fields: given, source: fields.source)
        guard let revokeURL = revoking.text("url") else { throw fields.wrong("token_rules") }
        revocation = Revocation(
            url: revokeURL, method: revoking.text("method") ?? "POST", token: try revoking.choice("token", .refresh),
            parameter: revoking.text("parameter") ?? "token", body: try revoking.choice("body", .form),
            authentication: try revoking.choice("authentication", .post))
    }

    /// As a credential holds it; what is as the standard has it is left out.
    var fields: ValueMap {
        var fields = ValueMap([("token_url", .string(url))])
        if let provider { fields["provider"] = .string(provider) }
        if authentication != .post { fields["client_authentication"] = .string(authentication.rawValue) }
        if body != .form { fields["token_body"] = .string(body.rawValue) }
        var rules = ValueMap()
        func set(_ name: String, _ text: String?, unless standard: String? = nil) {
            if let text, text != standard { rules[name] = .string(text) }
        }
        if !headers.isEmpty { rules["headers"] = TokenService.map(headers) }
        set("scope_separator", scopeSeparator, unless: " ")
        if repeatsScopes { rules["repeats_scopes"] = true }
        if !rotates { rules["rotates"] = false }
        if let lifetime { rules["lifetime"] = .int(lifetime.components.seconds) }
        if !tokenTypes.isEmpty { rules["token_types"] = .list(tokenTypes.sorted().map(Value.string)) }
        set("nested", nested)
        set("account", account)
        set("success", refusals.success)
        set("error", refusals.code, unless: Refusals().code)
        set("error_description", refusals.description, unless: Refusals().description)
        if !refusals.meanings.isEmpty { rules["errors"] = TokenService.map(refusals.meanings) }
        if let revocation { rules["revocation"] = .map(revocation.fields) }
        set("userinfo", userInfoURL)
        if !rules.isEmpty { fields["token_rules"] = .map(rules) }
        return fields
    }

    private static func texts(_ value: Value?) -> [String: String] {
        var texts: [String: String] = [:]
        for (key, text) in value?.mapValue ?? ValueMap() { texts[key.text] = text.stringValue }
        return texts
    }

    private static func map(_ texts: [String: String]) -> Value {
        .map(ValueMap(texts.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value)) }))
    }
}

extension Revocation {
    fileprivate var fields: ValueMap {
        var fields = ValueMap([("url", Value.string(url))])
        for (name, text, standard) in [
            ("method", method, "POST"), ("token", token.rawValue, Token.refresh.rawValue),
            ("parameter", parameter, "token"), ("body", body.rawValue, BodyFormat.form.rawValue),
            ("authentication", authentication.rawValue, Authentication.post.rawValue),
        ] where text != standard {
            fields[name] = .string(text)
        }
        return fields
    }
}
