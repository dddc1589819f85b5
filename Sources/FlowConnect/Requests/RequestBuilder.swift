import FlowCore
import FlowExpression
import FlowSpec

/// Fills a request's open places: arguments go to path, query, header or body, templates are evaluated.
struct RequestBuilder {
    /// A request before it is signed.
    struct Draft {
        var method: String
        /// Without what `query` adds.
        var address: String
        var query: [(name: String, value: String)] = []
        var headers = HTTPHeaders()
        var json: Value?
        var form: [(name: String, value: String)]?
        /// What the JSON holds the variables of.
        var graphQLQuery: String?
        var multipart: MultipartDraft?
        var xml: Value?
        var raw: Value?
        var formStyle = FormStyle.json
        /// Of all but `json`, `multipart` and `raw`, whose values keep their marks.
        var secrets = SecretPlaces()

        mutating func addQuery(_ name: String, _ value: Value) {
            for (name, value) in formStyle.fields(name, value) {
                query.append((name, WireText.of(value)))
                if value.containsSecret { secrets.add(parameter: name) }
            }
        }

        mutating func setHeader(_ name: String, _ value: Value) {
            let isNothing = value.isAbsent || value.isNull
            headers[name] = isNothing ? Optional.none : WireText.of(value)
            if value.containsSecret { secrets.add(header: name) }
        }

        /// Members of a map are added to those that are there.
        mutating func addJSON(_ value: Value) {
            if let earlier = json?.mapValue, let members = value.mapValue {
                var merged = earlier
                for (key, member) in members { merged[key] = member }
                json = .map(merged)
            } else if !value.isAbsent {
                json = value
            }
        }

        mutating func addForm(_ name: String, _ value: Value) {
            for (name, value) in formStyle.fields(name, value) {
                form = (form ?? []) + [(name, WireText.of(value))]
                secrets.add(inBody: value, under: name)
            }
        }

        mutating func addPart(_ part: MultipartDraft.Part, isRelated: Bool = false) {
            var draft = multipart ?? MultipartDraft(isRelated: isRelated)
            draft.parts.append(part)
            multipart = draft
        }
    }

    /// The full name of the node, for messages.
    let node: String
    let base: String
    let connector: Connector
    let arguments: ValueMap
    let rendering: Rendering

    /// - Throws: a failure of kind `invalid` where an argument can't take its place.
    func draft(_ template: RequestTemplate) throws(Failure) -> Draft {
        var draft = Draft(method: template.method, address: try address(template))
        draft.formStyle = connector.defaults.form
        for (name, value) in connector.headers {
            let value = try rendering.value(value)
            if !value.isAbsent, !value.isNull { draft.setHeader(name, value) }
        }
        for parameter in template.placed { try place(parameter, of: template, in: &draft) }
        for (name, value) in template.query {
            let value = try rendering.value(value)
            if !value.isAbsent { draft.addQuery(name, value) }
        }
        for (name, value) in template.headers { draft.setHeader(name, try rendering.value(value)) }
        try addBody(template.body, to: &draft)
        for field in draft.headers.fields { try checkHeader(field) }
        return draft
    }

    // MARK: Address

    private func address(_ template: RequestTemplate) throws(Failure) -> String {
        switch template.target {
        case .address(let template):
            let text = try rendering.text(template) ?? ""
            guard Origin(text) != nil || rendering.isPreview else {
                throw Failure(
                    .protocolError, "\(node): the address to go on with is no http or https URL",
                    underlying: "the expression \"\(template.span.text)\"")
            }
            // The mark is the connector's to set.
            return text.replacing(PathCredential.mark, with: PercentEncoding.encode(PathCredential.mark))
        case .path(let segments):
            var path = ""
            for segment in segments {
                switch segment {
                case .text(let text): path += text
                case .credential: path += PathCredential.mark
                case .parameter(let name, let keepsSlashes):
                    path += try pathText(name, keepsSlashes: keepsSlashes)
                }
            }
            let root = base.hasSuffix("/") ? String(base.dropLast()) : base
            return root + (path.hasPrefix("/") || path.isEmpty ? path : "/" + path)
        }
    }

    private func pathText(_ name: String, keepsSlashes: Bool) throws(Failure) -> String {
        let parameter = connectorParameter(name)
        let text = arguments[name].map { WireText.of(parameter?.wireValue($0) ?? $0) } ?? ""
        let parts = keepsSlashes ? text.split(separator: "/", omittingEmptySubsequences: false) : [text[...]]
        // A dot segment would lead to another endpoint, encoded or not (RFC 3986, 5.2.4).
        if text.isEmpty || parts.contains("..") || parts.contains(".") {
            let what = text.isEmpty ? "must not be empty" : "must not have \".\" or \"..\" as a part"
            throw Failure(.invalid, "\(node): parameter \"\(name)\" \(what)")
        }
        return WireText.encode(text, keeping: keepsSlashes ? "/" : "", isPreview: rendering.isPreview)
    }

    private func connectorParameter(_ name: String) -> OperationParameter? {
        connector.operation(String(node.drop { $0 != "." }.dropFirst()))?.parameters.first { $0.name == name }
    }

    // MARK: Arguments

    private func place(
        _ parameter: OperationParameter, of template: RequestTemplate, in draft: inout Draft
    ) throws(Failure) {
        guard let argument = arguments[parameter.name] else { return }
        for value in parameter.wireValues(rendering.isPreview ? Rendering.masked(argument) : argument) {
            switch parameter.place ?? template.defaultPlace(connector.defaults) {
            case .path: break
            case .query: draft.addQuery(parameter.wireName, value)
            case .header: draft.setHeader(parameter.wireName, value)
            case .form: draft.addForm(parameter.wireName, value)
            case .multipart: draft.addPart(MultipartDraft.Part(name: parameter.wireName, value: value))
            case .json(let path):
                draft.json = (draft.json ?? .map(ValueMap())).setting(parameter.wireName, inside: path, to: value)
            }
        }
    }

    // MARK: Body

    private func addBody(_ body: RequestTemplate.Body, to draft: inout Draft) throws(Failure) {
        switch body {
        case .none: break
        case .json(let template): draft.addJSON(try rendering.value(template))
        case .graphQL(let query, let variables):
            draft.graphQLQuery = query
            if let variables { draft.addJSON(try rendering.value(variables)) }
        case .form(let fields):
            for (name, template) in fields {
                let value = try rendering.value(template)
                if !value.isAbsent { draft.addForm(name, value) }
            }
        case .multipart(let parts): for part in parts { try addPart(part, to: &draft) }
        case .related(let parts): for part in parts { try addPart(part, isRelated: true, to: &draft) }
        case .xml(let template): draft.xml = try rendering.value(template)
        case .raw(let template): draft.raw = try rendering.value(template)
        }
    }

    private func addPart(
        _ part: PartTemplate, isRelated: Bool = false, to draft: inout Draft
    ) throws(Failure) {
        let value = try rendering.value(part.value)
        guard !value.isAbsent else { return }
        draft.addPart(
            MultipartDraft.Part(
                name: part.name, value: value, encoding: part.encoding,
                mediaType: try part.mediaType.map { template throws(Failure) in try rendering.text(template) } ?? nil,
                fileName: try part.fileName.map { template throws(Failure) in try rendering.text(template) } ?? nil),
            isRelated: isRelated)
    }

    /// A line break in a header would start another one.
    private func checkHeader(_ field: HTTPHeaders.Field) throws(Failure) {
        guard field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else { return }
        throw Failure(.invalid, "\(node): the header \"\(field.name)\" must not hold a line break or control character")
    }
}

extension Value {
    /// The map with `name` set to `value` inside the maps of the names in `path`, made where there are none.
    func setting(_ name: String, inside path: [String], to value: Value) -> Value {
        var map = mapValue ?? ValueMap()
        if let first = path.first {
            map[first] = (map[first] ?? .map(ValueMap())).setting(name, inside: Array(path.dropFirst()), to: value)
        } else {
            map[name] = value
        }
        return .map(map)
    }
}
