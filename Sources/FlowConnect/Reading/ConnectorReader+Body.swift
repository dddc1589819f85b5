import FlowCore
import FlowExpression
import FlowYAML

extension ConnectorReader {
    static let bodyKeys = ["json", "form", "multipart", "related", "graphql", "xml", "body"]

    mutating func body(_ map: MapDecoder) -> RequestTemplate.Body {
        let kinds = Self.bodyKeys.filter(map.has)
        if kinds.count > 1 {
            diagnostics.error(
                "contradiction", "a request has one body, not both \"\(kinds[0])\" and \"\(kinds[1])\"",
                at: map.entry(kinds[1])?.keySpan ?? map.start)
        }
        let body: RequestTemplate.Body? =
            switch kinds.first {
            case "json": map.node("json").flatMap { valueTemplate($0) }.map { .json($0) }
            case "form": fields(map, "form").map { .form($0) }
            case "multipart": map.map("multipart", &diagnostics).map { .multipart($0.compactMap { part($0) }) }
            case "related": map.list("related", &diagnostics).map { .related($0.compactMap { part($0, named: "") }) }
            case "graphql": map.node("graphql").flatMap { graphQL($0) }
            case "xml": map.node("xml").flatMap { valueTemplate($0) }.map { .xml($0) }
            case "body": map.node("body").flatMap { valueTemplate($0) }.map { .raw($0) }
            default: nil
            }
        return body ?? .none
    }

    private mutating func part(_ entry: SourceNode.Entry) -> PartTemplate? {
        guard entry.value.map == nil else { return part(entry.value, named: entry.key) }
        return valueTemplate(entry.value).map { PartTemplate(name: entry.key, value: $0) }
    }

    /// `{ json: { name: … } }`, `{ content: ${{ params.file }}, type: text/csv, filename: a.csv }`
    private mutating func part(_ node: SourceNode, named name: String) -> PartTemplate? {
        let noun = name.isEmpty ? "a part" : "the part \"\(name)\""
        guard let map = MapDecoder(node, noun, &diagnostics) else { return nil }
        map.finish(["json", "content", "type", "filename"], &diagnostics)
        guard map.has("json") != map.has("content") else {
            diagnostics.error("missing-key", "\(noun) has one of \"json\" and \"content\"", at: map.start)
            return nil
        }
        let isJSON = map.has("json")
        guard let value = map.node(isJSON ? "json" : "content").flatMap({ valueTemplate($0) }) else { return nil }
        return PartTemplate(
            name: name, value: value, encoding: isJSON ? .json : .plain,
            mediaType: map.node("type").flatMap { template($0, for: "type") },
            fileName: map.node("filename").flatMap { template($0, for: "filename") })
    }

    private mutating func graphQL(_ node: SourceNode) -> RequestTemplate.Body? {
        guard let map = MapDecoder(node, "\"graphql\"", &diagnostics) else { return nil }
        map.finish(["query", "variables"], &diagnostics)
        guard let query = map.requiredString("query", &diagnostics) else { return nil }
        return .graphQL(query: query, variables: map.node("variables").flatMap { valueTemplate($0) })
    }
}
