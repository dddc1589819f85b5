import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    private static let keys = [
        "summary", "description", "docs", "effect", "limit", "params", "require", "returns", "output", "example",
        "examples", "paginate", "steps",
    ]
    private static let laterKeys = [
        "poll", "batch", "chunk", "resolve", "restart", "variants", "presign", "secret", "xml", "graphql", "probe",
        "abort", "fresh",
    ]

    mutating func operation(_ entry: SourceNode.Entry, _ defaults: Connector.Defaults) -> Operation? {
        guard let name = identifier(entry.key, at: entry.keySpan, "an operation"),
            let map = MapDecoder(entry.value, "the operation \"\(name)\"", &diagnostics)
        else { return nil }
        let isSteps = map.has("steps")
        let requestKeys = isSteps ? [] : Self.requestKeys
        map.finish(Self.keys + requestKeys, later: Self.laterKeys, &diagnostics)
        let summary = map.requiredString("summary", &diagnostics) ?? ""
        let effect =
            map.required("effect", &diagnostics) != nil ? map.choice("effect", as: Effect.self, &diagnostics) : nil
        let parameters = map.map("params", &diagnostics)?.compactMap { parameter($0) } ?? []
        guard let work = isSteps ? steps(map, parameters) : single(map, entry, parameters) else { return nil }
        let operation = Operation(
            name: name, span: entry.keySpan, summary: summary, details: map.string("description", &diagnostics) ?? "",
            documentation: map.string("docs", &diagnostics), effect: effect ?? .write,
            limit: map.node("limit").flatMap { limit($0, of: name) } ?? defaults.limit, parameters: parameters,
            rules: map.node("require").map { rules($0, parameters) } ?? [],
            returns: map.string("returns", &diagnostics) ?? "", work: work,
            output: map.node("output").flatMap { valueTemplate($0) }, examples: examples(map), defaults: defaults)
        checkPath(operation)
        return operation
    }

    private mutating func single(
        _ map: MapDecoder, _ entry: SourceNode.Entry, _ parameters: [OperationParameter]
    ) -> Operation.Work? {
        guard var request = request(map) else { return nil }
        // A parameter that a template names goes where the template puts it.
        let named = Set(
            request.expressions.flatMap(\.references).filter { $0.root == "params" }.compactMap(\.members.first))
        let inPath = Set(request.pathParameters)
        request.placed = parameters.filter { parameter in
            parameter.place != nil || !named.contains(parameter.name) && !inPath.contains(parameter.name)
        }
        guard let node = map.node("paginate") else { return .request(request) }
        if map.has("output") {
            diagnostics.error(
                "contradiction", "a list's output is its items, so \"output\" has no place beside \"paginate\"",
                at: map.entry("output")?.keySpan ?? map.start, hint: "put it into items:")
        }
        return pagination(node).map { .pages(request, $0) }
    }

    private mutating func steps(_ map: MapDecoder, _ parameters: [OperationParameter]) -> Operation.Work? {
        if let entry = map.entry("paginate") {
            diagnostics.error("contradiction", "\"paginate\" has no place beside \"steps\"", at: entry.keySpan)
        }
        guard let entries = map.map("steps", &diagnostics) else { return nil }
        let steps: [(name: String, request: RequestTemplate)] = entries.compactMap { entry in
            guard let name = identifier(entry.key, at: entry.keySpan, "a step"),
                let map = MapDecoder(entry.value, "the step \"\(name)\"", &diagnostics)
            else { return nil }
            map.finish(Self.requestKeys + ["effect"], later: Self.laterKeys, &diagnostics)
            guard var request = request(map) else { return nil }
            request.effect = map.choice("effect", &diagnostics)
            return (name, request)
        }
        return .steps(steps)
    }

    /// Names in braces must be parameters that are never left out.
    private mutating func checkPath(_ operation: Operation) {
        for request in operation.requests {
            for name in request.pathParameters {
                guard let parameter = operation.parameters.first(where: { $0.name == name }) else {
                    diagnostics.error(
                        "unknown-parameter", "the path names \"{\(name)}\", which is no parameter", at: request.span,
                        hint: Suggestion.didYouMean(name, among: operation.parameters.map(\.name))
                            ?? "add it to params:")
                    continue
                }
                if !parameter.parameter.isRequired, parameter.parameter.defaultValue == nil {
                    diagnostics.error(
                        "optional-in-path", "\"\(name)\" stands in the path but may be left out", at: parameter.span,
                        hint: "make it required, or give it a default")
                }
            }
        }
    }

    /// `{ any: [text, blocks] }`, or a list of such.
    private mutating func rules(_ node: SourceNode, _ parameters: [OperationParameter]) -> [NodeSpec.Rule] {
        var rules: [NodeSpec.Rule] = []
        for item in node.list ?? [node] {
            guard let map = MapDecoder(item, "\"require\"", &diagnostics) else { continue }
            map.finish(["any", "one", "together"], &diagnostics)
            for entry in map.entries {
                let names = map.strings(entry.key, &diagnostics) ?? []
                for (name, span) in names where !parameters.contains(where: { $0.name == name }) {
                    diagnostics.error(
                        "unknown-parameter", "there is no parameter \"\(name)\"", at: span,
                        hint: Suggestion.didYouMean(name, among: parameters.map(\.name)))
                }
                let list = names.map(\.text)
                switch entry.key {
                case "any": rules.append(.any(list))
                case "one": rules.append(.one(list))
                case "together": rules.append(.together(list))
                default: break
                }
            }
        }
        return rules
    }

    // MARK: Examples

    private mutating func examples(_ map: MapDecoder) -> [OperationExample] {
        let nodes = [map.node("example")].compactMap(\.self) + (map.list("examples", &diagnostics) ?? [])
        return nodes.compactMap { example($0) }
    }

    private mutating func example(_ node: SourceNode) -> OperationExample? {
        guard let map = MapDecoder(node, "an example", &diagnostics) else { return nil }
        map.finish(["params", "reply", "replies", "output"], &diagnostics)
        let replies = map.node("reply").map { [$0] } ?? map.list("replies", &diagnostics) ?? []
        return OperationExample(
            params: map.node("params")?.value.mapValue ?? ValueMap(), replies: replies.compactMap { reply($0) },
            output: map.node("output")?.value, span: node.span)
    }

    private mutating func reply(_ node: SourceNode) -> OperationExample.Reply? {
        guard let map = MapDecoder(node, "a reply", &diagnostics) else { return nil }
        map.finish(["status", "headers", "json", "text"], &diagnostics)
        var headers = HTTPHeaders()
        for entry in map.map("headers", &diagnostics) ?? [] {
            if let text = entry.value.decodeString(for: entry.key, &diagnostics) { headers[entry.key] = text }
        }
        var body: [UInt8] = []
        if let json = map.node("json") {
            body = JSON.bytes(json.value)
            if headers["Content-Type"] == nil { headers["Content-Type"] = "application/json; charset=utf-8" }
        } else if let text = map.string("text", &diagnostics) {
            body = Array(text.utf8)
            if headers["Content-Type"] == nil { headers["Content-Type"] = "text/plain" }
        }
        return OperationExample.Reply(
            status: map.int("status", in: 100...599, &diagnostics) ?? 200, headers: headers, body: body)
    }
}
