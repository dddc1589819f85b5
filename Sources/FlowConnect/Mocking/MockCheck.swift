import FlowCore
import FlowExpression
import FlowSpec

/// What a service would refuse of a request: no credential, names it doesn't know, what it needs left out, values of
/// another type.
struct MockCheck {
    let connector: Connector
    let route: MockRoute

    private var request: RequestTemplate { route.request }

    /// Whether it is this request at all: those of GraphQL share an address.
    func isMeant(by sent: MockRequest) -> Bool {
        guard case .graphQL(let query, _) = request.body else { return true }
        return sent.json?["query"]?.stringValue == query
    }

    /// nil where the request is as it should be.
    func objection(to sent: MockRequest, path: [String: String]) -> MockReply? {
        if request.sendsCredential, !connector.auth.isEmpty, !isSigned(sent, path) {
            return .refusal(401, "the request has no credential of \(connector.name)")
        }
        for name in request.queryInPath where !sent.query.contains(where: { $0.name == name }) {
            return .refusal(400, "\"\(name)\" is missing in the query")
        }
        for (name, _) in sent.query where !knownInQuery(name) {
            return .refusal(400, "unknown parameter \"\(name)\" in the query")
        }
        if let objection = objectionToBody(sent) { return objection }
        if let form = sent.form, let known = knownInBody {
            for (name, _) in form where !known.contains(root(name)) {
                return .refusal(400, "unknown field \"\(name)\" in the form")
            }
        }
        if let json = sent.json?.mapValue, let known = knownInBody {
            for name in json.names where !known.contains(name) {
                return .refusal(400, "unknown member \"\(name)\" in the body")
            }
        }
        return objectionToArguments(sent) ?? objectionByRules(sent)
    }

    // MARK: Kinds of bodies

    private func objectionToBody(_ sent: MockRequest) -> MockReply? {
        if sent.isJSON, !sent.body.isEmpty, sent.json == nil { return .refusal(400, "the body can't be read as JSON") }
        let wanted = bodyKind
        if wanted == .form, sent.isJSON { return .refusal(400, "the body must be a form, not JSON") }
        if wanted == .json, !sent.body.isEmpty, !sent.isJSON {
            return .refusal(400, "the body must be JSON")
        }
        let names = request.headers.compactMap { name, value in if case .json = value { name } else { nil as String? } }
        return names.first { sent.headers[$0] == nil }.map { .refusal(400, "the header \"\($0)\" is missing") }
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

    private func isSigned(_ sent: MockRequest, _ path: [String: String]) -> Bool {
        connector.schemes(for: route.operation).contains { scheme in
            switch scheme.signer {
            case .bearer, .assertion: sent.headers["Authorization"]?.hasPrefix("Bearer ") == true
            case .basic: sent.headers["Authorization"]?.hasPrefix("Basic ") == true
            case .header(let name, _, _): sent.headers[name]?.isEmpty == false
            case .query(let name, _): sent.query.contains { $0.name == name && !$0.value.isEmpty }
            case .path: path[MockRoute.credentialName]?.isEmpty == false
            case .oauth1: sent.headers["Authorization"]?.hasPrefix("OAuth ") == true
            case .signatureV4:
                sent.headers["Authorization"]?.hasPrefix("AWS4-HMAC-SHA256 Credential=") == true
                    || sent.query.contains { $0.name == "X-Amz-Signature" }
            }
        }
    }

    // MARK: Names

    private func knownInQuery(_ name: String) -> Bool {
        var known = Set(request.query.map(\.name) + request.queryInPath)
        for parameter in request.placed where place(parameter) == .query { known.insert(parameter.wireName) }
        if case .pages(_, let pagination) = route.operation.work {
            for slot in [pagination.send, pagination.size?.slot].compactMap(\.self) where slot.place == .query {
                known.insert(slot.name)
            }
        }
        for case .query(let name, _) in connector.auth.map(\.signer) { known.insert(name) }
        return known.contains(root(name))
    }

    /// The name of a field without what stands in brackets behind it.
    private func root(_ name: String) -> String {
        let known = request.placed.map(\.wireName) + request.query.map(\.name)
        return known.contains(name) ? name : String(name.prefix { $0 != "[" })
    }

    /// Members that the body may have; nil where a template makes all of it.
    private var knownInBody: Set<String>? {
        guard !request.placed.contains(where: \.spreads) else { return nil }
        var known: Set<String> = []
        switch request.body {
        case .none: break
        case .json(let template):
            switch template.content {
            case .map(let members) where members.contains { $0.key == ValueTemplate.spread }: return nil
            case .map(let members): known.formUnion(members.map(\.key))
            default: return nil
            }
        case .form(let fields): known.formUnion(fields.map(\.name))
        default: return nil
        }
        for parameter in request.placed {
            switch place(parameter) {
            case .json(let path): known.insert(path.first ?? parameter.wireName)
            case .form: known.insert(parameter.wireName)
            default: break
            }
        }
        if case .pages(_, let pagination) = route.operation.work {
            for slot in [pagination.send, pagination.size?.slot].compactMap(\.self) {
                if case .json(let path) = slot.place { known.insert(path.first ?? slot.name) }
                if slot.place == .form { known.insert(slot.name) }
            }
        }
        return known
    }

    private func place(_ parameter: OperationParameter) -> OperationParameter.Place {
        parameter.place ?? request.defaultPlace(connector.defaults)
    }

    // MARK: Arguments

    private func objectionToArguments(_ sent: MockRequest) -> MockReply? {
        for parameter in request.placed where !parameter.spreads && parameter.converters.isEmpty {
            switch place(parameter) {
            case .query:
                let isThere = sent.query.contains { root($0.name) == parameter.wireName }
                if parameter.parameter.isRequired, !isThere { return missing(parameter) }
            case .form where sent.form != nil:
                let isThere = sent.form?.contains { root($0.name) == parameter.wireName } == true
                if parameter.parameter.isRequired, !isThere { return missing(parameter) }
            case .json(let path):
                guard let json = members(of: sent) else { break }
                let value = (path + [parameter.wireName]).reduce(Optional(json)) { $0?[$1] }
                guard let value else {
                    if parameter.parameter.isRequired { return missing(parameter) }
                    break
                }
                if parameter.join == nil, let objection = parameter.parameter.objection(to: value) {
                    return .refusal(400, "\"\(parameter.wireName)\" \(objection)")
                }
            default: break
            }
        }
        return nil
    }

    /// What has to be there together, or one for the other; what a template places can't be told from outside.
    private func objectionByRules(_ sent: MockRequest) -> MockReply? {
        for rule in route.operation.rules {
            let (names, isKept): ([String], (Int, Int) -> Bool) =
                switch rule {
                case .any(let names): (names, { count, _ in count > 0 })
                case .one(let names): (names, { count, _ in count == 1 })
                case .together(let names): (names, { count, all in count == 0 || count == all })
                }
            let parameters = request.placed.filter { names.contains($0.name) && isSeen($0) }
            guard parameters.count == names.count, !isKept(parameters.count { isThere($0, in: sent) }, names.count)
            else {
                continue
            }
            let shown = parameters.map(\.wireName).joined(separator: ", ")
            switch rule {
            case .any: return .refusal(400, "at least one of \(shown) is missing")
            case .one: return .refusal(400, "exactly one of \(shown) has to be there")
            case .together: return .refusal(400, "\(shown) belong together")
            }
        }
        return nil
    }

    /// Whether it can be found in a request; parts of a body aren't looked at.
    private func isSeen(_ parameter: OperationParameter) -> Bool {
        if case .multipart = place(parameter) { false } else { !parameter.spreads }
    }

    private func isThere(_ parameter: OperationParameter, in sent: MockRequest) -> Bool {
        switch place(parameter) {
        case .path, .multipart: true
        case .query: sent.query.contains { root($0.name) == parameter.wireName }
        case .form: sent.form?.contains { root($0.name) == parameter.wireName } == true
        case .header: sent.headers[parameter.wireName] != nil
        case .json(let path): (path + [parameter.wireName]).reduce(members(of: sent)) { $0?[$1] } != nil
        }
    }

    /// What holds the members that parameters become.
    private func members(of sent: MockRequest) -> Value? {
        var json = sent.json
        if json == nil, sent.body.isEmpty { json = .map(ValueMap()) }
        if case .graphQL = request.body { return json?["variables"] }
        return json
    }

    private func missing(_ parameter: OperationParameter) -> MockReply {
        .refusal(400, "\"\(parameter.wireName)\" is missing")
    }
}
