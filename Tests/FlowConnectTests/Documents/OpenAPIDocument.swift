import FlowCore

/// An OpenAPI document of version 3, or a Swagger document of version 2.
struct OpenAPIDocument: VendorDocument {
    private let root: Value
    private let schemas: JSONSchema
    private let paths: [(pattern: PathPattern, item: Value)]
    /// What addresses have before the paths of the document.
    private let bases: [String]

    /// Headers that a description of parameters leaves out (OpenAPI 3.1, 4.8.12.1), and those of HTTP itself.
    private static let common: Set = ["accept", "authorization", "content-type", "content-length", "user-agent"]

    init?(_ file: DocumentFile) {
        guard let root = file.value, root["openapi"] != nil || root["swagger"] != nil,
            let paths = root["paths"]?.mapValue
        else { return nil }
        self.root = root
        schemas = JSONSchema(root: root)
        self.paths = paths.map { (PathPattern($0.key.text), $0.value) }
        let servers = (root["servers"]?.listValue ?? []).compactMap { $0["url"]?.stringValue }
        let prefixes = servers.map { server in
            let address = server.firstRange(of: "://").map { server[$0.upperBound...] } ?? server[...]
            return String(address.drop { $0 != "/" })
        }
        bases =
            (prefixes + [root["basePath"]?.stringValue ?? ""])
            .map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }.filter { !$0.isEmpty } + [""]
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        guard let place = place(of: request) else {
            let line = "\(request.method) \(shortest(request.path))"
            return [ContractComplaint(line: line, pattern: line, text: "is not in the document")]
        }
        var check = OpenAPICheck(root: root, schemas: schemas, place: place)
        check.parameters(of: request)
        check.body(of: request)
        return check.complaints.map { name, text in
            ContractComplaint(line: place.line, pattern: "\(request.method) \(place.pattern)", name: name, text: text)
        }
    }

    /// Where a request goes in the terms of the document.
    struct Place {
        var line: String
        var pattern: String
        /// What stands for the names in the path.
        var arguments: [String: String]
        var item: Value
        var operation: Value
    }

    private func shortest(_ path: String) -> Substring {
        bases.filter { path.hasPrefix($0 + "/") }.map { path.dropFirst($0.count) }.min { $0.count < $1.count }
            ?? path[...]
    }

    private func place(of request: DocumentedRequest) -> Place? {
        for base in bases where request.path.hasPrefix(base) {
            let path = request.path.dropFirst(base.count)
            let found = paths.compactMap { pattern, item -> (PathPattern, [String: String], Value, Value)? in
                guard let operation = item[request.method.lowercased()], let arguments = pattern.match(path) else {
                    return nil
                }
                return (pattern, arguments, item, operation)
            }
            if let (pattern, arguments, item, operation) = found.max(by: { $0.0.literalCount < $1.0.literalCount }) {
                return Place(
                    line: "\(request.method) \(path)", pattern: pattern.text, arguments: arguments, item: item,
                    operation: operation)
            }
        }
        return nil
    }

    static func isCommon(header name: String) -> Bool { common.contains(name.lowercased()) }
}
