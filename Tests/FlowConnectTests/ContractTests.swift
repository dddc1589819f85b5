import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Each operation's requests against the vendor's own document: method, path, names and places of parameters.
@Suite(.enabled(if: VendorDocument.areHere, "the vendors' documents are not beside the source tree in ../shared/specs"))
struct ContractTests {
    /// Where we know better than the document, with the reason.
    static let exceptions: [(request: String, name: String?, reason: String)] = [
        ("POST /auth.test", nil, "2026-11: the document of 2021 knows GET; every method takes POST"),
        ("POST /files.getUploadURLExternal", nil, "2026-11: newer than the document; names as on the vendor's page"),
        ("POST /files.completeUploadExternal", nil, "2026-11: newer than the document; names as on the vendor's page"),
        ("POST /chat.postMessage", "metadata", "2026-11: newer than the document; in the vendor's SDK"),
        ("GET /conversations.list", "team_id", "2026-11: newer than the document; in the vendor's SDK"),
        (
            "GET /repos/acme/shop/releases/9", nil,
            "2026-11: the derived document has the path for PATCH only; the vendor's page has GET"
        ),
        ("POST /upload", nil, "an address the vendor gives, not an operation of its API"),
        ("GET /files-pri", nil, "an address the vendor gives, not an operation of its API"),
    ]

    @Test(arguments: ExampleTests.names)
    func asksWhatTheVendorDocuments(name: String) async throws {
        let source = ConnectorSource(files: UnexpectedUse())
        let node = try #require(try source.node(named: name) as? ConnectorNode)
        let file = try #require(node.connector.contract, "\(node.connector.name) names no document")
        let document = try #require(VendorDocument.named(file), "\(file) can't be read")
        let credential = Fake.credential(for: node.spec, of: source)
        for var example in node.operation.examples {
            let given = try await ExampleTrial(node, example, credential: credential)
            for parameter in node.spec.parameters where example.params[parameter.name] == nil {
                example.params[parameter.name] = Self.sample(of: parameter)
            }
            let full = try await ExampleTrial(node, example, credential: credential)
            for request in given.requests + full.requests {
                let complaints = document.complaints(about: request) { line, name in
                    Self.exceptions.contains { line.hasPrefix($0.request) && ($0.name == nil || $0.name == name) }
                }
                #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
            }
        }
    }

    private static func sample(of parameter: Parameter) -> Value {
        if let value = parameter.example ?? parameter.choices.first { return value }
        return switch parameter.type {
        case .int, .number: 1
        case .bool: true
        case .list(of: .map): [["a": 1]]
        case .list: ["a"]
        case .map: ["a": 1]
        case .timestamp: "2026-01-02T03:04:05Z"
        default: "a"
        }
    }
}

/// An OpenAPI document of either generation, as far as requests go.
struct VendorDocument {
    private let root: Value

    static let folder = TestFiles.root + "/../shared/specs/"
    static var areHere: Bool { TestFiles.read(folder + "SOURCES.md") != nil }

    private static let held = [
        "slack.web-api.json.gz", "github.2022-11-28.derived.json.gz",
    ].reduce(into: [String: VendorDocument]()) { held, name in
        if let bytes = TestFiles.unzip(folder + name), let root = try? JSON.parse(bytes) {
            held[name] = VendorDocument(root: root)
        }
    }

    static func named(_ file: String) -> VendorDocument? { held[file] }

    /// What of a request the document doesn't know.
    ///
    /// - Parameter isExcepted: asked with `METHOD /path` and the name of a parameter, nil for the path itself.
    func complaints(about request: HTTPRequest, isExcepted: (String, String?) -> Bool) -> [String] {
        let parts = request.url.split(separator: "?", maxSplits: 1).map(String.init)
        var path = parts[0].firstRange(of: "://").map { parts[0][$0.upperBound...].drop { $0 != "/" } } ?? ""
        if let base = root["basePath"]?.stringValue, path.hasPrefix(base) { path = path.dropFirst(base.count) }
        let line = "\(request.method) \(path)"
        guard let operation = operation(request.method, String(path)) else {
            return isExcepted(line, nil) ? [] : ["the document has no \(line)"]
        }
        let known = names(operation)
        var complaints: [String] = []
        for (place, names) in [("query", query(parts.dropFirst().first)), ("body", body(request))] {
            for name in names where !isExcepted(line, name) && known[place]?.contains(name) != true {
                complaints.append("\(line) has no \"\(name)\" in its \(place)")
            }
        }
        return complaints
    }

    private func operation(_ method: String, _ path: String) -> Value? {
        let parts = path.split(separator: "/")
        for (template, operations) in root["paths"]?.mapValue ?? ValueMap() {
            let pattern = template.text.split(separator: "/")
            // A name in braces at the end may stand for several parts.
            let isLong = pattern.last?.hasPrefix("{") == true && parts.count > pattern.count && pattern.count > 4
            guard isLong || parts.count == pattern.count,
                zip(pattern, parts).allSatisfy({ $0.hasPrefix("{") || $0 == $1 }),
                let operation = operations[method.lowercased()]
            else { continue }
            return operation
        }
        return nil
    }

    private func names(_ operation: Value) -> [String: Set<String>] {
        var names: [String: Set<String>] = [:]
        for parameter in operation["parameters"]?.listValue ?? [] {
            let place = parameter["in"]?.stringValue == "formData" ? "body" : parameter["in"]?.stringValue ?? ""
            names[place, default: []].insert(parameter["name"]?.stringValue ?? "")
        }
        if let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"] {
            names["body", default: []].formUnion(properties(schema))
        }
        return names
    }

    private func properties(_ schema: Value) -> [String] {
        if let name = schema["$ref"]?.stringValue?.split(separator: "/").last {
            return root["components"]?["schemas"]?[String(name)].map(properties) ?? []
        }
        let own = schema["properties"]?.mapValue?.names ?? []
        let parts = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0]?.listValue ?? [] }
        return own + parts.flatMap(properties)
    }

    private func query(_ text: String?) -> [String] {
        (text ?? "").split(separator: "&").map { PercentEncoding.decode(String($0.prefix { $0 != "=" })) }
    }

    private func body(_ request: HTTPRequest) -> [String] {
        guard let type = request.headers["Content-Type"] else { return [] }
        if type.hasPrefix("application/json") { return (try? JSON.parse(request.text))?.mapValue?.names ?? [] }
        return type.contains("urlencoded") ? query(request.text) : []
    }
}
