import FlowCore

/// An archive of Stone files, the language in which Dropbox describes its interface.
///
/// Every route is a POST of one argument, which is the JSON body, or where bytes are sent or come, a header.
struct StoneDocument: VendorDocument {
    /// Where the argument of a route stands.
    enum Style: String { case rpc, upload, download }

    struct Route {
        /// The schema of the argument; nil takes none.
        var argument: Value?
        var style = Style.rpc
        var host = "api"
    }

    private let routes: [String: Route]
    private let schemas: JSONSchema

    init?(_ file: DocumentFile) {
        guard file.name.contains(".stone") else { return nil }
        var reader = StoneReader()
        for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) { reader.read(line) }
        routes = reader.routes
        schemas = JSONSchema(root: ["definitions": .map(reader.definitions)])
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let line = "\(request.method) \(request.path)"
        func complaint(_ name: String?, _ text: String) -> ContractComplaint {
            ContractComplaint(line: line, pattern: line, name: name, text: text)
        }
        guard request.method == "POST", request.path.hasPrefix("/2/"),
            let route = routes[String(request.path.dropFirst("/2/".count))]
        else { return [complaint(nil, "is not in the document")] }
        var complaints: [ContractComplaint] = []
        if request.host.prefix(while: { $0 != "." }) != route.host {
            complaints.append(complaint(nil, "goes to \(request.host), not to the host \(route.host)"))
        }
        complaints += request.query.map { complaint($0.name, "is not in the query") }
        let argument: Value
        switch (route.style, request.body) {
        case (.rpc, .json(let value)): argument = value
        case (.rpc, .none): argument = .null
        case (.rpc, _): return complaints + [complaint(nil, "has a body that is no JSON")]
        case (.download, let body):
            if case .none = body {} else { complaints.append(complaint(nil, "has a body")) }
            fallthrough
        case (.upload, _):
            let header = request.headers["Dropbox-API-Arg"] ?? ""
            guard let value = try? JSON.parse(header), header.utf8.allSatisfy({ $0 < 0x7F }) else {
                return complaints + [complaint("Dropbox-API-Arg", "is no JSON in ASCII")]
            }
            argument = value
        }
        guard let schema = route.argument else {
            return complaints + (argument.isNull ? [] : [complaint(nil, "has an argument")])
        }
        return complaints
            + schemas.complaints(about: argument, schema).map {
                complaint($0.place.isEmpty ? nil : $0.place, $0.text)
            }
    }
}

/// Reads the lines of Stone files into schemas; what is not about arguments, it skips.
private struct StoneReader {
    private(set) var routes: [String: StoneDocument.Route] = [:]
    /// The schema of each type, by namespace and name: `files.CommitInfo`.
    var definitions: ValueMap {
        ValueMap(parts.map { ($0.key, [$0.value.isUnion ? "anyOf" : "allOf": .list($0.value.schemas)]) })
    }

    /// What the schema of a type is put together from.
    private var parts: [String: (isUnion: Bool, schemas: [Value])] = [:]

    /// What the indented lines are about.
    private enum Block {
        case other
        case structure(String)
        case union(String)
        case route(String)
    }

    private var namespace = ""
    private var block = Block.other
    private var isInText = false

    mutating func read(_ raw: Substring) {
        // The header of a file in an archive ends in NULs, with no line break before the first line.
        let line = raw.lastIndex(of: "\0").map { raw[raw.index(after: $0)...] } ?? raw
        let words = line.split(separator: " ", maxSplits: 1)
        // A text of several lines ends where its quotation mark does.
        if isInText {
            isInText = !StoneReader.endsText(line)
        } else if words.first?.hasPrefix("\"") == true {
            isInText = !StoneReader.endsText(words.joined(separator: " ").dropFirst())
        } else if let word = words.first, line.first != " " {
            begin(word, words.dropFirst().first ?? "")
        } else if line.hasPrefix("    "), !line.hasPrefix("     "), words.count > 0 {
            field(words)
        } else if case .route(let name) = block {
            attribute(line, of: name)
        }
    }

    private static func endsText(_ line: some StringProtocol) -> Bool {
        let trimmed = line.reversed().drop { $0 == " " || $0 == "\r" }
        return trimmed.first == "\"" && trimmed.dropFirst().first != "\\"
    }

    // MARK: Definitions

    private mutating func begin(_ keyword: Substring, _ rest: Substring) {
        block = .other
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        switch keyword {
        case "namespace": namespace = String(name)
        case "alias":
            parts[full(name)] = (false, [type(rest.drop { $0 != "=" }.dropFirst()).schema])
        case "struct", "union", "union_closed":
            let isUnion = keyword != "struct"
            parts[full(name)] = (
                isUnion, rest.firstRange(of: " extends ").map { [type(rest[$0.upperBound...]).schema] } ?? []
            )
            block = isUnion ? .union(full(name)) : .structure(full(name))
        case "route": route(rest)
        default: break
        }
    }

    private func full(_ name: some StringProtocol) -> String { "\(namespace).\(name)" }

    private mutating func field(_ words: [Substring]) {
        let name = String(words[0])
        guard name.first?.isLowercase == true, name != "example", name != "attrs" else { return }
        let declared = words.count == 2 ? type(words[1]) : nil
        switch block {
        case .structure(let structure):
            guard let declared, name != "union" else { return }
            let required: Value = declared.isOptional ? [] : [.string(name)]
            parts[structure]?.schemas.append(
                ["type": "object", "properties": [name: declared.schema], "required": required])
        case .union(let union):
            let tag: Value = ["enum": [.string(name)]]
            let tagged: Value = ["type": "object", "properties": [".tag": tag]]
            guard let schema = declared?.schema else {
                parts[union]?.schemas += [tag, tagged]
                return
            }
            // The members of a struct stand beside the tag, any other value under it.
            let beside: Value = ["type": "object", "properties": [".tag": tag, name: schema]]
            parts[union]?.schemas += [beside, ["allOf": [tagged, schema]]]
        case .route, .other: break
        }
    }

    // MARK: Routes

    /// `upload_session/append:2 (UploadSessionAppendArg, Void, UploadSessionAppendError)`
    private mutating func route(_ rest: Substring) {
        let parts = rest.split(separator: "(", maxSplits: 1)
        let name = parts[0].filter { $0 != " " }.replacing(":", with: "_v")
        let argument = parts[1].prefix { $0 != "," }
        let full = "\(namespace)/\(name)"
        routes[full] = StoneDocument.Route(argument: argument == "Void" ? Value?.none : type(argument).schema)
        block = .route(full)
    }

    private mutating func attribute(_ line: Substring, of route: String) {
        let parts = line.split(separator: "\"")
        guard parts.count == 2 else { return }
        switch parts[0].filter({ $0 != " " }) {
        case "host=": routes[route]?.host = String(parts[1])
        case "style=": routes[route]?.style = StoneDocument.Style(rawValue: String(parts[1])) ?? .rpc
        default: break
        }
    }

    // MARK: Types

    /// `List(common.EmailAddress)?`, `UInt32(max_value=2000)`, `Boolean = false`
    private func type(_ text: Substring) -> (schema: Value, isOptional: Bool) {
        let trimmed = text.drop { $0 == " " }
        let name = String(trimmed.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        let rest = trimmed.dropFirst(name.count)
        let closing = rest.lastIndex(of: ")").map { rest[rest.index(after: $0)...] } ?? rest
        let isOptional = closing.hasPrefix("?") || closing.contains("=")
        let schema: Value =
            switch name {
            case "String", "Timestamp", "Bytes": ["type": "string"]
            case "Boolean": ["type": "boolean"]
            case "Int32", "Int64", "UInt32", "UInt64": ["type": "integer"]
            case "Float32", "Float64": ["type": "number"]
            case "Void": ["type": "null"]
            case "List": ["type": "array", "items": type(rest.dropFirst()).schema]
            case "Map": ["type": "object"]
            default: ["$ref": .string("#/definitions/\(name.contains(".") ? name : "\(namespace).\(name)")")]
            }
        return (schema, isOptional)
    }
}
