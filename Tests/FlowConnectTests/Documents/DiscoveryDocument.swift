import FlowCore

/// A discovery document, with which Google describes its interfaces. It is read as the OpenAPI document that says the
/// same.
struct DiscoveryDocument: VendorDocument {
    private let translated: OpenAPIDocument

    init?(_ file: DocumentFile) {
        guard let root = file.value, root["discoveryVersion"] != nil else { return nil }
        var translation = DiscoveryTranslation(root)
        translation.add(root)
        let bytes = JSON.bytes(translation.document)
        guard let translated = OpenAPIDocument(DocumentFile(name: "translated.json", bytes: bytes)) else { return nil }
        self.translated = translated
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        translated.complaints(about: request)
    }
}

/// What a discovery document says, in the words of OpenAPI.
private struct DiscoveryTranslation {
    private let root: Value
    private var paths = ValueMap()

    init(_ root: Value) { self.root = root }

    var document: Value {
        let schemas = (root["schemas"]?.mapValue ?? ValueMap()).mapValues { schema($0) }
        return ["openapi": "3.1.0", "paths": .map(paths), "components": ["schemas": .map(schemas)]]
    }

    /// The methods of a resource and of those inside it.
    mutating func add(_ resource: Value) {
        for (_, method) in resource["methods"]?.mapValue ?? ValueMap() { add(method: method) }
        for (_, inner) in resource["resources"]?.mapValue ?? ValueMap() { add(inner) }
    }

    private mutating func add(method: Value) {
        let verb = method["httpMethod"]?.stringValue?.lowercased() ?? ""
        let own = "/" + (root["servicePath"]?.stringValue ?? "") + (method["path"]?.stringValue ?? "")
        let upload = method["mediaUpload"]?["protocols"]?["simple"]?["path"]?.stringValue
        for (path, isUpload) in [(own, false), (upload, true)] {
            guard let path else { continue }
            var item = paths[path]?.mapValue ?? ValueMap()
            item[verb] = operation(method, isUpload: isUpload)
            paths[path] = .map(item)
        }
    }

    private func operation(_ method: Value, isUpload: Bool) -> Value {
        var content = ValueMap()
        if let reference = method["request"]?["$ref"]?.stringValue {
            content["application/json"] = ["schema": ["$ref": .string("#/components/schemas/\(reference)")]]
        }
        // Bytes of any type, and what they are about beside them.
        if isUpload { content["*/*"] = ["schema": [:]] }
        // Those of the method come after those that all have.
        let parameters = [root, method].flatMap { described in
            (described["parameters"]?.mapValue ?? ValueMap()).map { parameter($0.key.text, $0.value) }
        }
        return ["parameters": .list(parameters), "requestBody": ["content": .map(content)]]
    }

    private func parameter(_ name: String, _ described: Value) -> Value {
        var single = schema(described).mapValue ?? ValueMap()
        single["required"] = nil
        let schema: Value = described["repeated"] == true ? ["anyOf": [.map(single), ["type": "array"]]] : .map(single)
        let isRequired = described["required"] == true
        return [
            "name": .string(name), "in": described["location"] ?? "query", "required": .bool(isRequired),
            "schema": schema,
        ]
    }

    /// References have names only, and "any" is no type of JSON Schema.
    private func schema(_ value: Value) -> Value {
        switch value {
        case .list(let items): return .list(items.map(schema))
        case .map(let map):
            var translated = ValueMap()
            for (key, member) in map {
                switch (key.text, member) {
                case ("$ref", .string(let name)): translated["$ref"] = .string("#/components/schemas/\(name)")
                case ("type", "any"): break
                default: translated[key] = schema(member)
                }
            }
            return .map(translated)
        default: return value
        }
    }
}
