import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    private static let keys = [
        "summary", "description", "docs", "effect", "write_when", "limit", "params", "require", "returns", "output",
        "example", "examples", "poll", "batch", "resolve", "resource",
    ]

    /// What an operation is made of, by the key that says so.
    private enum Form: String, CaseIterable { case request, variants, steps }

    mutating func operation(_ entry: SourceNode.Entry, _ defaults: Connector.Defaults) -> Operation? {
        guard let name = identifier(entry.key, at: entry.keySpan, "an operation"),
            let map = MapDecoder(entry.value, "the operation \"\(name)\"", &diagnostics)
        else { return nil }
        let form = Form.allCases.last { map.has($0.rawValue) } ?? .request
        map.finish(Self.keys + Self.keys(of: form), &diagnostics)
        let summary = map.requiredString("summary", &diagnostics) ?? ""
        let effect =
            map.required("effect", &diagnostics) != nil ? map.choice("effect", as: Effect.self, &diagnostics) : nil
        let parameters = map.map("params", &diagnostics)?.compactMap { parameter($0) } ?? []
        let ownLookups = lookups(map)
        let own = Set(ownLookups.map(\.name))
        lookupsInReach = sharedLookups.filter { !own.contains($0.name) } + ownLookups
        let poll = map.node("poll").flatMap { self.poll($0) }
        // Where a job's file is kept is nothing that begins the job.
        let sent = parameters.filter { $0.place != nil || poll?.parametersOfPlace.contains($0.name) != true }
        let work: Operation.Work? =
            switch form {
            case .request: request(map).flatMap { self.work(Variants(placed($0, sent)), map) }
            case .variants: variants(map, sent).flatMap { self.work($0, map) }
            case .steps: steps(map, parameters).map { .steps($0) }
            }
        guard let work else { return nil }
        var operation = Operation(
            name: name, span: entry.keySpan, summary: summary, details: map.string("description", &diagnostics) ?? "",
            documentation: map.string("docs", &diagnostics), effect: effect ?? .write,
            limit: map.node("limit").flatMap { limit($0, of: name) } ?? defaults.limit, parameters: parameters,
            rules: map.node("require").map { rules($0, parameters) } ?? [],
            returns: map.string("returns", &diagnostics) ?? "", work: work, poll: poll,
            batch: map.node("batch").flatMap { batch($0, parameters) },
            output: map.node("output").flatMap { valueTemplate($0) },
            resource: map.node("resource").flatMap { resource($0, parameters) }, examples: examples(map),
            defaults: defaults)
        operation.writeCondition = map.node("write_when").flatMap { condition($0, for: "write_when") }
        operation.lookups = Lookup.needed(by: operation.expressions, of: lookupsInReach)
        checkPath(operation)
        checkFiles(operation)
        return operation
    }

    private static func keys(of form: Form) -> [String] {
        switch form {
        case .request: requestKeys + ["paginate"]
        case .variants: ["variants", "paginate"]
        case .steps: ["steps", "abort", "restart", "whole"]
        }
    }

    /// The only parameters that a variant has a place for, where it says which.
    private mutating func sent(_ map: MapDecoder, of parameters: [OperationParameter]) -> [OperationParameter] {
        guard let names = map.strings("sends", &diagnostics) else { return parameters }
        for (name, span) in names where !parameters.contains(where: { $0.name == name }) {
            diagnostics.error(
                "unknown-parameter", "there is no parameter \"\(name)\"", at: span,
                hint: Suggestion.didYouMean(name, among: parameters.map(\.name)))
        }
        return parameters.filter { parameter in names.contains { $0.text == parameter.name } }
    }

    /// With the parameters that go where the method or their own `in` says; one that a template names goes there.
    private func placed(_ request: RequestTemplate, _ parameters: [OperationParameter]) -> RequestTemplate {
        var request = request
        let lookups = Lookup.needed(by: request.expressions, of: lookupsInReach)
        let expressions = request.expressionsOfContent + lookups.flatMap { $0.expressionsBefore + $0.expressionsAfter }
        let named = Set(expressions.flatMap(\.references).filter { $0.root == "params" }.compactMap(\.members.first))
        let inPath = Set(request.pathParameters)
        request.placed = parameters.filter { parameter in
            parameter.place != nil || !named.contains(parameter.name) && !inPath.contains(parameter.name)
        }
        return request
    }

    private mutating func work(_ variants: Variants, _ map: MapDecoder) -> Operation.Work? {
        guard let node = map.node("paginate") else { return .request(variants) }
        for key in ["output", "poll", "batch"] where map.has(key) {
            diagnostics.error(
                "contradiction",
                key == "output"
                    ? "a list's output is its items, so \"output\" has no place beside \"paginate\""
                    : "\"\(key)\" has no place beside \"paginate\"",
                at: map.entry(key)?.keySpan ?? map.start, hint: key == "output" ? "put it into items:" : nil)
        }
        guard let pagination = pagination(node) else { return nil }
        for request in variants.requests + [pagination.following].compactMap(\.self) {
            guard let save = request.save else { continue }
            diagnostics.error(
                "contradiction", "\"save\" has no place beside \"paginate\": a list is read from the answers",
                at: save.span, hint: "remove one of the two")
        }
        return .pages(variants, pagination)
    }

    /// Requests for the live versions of an interface; the last is for all that no condition fits.
    private mutating func variants(_ map: MapDecoder, _ parameters: [OperationParameter]) -> Variants? {
        var read: [(condition: Expression?, request: RequestTemplate)] = []
        let nodes = map.list("variants", &diagnostics) ?? []
        if nodes.isEmpty, let node = map.node("variants"), node.list != nil {
            diagnostics.error(
                "bad-variants", "\"variants\" needs one", at: node.span,
                hint: "write a request for each version of the interface, the last without \"when\"")
        }
        for node in nodes {
            guard let map = MapDecoder(node, "a variant", &diagnostics) else { continue }
            map.finish(Self.requestKeys + ["when", "sends"], &diagnostics)
            let condition = map.node("when").flatMap { self.condition($0, for: "when") }
            guard let request = request(map) else { continue }
            read.append((condition, placed(request, sent(map, of: parameters))))
            if map.has("when") == (read.count == nodes.count) {
                diagnostics.error(
                    "bad-variants",
                    map.has("when")
                        ? "the last variant must have no \"when\"" : "only the last variant has no \"when\"",
                    at: map.start, hint: "the first that fits is taken, and the last where none does")
            }
        }
        guard let last = read.popLast() else { return nil }
        var variants = Variants(last.request)
        variants.conditional = read.compactMap { entry in entry.condition.map { ($0, entry.request) } }
        return variants
    }

    /// Names in braces must be parameters that are never left out.
    private mutating func checkPath(_ operation: Operation) {
        for request in operation.requests {
            for name in request.pathParameters {
                guard let parameter = operation.parameters.first(where: { $0.name == name }) else {
                    diagnostics.error(
                        "unknown-parameter", "the path names \"{\(name)}\", which is no parameter", at: request.span,
                        hint: Suggestion.didYouMean(name, among: operation.parameters.map(\.name))
                            ?? "add it to params:, or give it a value under path:")
                    continue
                }
                if !parameter.parameter.isRequired, parameter.parameter.defaultValue == nil,
                    !operation.choosesByAbsence(of: name)
                {
                    diagnostics.error(
                        "optional-in-path", "\"\(name)\" stands in the path but may be left out", at: parameter.span,
                        hint: "make it required, or give it a default")
                }
            }
        }
    }

    /// A file has bytes where it is a body or a part of one, and where a converter reads it. Anywhere else its path on
    /// this machine would be sent. One that a variant names may be left out where another is meant.
    private mutating func checkFiles(_ operation: Operation) {
        let named = Set(
            operation.expressions.flatMap(\.references).filter { $0.root == "params" }.compactMap(\.members.first))
        for parameter in operation.parameters where parameter.parameter.type.isOfFiles && parameter.converters.isEmpty {
            let isMisplaced = operation.requests.contains { request in
                if request.pathParameters.contains(parameter.name) { return true }
                guard request.placed.contains(where: { $0.name == parameter.name }) else { return false }
                if let place = parameter.place { return place != .multipart }
                return !named.contains(parameter.name) && request.defaultPlace(operation.defaults) != .multipart
            }
            guard isMisplaced else { continue }
            diagnostics.error(
                "no-place", "the file \"\(parameter.name)\" would be sent as its path on this machine",
                at: parameter.span,
                hint:
                    "say in: multipart, name it as body: ${{ params.\(parameter.name) }}, or convert: base64"
            )
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

extension ParameterType {
    /// Whether it is a file, or a list of them.
    fileprivate var isOfFiles: Bool {
        switch self {
        case .file, .list(of: .file): true
        default: false
        }
    }
}
