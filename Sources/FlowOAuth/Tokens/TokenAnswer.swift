import FlowCore
import FlowSpec

/// What a token endpoint said, whatever form it gave it.
struct TokenAnswer {
    let service: TokenService
    let response: HTTPResponse
    /// nil where the body is neither JSON nor a form.
    let members: Value?

    /// What must not be seen in a trace.
    static let secretMembers = ["access_token", "refresh_token", "id_token", "device_code"]

    init(_ response: HTTPResponse, from service: TokenService) {
        self.service = service
        self.response = response
        members = TokenAnswer.read(response.bytes)
    }

    /// By what it looks like: providers label forms as JSON, and the other way around.
    private static func read(_ bytes: [UInt8]) -> Value? {
        if let value = try? JSON.parse(bytes), value.mapValue != nil { return value }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let form = FormText.decode(text)
        guard form["access_token"] != nil || form["error"] != nil else { return nil }
        return .map(ValueMap(form.map { ($0.key, Value.string($0.value)) }))
    }

    /// - Parameter asked: when the request was sent.
    /// - Returns: with a ``OAuthTokens/problem`` where there is a refresh token beside an access token of no use.
    /// - Throws: a failure of kind `protocol` where the answer holds no token that can be used.
    func tokens(asked: Timestamp) throws(Failure) -> OAuthTokens {
        guard let tokens = holder(of: "access_token") ?? holder(of: "refresh_token") else {
            throw unusable("no access token")
        }
        let access = TokenAnswer.token("access_token", in: tokens)
        var found = OAuthTokens(access: access ?? "")
        found.refresh = TokenAnswer.token("refresh_token", in: tokens)
        found.problem = access == nil ? unusable("no access token") : typeProblem(tokens)
        if let problem = found.problem, found.refresh == nil { throw problem }
        if let lifetime = lifetime(tokens) { found.expire(after: lifetime, from: asked) }
        found.scopes = scopes(tokens)
        found.account = service.account.flatMap { text(at: $0) }.map(ServiceText.line)
        return found
    }

    /// What flowctl dislikes of the access token; nil where it can be used.
    private func typeProblem(_ tokens: Value) -> Failure? {
        guard let type = tokens["token_type"]?.stringValue?.lowercased().trimmed, type != "bearer",
            !service.tokenTypes.contains(type)
        else { return nil }
        return unusable("a token of the type \"\(ServiceText.line(type))\", which flowctl can't use")
    }

    /// The map that has the token of that name.
    private func holder(of name: String) -> Value? {
        [members, service.nested.flatMap { members?[$0] }].lazy.compactMap(\.self)
            .first { TokenAnswer.token(name, in: $0) != nil }
    }

    /// nil where it is missing or empty.
    private static func token(_ name: String, in place: Value) -> String? {
        place[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Some send the number as text, and some 0 for a token that does not end.
    private func lifetime(_ tokens: Value) -> Duration? {
        let given = tokens["expires_in"]
        let seconds = given?.doubleValue ?? given?.stringValue.flatMap { Double($0.trimmed) }
        guard let seconds, seconds.isFinite, seconds > 0, seconds < 1e10 else { return service.lifetime }
        return .seconds(seconds)
    }

    /// Separated by spaces as RFC 6749 says, or by commas whatever separates them in the request; or a list.
    private func scopes(_ tokens: Value) -> [String]? {
        let given = tokens["scope"] ?? tokens["scopes"]
        if let list = given?.listValue { return list.compactMap(\.stringValue) }
        return given?.stringValue.map { $0.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init) }
    }

    /// The provider's word for why it refuses, and a sentence about it: where RFC 6749 has them, else where the
    /// provider does. The latter may be used for other things in an answer that has a token.
    var refusal: (code: String, reason: String?)? {
        let standard = TokenService.Refusals()
        for rule in [standard, service.refusals] where rule.code == standard.code || holder(of: "access_token") == nil {
            if let code = text(at: rule.code), !code.isEmpty { return (code, text(at: rule.description)) }
        }
        return nil
    }

    private func text(at path: String) -> String? {
        var place = members
        for part in path.split(separator: ".") { place = place?[String(part)] }
        guard let place else { return nil }
        return place.stringValue ?? place.intValue.map(String.init)
    }

    /// Whether a member that is true in every good answer is false here.
    var deniesSuccess: Bool {
        guard let success = service.refusals.success else { return false }
        return members?[success]?.boolValue == false
    }

    /// How far this machine's clock is ahead of the provider's, by its `Date`; nil where that doesn't say.
    func clockLead(asked: Timestamp) -> Duration? {
        response.headers["date"].flatMap { Timestamp(httpDate: $0) }.map { asked.since($0) }
    }

    private func unusable(_ what: String) -> Failure {
        Failure(
            .protocolError, "the answer of \(service.title) holds \(what)",
            hint: "check that \(service.url) is the provider's token endpoint", code: "token_answer")
    }
}
