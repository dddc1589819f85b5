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

        /// A map under a name with `*` is a field for each member.
        mutating func setHeader(_ name: String, _ value: Value) {
            if name.contains("*"), let members = value.mapValue?.names {
                for member in members { setHeader(name.replacing("*", with: member), value[member] ?? .null) }
                return
            }
            let isNothing = value.isLeftOut || value.isNull
            headers[name] = isNothing ? Optional.none : WireText.of(value)
            if value.containsSecret { secrets.add(header: name) }
        }

        /// Members of a map are added to those that are there, at any depth.
        mutating func addJSON(_ value: Value) {
            if !value.isLeftOut { json = json?.merging(value) ?? value }
        }

        mutating func addForm(_ name: String, _ value: Value) {
            for (name, value) in formStyle.fields(name, value) {
                form = (form ?? []) + [(name, WireText.of(value))]
                secrets.add(inBody: value, under: name)
            }
        }

        mutating func add(_ name: String, _ value: Value, to place: OperationParameter.Place) {
            switch place {
            case .path: break
            case .query: addQuery(name, value)
            case .header: setHeader(name, value)
            case .form: addForm(name, value)
            case .multipart: addPart(MultipartDraft.Part(name: name, value: value))
            case .json(let path):
                json = (json ?? .map(ValueMap())).setting(name, inside: path, to: value)
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
        try markAddress(template, in: &draft)
        for (name, value) in connector.headers {
            let value = try rendering.value(value)
            if !value.isLeftOut, !value.isNull { draft.setHeader(name, value) }
        }
        for parameter in template.placed { try place(parameter, of: template, in: &draft) }
        for (name, value) in template.query {
            let value = try rendering.value(value)
            if !value.isLeftOut { draft.addQuery(name, value) }
        }
        for (name, value) in template.headers { draft.setHeader(name, try rendering.value(value)) }
        if let further = template.furtherHeaders { try addHeaders(further, to: &draft) }
        try addBody(template.body, to: &draft)
        for field in draft.headers.fields { try checkHeader(field) }
        return draft
    }

    // MARK: Address

    private func address(_ template: RequestTemplate) throws(Failure) -> String {
        switch template.target {
        case .address(let template):
            var text = try rendering.text(template) ?? ""
            // A reference to a path stays at the service (RFC 3986, 5.2).
            if text.hasPrefix("/"), !text.hasPrefix("//"), let origin = Origin(base) {
                text = origin.description + text
            }
            guard Origin(text) != nil || rendering.isPreview else {
                throw Failure(
                    .protocolError, "\(node): the address to go on with is no http or https URL",
                    underlying: "the expression \"\(template.span.text)\"")
            }
            // The mark is the connector's to set.
            return PathCredential.withoutMarks(text)
        case .path(let segments):
            var path = ""
            for segment in segments {
                switch segment {
                case .text(let text): path += text
                case .credential(let keepsSlashes): path += PathCredential.mark(keepsSlashes: keepsSlashes)
                case .parameter(let name, let keepsSlashes):
                    path += try pathText(name, template, keepsSlashes: keepsSlashes)
                }
            }
            let root = base.hasSuffix("/") ? String(base.dropLast()) : base
            return root + (path.hasPrefix("/") || path.isEmpty ? path : "/" + path)
        }
    }

    /// An address that is as good as a credential is so by its path or by its query.
    private func markAddress(_ template: RequestTemplate, in draft: inout Draft) throws(Failure) {
        guard case .address(let template) = template.target, !rendering.isPreview,
            try rendering.value(template).containsSecret
        else { return }
        let path = draft.address.prefix { $0 != "?" && $0 != "#" }
        if let start = path.firstRange(of: "://")?.upperBound {
            let secret = path[start...].drop { $0 != "/" }.dropFirst()
            if !secret.isEmpty { draft.secrets.add(inPath: String(secret)) }
        }
        for pair in draft.address.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
            draft.secrets.add(parameter: PercentEncoding.decode(String(pair.prefix { $0 != "=" })))
        }
    }

    private func pathText(
        _ name: String, _ template: RequestTemplate, keepsSlashes: Bool
    ) throws(Failure) -> String {
        let text: String
        if let given = template.pathValues.first(where: { $0.name == name }) {
            let value = try rendering.value(given.value)
            text = value.isLeftOut || value.isNull ? "" : WireText.of(value)
        } else {
            let parameter = connectorParameter(name)
            text = arguments[name].map { WireText.of(parameter?.wireValue($0) ?? $0) } ?? ""
        }
        let parts = keepsSlashes ? text.pieces(between: "/") : [text]
        // A dot segment would lead to another endpoint, encoded or not (RFC 3986, 5.2.4).
        if text.isEmpty || parts.contains("..") || parts.contains(".") {
            let what = text.isEmpty ? "must not be empty" : "must not have \".\" or \"..\" as a part"
            throw Failure(.invalid, "\(node): \(noun(of: name, in: template)) \(what)")
        }
        return WireText.encode(text, keeping: keepsSlashes ? "/" : "", isPreview: rendering.isPreview)
    }

    /// What the user knows a name in a path by: the parameter, or the only one that its value is made of.
    private func noun(of name: String, in template: RequestTemplate) -> String {
        let value = template.pathValues.first { $0.name == name }?.value
        let read = (value?.expressions ?? []).flatMap(\.references).filter { $0.root == "params" }
        let sources = value == nil ? [name] : Set(read.map { $0.members.first ?? "" }).sorted()
        guard sources.count == 1, connectorParameter(sources[0]) != nil else { return "\"\(name)\" in the path" }
        return "parameter \"\(sources[0])\""
    }

    private func connectorParameter(_ name: String) -> OperationParameter? {
        connector.operation(String(node.drop { $0 != "." }.dropFirst()))?.parameters.first { $0.name == name }
    }

    // MARK: Arguments

    private func place(
        _ parameter: OperationParameter, of template: RequestTemplate, in draft: inout Draft
    ) throws(Failure) {
        guard let argument = arguments[parameter.name] else { return }
        let place = parameter.place ?? template.defaultPlace(connector.defaults)
        for value in parameter.wireValues(rendering.isPreview ? Rendering.masked(argument) : argument) {
            guard parameter.spreads, let names = value.mapValue?.names else {
                draft.add(parameter.wireName, value, to: place)
                continue
            }
            for name in names { draft.add(name, value[name] ?? .null, to: place) }
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
                if !value.isLeftOut { draft.addForm(name, value) }
            }
        case .multipart(let parts): for part in parts { try addPart(part, to: &draft) }
        case .related(let parts): for part in parts { try addPart(part, isRelated: true, to: &draft) }
        case .xml(let template):
            let value = try rendering.value(template)
            if !value.isLeftOut { draft.xml = value }
        case .raw(let template): draft.raw = try rendering.value(template)
        }
    }

    private func addPart(
        _ part: PartTemplate, isRelated: Bool = false, to draft: inout Draft
    ) throws(Failure) {
        let value = try rendering.value(part.value)
        guard !value.isLeftOut else { return }
        draft.addPart(
            MultipartDraft.Part(
                name: part.name, value: value, encoding: part.encoding,
                mediaType: try part.mediaType.map { template throws(Failure) in try rendering.text(template) } ?? nil,
                fileName: try part.fileName.map { template throws(Failure) in try rendering.text(template) } ?? nil),
            isRelated: isRelated)
    }

    /// Fields whose names an answer gave.
    private func addHeaders(_ template: Template, to draft: inout Draft) throws(Failure) {
        let value = try rendering.value(template)
        for name in value.mapValue?.names ?? [] where !HeaderTemplate.ofTransport.contains(name.lowercased()) {
            draft.setHeader(name, value[name] ?? .null)
        }
    }

    /// A line break in a header would start another one.
    private func checkHeader(_ field: HTTPHeaders.Field) throws(Failure) {
        guard HeaderTemplate.isName(field.name) else {
            throw Failure(.invalid, "\(node): \(JSON.quoted(field.name)) is no header name")
        }
        guard field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else { return }
        throw Failure(.invalid, "\(node): the header \"\(field.name)\" must not hold a line break or control character")
    }
}

extension Value {
    /// The map with the members of another, maps inside both likewise; the other value where one of them is no map.
    func merging(_ other: Value) -> Value {
        guard case .map(var merged) = self, case .map(let members) = other else { return other }
        for (key, member) in members { merged[key] = merged[key]?.merging(member) ?? member }
        return .map(merged)
    }

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
