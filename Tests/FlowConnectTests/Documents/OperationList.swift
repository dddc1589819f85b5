import FlowCore

/// A list of operations that was derived from a vendor's SDK in Python, with the names and types of their parameters:
/// `{ "operations": [{ "method": "POST", "path": "/v1/refunds", "params": { "amount": { "type": "int" } } }] }`.
struct OperationList: VendorDocument {
    private let operations: [(method: String, pattern: PathPattern, operation: Value)]

    init?(_ file: DocumentFile) {
        guard let list = file.value?["operations"]?.listValue else { return nil }
        operations = list.map {
            ($0["method"]?.stringValue ?? "", PathPattern($0["path"]?.stringValue ?? ""), $0)
        }
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let line = "\(request.method) \(request.path)"
        let found = operations.filter { $0.method == request.method && $0.pattern.match(request.path) != nil }
        guard let (_, pattern, operation) = found.max(by: { $0.pattern.literalCount < $1.pattern.literalCount }) else {
            return [ContractComplaint(line: line, pattern: line, text: "is not in the document")]
        }
        var check = OperationListCheck(nested: operation["nested"] ?? .map(ValueMap()))
        var pairs = request.query
        if case .form(let form) = request.body { pairs += form }
        check.fields(pairs, of: operation["params"] ?? .map(ValueMap()))
        return check.complaints.map {
            ContractComplaint(line: line, pattern: "\(request.method) \(pattern.text)", name: $0.name, text: $0.text)
        }
    }
}

/// The fields of one form, `items[0][price]=p1`, against parameters with types as Python writes them.
private struct OperationListCheck {
    /// Members of the types that have some, by the name of the type.
    let nested: Value
    var complaints: [(name: String, text: String)] = []

    mutating func fields(_ pairs: [(name: String, value: String)], of parameters: Value) {
        for (name, value) in pairs {
            let parts = name.split { $0 == "[" || $0 == "]" }.map(String.init)
            field(name, parts[...], value, parameters)
        }
        let given = Set(pairs.map { String($0.name.prefix { $0 != "[" }) })
        for (key, parameter) in parameters.mapValue ?? ValueMap()
        where parameter["required"] == true && !given.contains(key.text) {
            complaints.append((key.text, "is missing"))
        }
    }

    private mutating func field(
        _ name: String, _ parts: ArraySlice<String>, _ value: String, _ parameters: Value
    ) {
        guard let first = parts.first, let parameter = parameters[first] else {
            complaints.append((name, "is not in the document"))
            return
        }
        let type = parameter["type"]?.stringValue ?? ""
        var rest = parts.dropFirst()
        if type.contains("List["), rest.first.flatMap({ Int($0) }) != nil { rest = rest.dropFirst() }
        guard !rest.isEmpty else {
            if let objection = Self.objection(value, to: type) { complaints.append((name, objection)) }
            return
        }
        if type.contains("Dict[") { return }
        let members = nested.mapValue?.first { type.contains($0.key.text) && $0.value[rest.first ?? ""] != nil }
        guard let members else {
            complaints.append((name, "is not in the document"))
            return
        }
        field(name, rest, value, members.value)
    }

    private static func objection(_ value: String, to type: String) -> String? {
        if type == "int", Int(value) == nil { return "must be a whole number, not \"\(value)\"" }
        if type.contains("bool"), value == "true" || value == "false" { return nil }
        if type == "bool" { return "must be true or false, not \"\(value)\"" }
        guard let literals = type.firstRange(of: "Literal[") else { return nil }
        let choices = type[literals.upperBound...].split(separator: "'", omittingEmptySubsequences: false)
        let known = choices.indices.filter { $0 % 2 == 1 }.map { choices[$0] }
        return known == [""] || known.contains(value[...]) ? nil : "must not be \"\(value)\""
    }
}
