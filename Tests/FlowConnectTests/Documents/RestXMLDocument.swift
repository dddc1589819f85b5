import FlowCore

/// A service model of the protocol `rest-xml`: operations with their requests, and the shapes of what they take.
///
/// Several operations share a method and a path; a name in the query tells them apart, or what they need. A request whose
/// bucket stands before the host is taken as one whose bucket begins the path.
struct RestXMLDocument: VendorDocument {
    private struct Model {
        var name: String
        var method: String
        var path: PathPattern
        /// Written into the address: `uploads`, `list-type=2`.
        var query: [String]
        var input: Value?
    }

    private let models: [Model]
    private let shapes: Value

    init?(_ file: DocumentFile) {
        guard let root = file.value, root["metadata"]?["protocol"] == "rest-xml", let shapes = root["shapes"],
            let operations = root["operations"]?.mapValue
        else { return nil }
        self.shapes = shapes
        models = operations.map { key, operation in
            let uri = operation["http"]?["requestUri"]?.stringValue ?? ""
            // The name that keeps its slashes, as patterns here have it.
            let path = uri.prefix { $0 != "?" }.replacing("{Key+}", with: "{path}")
            return Model(
                name: key.text, method: operation["http"]?["method"]?.stringValue ?? "",
                path: PathPattern(String(path)),
                query: uri.drop { $0 != "?" }.dropFirst().split(separator: "&").map(String.init),
                input: operation["input"]?["shape"]?.stringValue.flatMap { shapes[$0] })
        }
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let path = RestXMLDocument.path(of: request)
        let line = "\(request.method) \(path)"
        let sent = request.query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }
        let fitting = models.filter { model in
            model.method == request.method && model.path.match(path) != nil && model.query.allSatisfy(sent.contains)
                && required(model).allSatisfy { isGiven($0, request) }
        }
        // The one that asks for most is meant.
        guard let model = fitting.max(by: { weight($0) < weight($1) }) else {
            return [ContractComplaint(line: line, pattern: line, name: nil, text: "is not in the document")]
        }
        func complaint(_ name: String, _ text: String) -> ContractComplaint {
            ContractComplaint(line: line, pattern: "\(model.method) \(model.name)", name: name, text: text)
        }
        let members = members(model)
        let names = Set(members.filter { $0.place == "querystring" }.map(\.name) + model.query.map(Self.name))
        var complaints = request.query.filter { !names.contains($0.name) }.map {
            complaint($0.name, "is not in the query of \(model.name)")
        }
        let headers = members.filter { $0.place == "header" }.map { $0.name.lowercased() }
        let prefixes = members.filter { $0.place == "headers" }.map { $0.name.lowercased() }
        for field in request.headers.fields.map({ $0.name.lowercased() }) where field.hasPrefix("x-amz-") {
            let isKnown = headers.contains(field) || prefixes.contains(where: field.hasPrefix)
            if !isKnown, !Self.ofSignature.contains(field) {
                complaints.append(complaint(field, "is no header of \(model.name)"))
            }
        }
        return complaints + body(request, model).map { complaint($0.name, $0.text) }
    }

    private static let ofSignature: Set = ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token"]

    // MARK: Requests

    /// With the bucket in front.
    private static func path(of request: DocumentedRequest) -> String {
        guard let bucket = request.host.firstRange(of: ".s3.") else { return request.path }
        return "/" + request.host[..<bucket.lowerBound] + (request.path == "/" ? "" : request.path)
    }

    private static func name(_ pair: String) -> String { String(pair.prefix { $0 != "=" }) }

    private struct Member {
        var place: String
        var name: String
        var isRequired: Bool
    }

    private func members(_ model: Model) -> [Member] {
        let required = model.input?["required"]?.listValue?.compactMap(\.stringValue) ?? []
        return (model.input?["members"]?.mapValue ?? ValueMap()).compactMap { key, member in
            guard let place = member["location"]?.stringValue, let name = member["locationName"]?.stringValue else {
                return nil
            }
            return Member(place: place, name: name, isRequired: required.contains(key.text))
        }
    }

    private func required(_ model: Model) -> [Member] {
        members(model).filter { $0.isRequired && ($0.place == "querystring" || $0.place == "header") }
    }

    private func isGiven(_ member: Member, _ request: DocumentedRequest) -> Bool {
        member.place == "header"
            ? request.headers[member.name] != nil : request.query.contains { $0.name == member.name }
    }

    private func weight(_ model: Model) -> Int { model.query.count + required(model).count }

    // MARK: Bodies

    private func body(_ request: DocumentedRequest, _ model: Model) -> [(name: String, text: String)] {
        guard request.headers["Content-Type"]?.hasPrefix("application/xml") == true else { return [] }
        guard let payload = model.input?["payload"]?.stringValue, let member = model.input?["members"]?[payload],
            let shape = member["shape"]?.stringValue
        else { return [("body", "has no place in \(model.name)")] }
        let root = member["locationName"]?.stringValue ?? payload
        return XMLOutline(request.text).paths.compactMap { path in
            guard path.first == root, isKnown(path.dropFirst(), shape) else {
                return (path.joined(separator: "."), "is not in the body of \(model.name)")
            }
            return nil
        }
    }

    private func isKnown(_ path: ArraySlice<String>, _ name: String) -> Bool {
        guard let first = path.first, let shape = shapes[name] else { return path.isEmpty }
        if let member = shape["member"], shape["type"] == "list" {
            let inner = member["shape"]?.stringValue ?? ""
            return member["locationName"]?.stringValue == first && isKnown(path.dropFirst(), inner)
        }
        for (key, member) in shape["members"]?.mapValue ?? ValueMap() {
            guard (member["locationName"]?.stringValue ?? key.text) == first, let inner = member["shape"]?.stringValue
            else { continue }
            // A flattened list repeats its own name instead of having items.
            let isFlat = shapes[inner]?["flattened"] == true
            let item = shapes[inner]?["member"]?["shape"]?.stringValue ?? inner
            return isKnown(path.dropFirst(), isFlat ? item : inner)
        }
        return false
    }
}

/// Which elements stand in which.
private struct XMLOutline {
    private(set) var paths: [[String]] = []

    init(_ text: String) {
        var open: [String] = []
        for piece in text.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
            let tag = piece.prefix { $0 != ">" }
            if tag.hasPrefix("?") { continue }
            if tag.hasPrefix("/") {
                _ = open.popLast()
                continue
            }
            open.append(String(tag.prefix { $0 != " " && $0 != "/" }))
            paths.append(open)
            if tag.hasSuffix("/") { open.removeLast() }
        }
    }
}
