import FlowCore

/// A list of methods that are called by name, with the types of what they take: how a page of an RPC interface is
/// written down. Requests go to `/bot<token>/<method>`, with the fields in the query or the body.
struct MethodListDocument: VendorDocument {
    private let methods: Value
    private let types: Value

    init?(_ file: DocumentFile) {
        guard let methods = file.value?["methods"], let types = file.value?["types"], methods.mapValue != nil else {
            return nil
        }
        self.methods = methods
        self.types = types
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let parts = request.path.split(separator: "/")
        let line = "\(request.method) /\(parts.dropFirst().joined(separator: "/"))"
        func complaint(_ name: String?, _ text: String) -> ContractComplaint {
            ContractComplaint(line: line, pattern: line, name: name, text: text)
        }
        guard parts.count == 2, parts[0].hasPrefix("bot"), let method = methods[String(parts[1])] else {
            return [complaint(nil, "is not in the document")]
        }
        var given = ValueMap(request.query.map { ($0.name, .string($0.value)) })
        switch request.body {
        case .none: break
        case .json(let value): for (key, value) in value.mapValue ?? ValueMap() { given[key] = value }
        case .form(let pairs): for (name, value) in pairs { given[name] = .string(value) }
        case .multipart(let names): for name in names { given[name] = value(ofPart: request.texts[name] ?? "") }
        case .raw: return [complaint(nil, "has a body that is none of fields")]
        }
        var check = FieldCheck(types: types, isTyped: false)
        if case .json = request.body { check.isTyped = true }
        // Files that other fields name stand beside them.
        if case .multipart = request.body { check.mayHoldMore = true }
        check.fields(given, method["fields"]?.listValue ?? [], "")
        return check.complaints.map { complaint($0.name, $0.text) }
    }

    /// In a part, what is made of others stands as JSON.
    private func value(ofPart text: String) -> Value {
        guard text.hasPrefix("{") || text.hasPrefix("[") else { return .string(text) }
        return (try? JSON.parse(text)) ?? .string(text)
    }
}

/// Values against lists of fields, as deep as the types go.
private struct FieldCheck {
    let types: Value
    /// Whether all values have types; in a query and a form those alone do that are JSON.
    var isTyped: Bool
    var mayHoldMore = false
    private(set) var complaints: [(name: String, text: String)] = []

    init(types: Value, isTyped: Bool) {
        self.types = types
        self.isTyped = isTyped
    }

    mutating func fields(_ given: ValueMap, _ fields: [Value], _ place: String) {
        for (key, value) in given {
            let name = place + key.text
            if let field = fields.first(where: { $0["name"]?.stringValue == key.text }) {
                check(value, field["types"]?.listValue?.compactMap(\.stringValue) ?? [], name)
            } else if !(mayHoldMore && place.isEmpty) {
                complaints.append((name, "is not among the fields"))
            }
        }
        for field in fields where field["required"] == true {
            let name = field["name"]?.stringValue ?? ""
            if given[name] == nil { complaints.append((place + name, "is missing")) }
        }
    }

    private mutating func check(_ value: Value, _ types: [String], _ name: String) {
        guard isTyped || value.mapValue != nil || value.listValue != nil else { return }
        let found = types.map { complaints(about: value, $0, name) }
        complaints += found.min { $0.count < $1.count } ?? []
    }

    private func complaints(about value: Value, _ type: String, _ name: String) -> [(name: String, text: String)] {
        if type.hasPrefix("Array of ") {
            guard let items = value.listValue else { return [(name, "must be a list, not \(JSON.text(value))")] }
            return items.flatMap { complaints(about: $0, String(type.dropFirst(9)), name + "[]") }
        }
        let fits: Bool? =
            switch type {
            case "Integer": value.intValue != nil
            case "Float": value.doubleValue != nil
            case "Boolean": value.boolValue != nil
            case "String", "InputFile": value.stringValue != nil
            default: nil
            }
        if let fits { return fits ? [] : [(name, "must be \(type), not \(JSON.text(value))")] }
        guard let map = value.mapValue else { return [(name, "must be \(type), not \(JSON.text(value))")] }
        let kinds = types[type]?["subtypes"]?.listValue?.compactMap(\.stringValue) ?? [type]
        let found = kinds.map { kind in
            var inner = FieldCheck(types: types, isTyped: true)
            inner.fields(map, types[kind]?["fields"]?.listValue ?? [], name + ".")
            return inner.complaints
        }
        return found.min { $0.count < $1.count } ?? []
    }
}
