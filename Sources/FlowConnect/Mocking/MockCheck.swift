import FlowCore
import FlowExpression
import FlowSpec

/// What a service would refuse of a request: no credential, names it doesn't know, what it needs left out, values of
/// another type.
struct MockCheck {
    let connector: Connector
    let route: MockRoute

    var request: RequestTemplate { route.request }

    /// Whether it is this request at all: those of GraphQL share an address, and others differ by what the query names.
    func isMeant(by sent: MockRequest) -> Bool {
        guard request.queryInPath.allSatisfy({ name in sent.query.contains { $0.name == name } }) else { return false }
        guard case .graphQL(let query, _) = request.body else { return true }
        return sent.json?["query"]?.stringValue == query
    }

    /// nil where the request is as it should be.
    func objection(to sent: MockRequest, path: [String: String]) -> MockReply? {
        if let objection = objectionToCredential(of: sent, path) { return objection }
        for (name, _) in sent.query where !knownInQuery(name) {
            return .refusal(400, "unknown parameter \"\(name)\" in the query")
        }
        return objectionToHeaders(sent) ?? objectionToBody(sent) ?? objectionToNames(sent) ?? objectionToArguments(sent)
            ?? objectionByRules(sent)
    }

    // MARK: Headers and bodies

    private func objectionToHeaders(_ sent: MockRequest) -> MockReply? {
        let ofRequest = request.headers.compactMap { name, value in
            if case .json = value { name } else { nil as String? }
        }
        let ofConnector = request.sendsCredential ? connector.requiredHeaders : []
        return (ofConnector + ofRequest).first { sent.headers[$0] == nil }
            .map { .refusal(400, "the header \"\($0)\" is missing") }
    }

    private func objectionToBody(_ sent: MockRequest) -> MockReply? {
        guard !sent.body.isEmpty else { return nil }
        if sent.isJSON, sent.json == nil { return .refusal(400, "the body can't be read as JSON") }
        switch bodyKind {
        case .form where sent.isJSON: return .refusal(400, "the body must be a form, not JSON")
        case .form where sent.form == nil: return .refusal(400, "the body must be a form")
        case .json where !sent.isJSON: return .refusal(400, "the body must be JSON")
        default: return nil
        }
    }

    /// nil where the body is another one, or none.
    private var bodyKind: Connector.BodyKind? {
        switch request.body {
        case .json, .graphQL: return .json
        case .form: return .form
        case .none:
            let places = request.placed.map(place)
            if places.contains(where: { if case .json = $0 { true } else { false } }) { return .json }
            return places.contains { if case .form = $0 { true } else { false } } ? .form : nil
        case .multipart, .related, .xml, .raw: return nil
        }
    }

    // MARK: Credentials

    func objectionToCredential(of sent: MockRequest, _ path: [String: String]) -> MockReply? {
        guard request.sendsCredential, !connector.auth.isEmpty, !isSigned(sent, path) else { return nil }
        return .refusal(401, "the request has no credential of \(connector.name)")
    }

    private func isSigned(_ sent: MockRequest, _ path: [String: String]) -> Bool {
        let authorization = sent.headers["Authorization"] ?? ""
        return connector.schemes(for: route.operation).contains { scheme in
            switch scheme.signer {
            case .bearer, .assertion: authorization.hasPrefix("Bearer ") && authorization != "Bearer "
            case .basic:
                authorization.hasPrefix("Basic ")
                    && Base64.decode(String(authorization.dropFirst("Basic ".count)))?.contains(UInt8(ascii: ":"))
                        == true
            case .header(let name, _, _): sent.headers[name]?.isEmpty == false
            case .query(let name, _): sent.query.contains { $0.name == name && !$0.value.isEmpty }
            case .path: path[MockRoute.credentialName]?.isEmpty == false
            case .oauth1: authorization.hasPrefix("OAuth ")
            case .signatureV4:
                authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=")
                    || sent.query.contains { $0.name == "X-Amz-Signature" }
            }
        }
    }

    // MARK: Names

    private func knownInQuery(_ name: String) -> Bool {
        var known = Set(request.query.map(\.name) + request.queryInPath)
        for parameter in request.placed where place(parameter) == .query { known.insert(parameter.wireName) }
        for slot in slots where slot.place == .query { known.insert(slot.name) }
        for case .query(let name, _) in connector.auth.map(\.signer) { known.insert(name) }
        return known.contains(root(name))
    }

    private func objectionToNames(_ sent: MockRequest) -> MockReply? {
        if let form = sent.form, let known = knownFields {
            for (name, _) in form where !known.contains(root(name)) {
                return .refusal(400, "unknown field \"\(name)\" in the form")
            }
        }
        return sent.json.flatMap(knownMembers.stranger).map { .refusal(400, "unknown member \"\($0)\" in the body") }
    }

    /// The name of a field without what stands in brackets behind it.
    func root(_ name: String) -> String {
        let known = request.placed.map(\.wireName) + request.query.map(\.name)
        return known.contains(name) ? name : String(name.prefix { $0 != "[" })
    }

    /// Fields that a form may have; nil where the body is another one, or members of an argument are fields.
    private var knownFields: Set<String>? {
        var known: Set<String>
        switch request.body {
        case .none: known = []
        case .form(let fields): known = Set(fields.map(\.name))
        default: return nil
        }
        for parameter in request.placed where place(parameter) == .form {
            guard !parameter.spreads else { return nil }
            known.insert(parameter.wireName)
        }
        return known.union(slots.filter { $0.place == .form }.map(\.name))
    }

    /// Members that the JSON of the body may have.
    private var knownMembers: KnownMembers {
        var known: KnownMembers
        switch request.body {
        case .none: known = .these([:])
        case .json(let template): known = KnownMembers(template)
        case .graphQL(_, let variables):
            known = .these([
                "query": .any, "operationName": .any, "variables": variables.map(KnownMembers.init) ?? .these([:]),
            ])
        default: return .any
        }
        for parameter in request.placed {
            guard case .json(let path) = place(parameter) else { continue }
            known.open(at: inside + path + (parameter.spreads ? [] : [parameter.wireName]))
        }
        for slot in slots {
            if case .json(let path) = slot.place { known.open(at: inside + path + [slot.name]) }
        }
        return known
    }

    /// What the body holds the members in that parameters become.
    private var inside: [String] { if case .graphQL = request.body { ["variables"] } else { [] } }

    /// Where the mark and the size of a page are said.
    private var slots: [Pagination.Slot] {
        guard case .pages(_, let pagination) = route.operation.work else { return [] }
        return [pagination.send, pagination.size?.slot].compactMap(\.self)
    }

    func place(_ parameter: OperationParameter) -> OperationParameter.Place {
        parameter.place ?? request.defaultPlace(connector.defaults)
    }

    /// What holds the members that parameters become; nil where the body isn't JSON.
    func members(of sent: MockRequest) -> Value? {
        guard !sent.body.isEmpty else { return .map(ValueMap()) }
        return sent.json.map { json in inside.reduce(json) { $0[$1] ?? .map(ValueMap()) } }
    }
}
