import FlowCore

/// One request against one operation of an OpenAPI document.
struct OpenAPICheck {
    private let root: Value
    private let schemas: JSONSchema
    private let place: OpenAPIDocument.Place
    /// Parameters of the operation, then those of its path that it doesn't replace.
    private let described: [Value]
    private(set) var complaints: [(name: String?, text: String)] = []

    init(root: Value, schemas: JSONSchema, place: OpenAPIDocument.Place) {
        self.root = root
        self.schemas = schemas
        self.place = place
        let all = (place.operation["parameters"]?.listValue ?? []) + (place.item["parameters"]?.listValue ?? [])
        described = all.map { OpenAPICheck.target(of: $0, in: root) }
    }

    // MARK: Parameters

    mutating func parameters(of request: DocumentedRequest) {
        for (name, text) in place.arguments {
            guard let parameter = parameter(name, in: "path") else { continue }
            check(PercentEncoding.decode(text), as: parameter, named: name)
        }
        check(request.query, in: "query", beside: request.fieldsOfForm)
        let headers = request.headers.fields.filter { !OpenAPIDocument.isCommon(header: $0.name) }
        check(headers.map { ($0.name, $0.value) }, in: "header")
    }

    /// - Parameter others: what is sent in another place, where a vendor describes both as one.
    private mutating func check(
        _ pairs: [(name: String, value: String)], in part: String, beside others: [(name: String, value: String)] = []
    ) {
        for (name, text) in pairs {
            if let parameter = parameter(name, in: part) {
                check(text, as: parameter, named: name)
            } else {
                complaints.append((name, "is not in the \(part)"))
            }
        }
        for parameter in described where parameter["in"]?.stringValue == part && parameter["required"] == true {
            let name = parameter["name"]?.stringValue ?? ""
            let isGiven = (pairs + others).contains { OpenAPICheck.same($0.name, name, part) }
            if !isGiven, !OpenAPIDocument.isCommon(header: name) {
                complaints.append((name, "is missing in the \(part)"))
            }
        }
    }

    private func parameter(_ name: String, in part: String) -> Value? {
        described.first {
            $0["in"]?.stringValue == part && OpenAPICheck.same(name, $0["name"]?.stringValue ?? "", part)
        }
    }

    /// A list in a query may be one parameter for each item, whose name may end in brackets.
    private static func same(_ name: String, _ described: String, _ part: String) -> Bool {
        if part == "header" { return name.lowercased() == described.lowercased() }
        return name == described || name == described + "[]"
    }

    private mutating func check(_ text: String, as parameter: Value, named name: String) {
        if let schema = parameter["content"]?["application/json"]?["schema"] {
            let value = (try? JSON.parse(text)) ?? .string(text)
            // A text alone is taken without its quotes, too.
            let asText = schemas.complaints(about: .string(text), schema)
            if !asText.isEmpty { add(schemas.complaints(about: value, schema), in: name) }
            return
        }
        let schema = parameter["schema"] ?? parameter
        add(schemas.complaints(about: schemas.value(ofText: text, simple(schema)), simple(schema)), in: name)
    }

    /// A parameter of version 2 is its own schema, but for what "required" means there.
    private func simple(_ schema: Value) -> Value {
        guard var map = schema.mapValue, map["in"] != nil else { return schema }
        map["required"] = nil
        return .map(map)
    }

    private mutating func add(_ found: [JSONSchema.Complaint], in name: String) {
        for complaint in found {
            let isDirect = name.isEmpty || complaint.place.isEmpty || complaint.place.hasPrefix("[")
            let place = name + (isDirect ? "" : ".") + complaint.place
            complaints.append((place.isEmpty ? nil : place, complaint.text))
        }
    }

    // MARK: Body

    mutating func body(of request: DocumentedRequest) {
        let bodyParameter = described.first { $0["in"]?.stringValue == "body" }
        let description = place.operation["requestBody"].map { OpenAPICheck.target(of: $0, in: root) }
        let content = description?["content"]?.mapValue ?? ValueMap()
        switch request.body {
        case .none:
            if description?["required"] == true { complaints.append((nil, "has no body, which is required")) }
            for parameter in described where parameter["required"] == true {
                guard ["formData", "body"].contains(parameter["in"]?.stringValue) else { continue }
                complaints.append((parameter["name"]?.stringValue, "is missing in the body"))
            }
        case .json(let value):
            if let schema = bodyParameter?["schema"] ?? schema(for: request, in: content) {
                add(schemas.complaints(about: value, schema), in: "")
            } else if described.contains(where: { $0["in"]?.stringValue == "formData" }) {
                fields(value)
            } else {
                complaints.append((nil, "has a JSON body, which the document doesn't"))
            }
        case .form(let pairs):
            form(pairs, schema(for: request, in: content), beside: request.query)
        case .multipart(let names):
            if let schema = schema(for: request, in: content) {
                for name in names {
                    guard let property = schemas.property(name, of: schema) else {
                        complaints.append((name, "is not in the body"))
                        continue
                    }
                    guard let text = request.texts[name] else { continue }
                    add(schemas.complaints(about: schemas.value(ofText: text, property), property), in: name)
                }
            } else {
                for name in names where parameter(name, in: "formData") == nil {
                    complaints.append((name, "is not in the body"))
                }
            }
        case .raw:
            guard schema(for: request, in: content) == nil, bodyParameter == nil else { return }
            complaints.append((nil, "has a body of type \(request.mediaType ?? "none"), which the document doesn't"))
        }
    }

    /// The schema of the body's own media type, or of one with a wildcard; an empty one where it says no more.
    private func schema(for request: DocumentedRequest, in content: ValueMap) -> Value? {
        guard let type = request.mediaType else { return nil }
        let family = type.prefix { $0 != "/" } + "/*"
        let entry =
            content.first { $0.key.text.prefix { $0 != ";" } == type } ?? content.first { $0.key.text == family }
        // Vendors' own JSON types hold what the plain one does.
        let json = type.hasSuffix("json") ? content.first { $0.key.text.contains("json") } : nil
        return (entry ?? json ?? content.first { $0.key.text == "*/*" }).map { $0.value["schema"] ?? .map(ValueMap()) }
    }

    /// A form, by the schema of its media type or by parameters: those of forms or, where a vendor describes but these,
    /// of the query.
    private mutating func form(
        _ pairs: [(name: String, value: String)], _ schema: Value?, beside query: [(name: String, value: String)]
    ) {
        if let schema {
            var object = ValueMap()
            for (name, text) in pairs {
                object[name] =
                    schemas.property(name, of: schema).map { schemas.value(ofText: text, $0) } ?? .string(text)
            }
            add(schemas.complaints(about: .map(object), schema), in: "")
        } else {
            let hasFields = described.contains { $0["in"]?.stringValue == "formData" }
            check(pairs, in: hasFields ? "formData" : "query", beside: hasFields ? [] : query)
        }
    }

    /// JSON for an operation that the document describes with a form: members are its parameters, and what is deeper
    /// isn't described.
    private mutating func fields(_ value: Value) {
        let members = value.mapValue ?? ValueMap()
        let plain = members.filter { $0.value.listValue == nil && $0.value.mapValue == nil }
        let deep = members.filter { $0.value.listValue != nil || $0.value.mapValue != nil }.map(\.key.text)
        for name in deep where parameter(name, in: "formData") == nil {
            complaints.append((name, "is not in the body"))
        }
        for (key, value) in plain {
            guard let parameter = parameter(key.text, in: "formData") else {
                complaints.append((key.text, "is not in the body"))
                continue
            }
            add(schemas.complaints(about: value, simple(parameter)), in: key.text)
        }
        for parameter in described where parameter["in"]?.stringValue == "formData" && parameter["required"] == true {
            let name = parameter["name"]?.stringValue ?? ""
            if members[name] == nil { complaints.append((name, "is missing in the body")) }
        }
    }

    private static func target(of value: Value, in root: Value) -> Value {
        guard let reference = value["$ref"]?.stringValue else { return value }
        return JSONSchema(root: root).resolve(reference) ?? value
    }
}
