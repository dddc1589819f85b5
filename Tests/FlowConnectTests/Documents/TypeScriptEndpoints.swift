import FlowCore

/// The endpoints of an SDK generated in TypeScript, each a constant with its method, the names of its parameters by
/// place, and a function that gives its path:
///
///     export const movePage = {
///       method: "post", pathParams: ["page_id"], queryParams: [], bodyParams: ["parent"],
///       path: (p: MovePagePathParameters): string => `pages/${p.page_id}/move`,
///     } as const
struct TypeScriptEndpoints: VendorDocument {
    private struct Endpoint {
        var method: String
        var pattern: PathPattern
        var query: [String]
        /// Members of a JSON body, or names of parts.
        var body: [String]
    }

    private let endpoints: [Endpoint]
    /// What addresses have before the paths of the document.
    private static let base = "/v1"

    init?(_ file: DocumentFile) {
        guard file.name.contains(".types.tar") else { return nil }
        endpoints = file.text.split(separator: "export const ").dropFirst().compactMap { text in
            text.firstRange(of: "} as const").flatMap { Self.endpoint(text[..<$0.lowerBound]) }
        }
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let path = request.path.hasPrefix(Self.base) ? request.path.dropFirst(Self.base.count) : request.path[...]
        let line = "\(request.method) \(path)"
        let found = endpoints.filter { $0.method == request.method && $0.pattern.match(path) != nil }
        guard let endpoint = found.max(by: { $0.pattern.literalCount < $1.pattern.literalCount }) else {
            return [ContractComplaint(line: line, pattern: line, text: "is not in the document")]
        }
        func unknown(_ names: [String], among known: [String], in place: String) -> [ContractComplaint] {
            names.filter { !known.contains($0) }.map {
                ContractComplaint(
                    line: line, pattern: "\(request.method) \(endpoint.pattern.text)", name: $0,
                    text: "is not in the \(place)")
            }
        }
        return unknown(request.query.map(\.name), among: endpoint.query, in: "query")
            + unknown(members(request.body), among: endpoint.body, in: "body")
    }

    private func members(_ body: DocumentedRequest.Body) -> [String] {
        switch body {
        case .json(let value): value.mapValue?.names ?? []
        case .multipart(let names): names
        case .form(let pairs): pairs.map(\.name)
        case .none, .raw: []
        }
    }

    private static func endpoint(_ text: Substring) -> Endpoint? {
        guard let method = strings(in: text, of: "method").first, let path = path(in: text) else { return nil }
        return Endpoint(
            method: method.uppercased(), pattern: PathPattern("/" + path), query: strings(in: text, of: "queryParams"),
            body: strings(in: text, of: "bodyParams") + strings(in: text, of: "formDataParams"))
    }

    /// The strings of `key: "a"` or `key: ["a", "b"]`.
    private static func strings(in text: Substring, of key: String) -> [String] {
        guard let start = text.firstRange(of: "\(key): ")?.upperBound else { return [] }
        let isList = text[start...].first == "["
        let end = text[start...].firstIndex(of: isList ? "]" : ",") ?? text.endIndex
        let parts = text[start..<end].split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }

    /// `pages/{page_id}/move`
    private static func path(in text: Substring) -> String? {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return String(parts[1].replacing("${p.", with: "{"))
    }
}
