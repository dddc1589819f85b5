import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    mutating func poll(_ node: SourceNode) -> Poll? {
        guard let map = MapDecoder(node, "\"poll\"", &diagnostics) else { return nil }
        map.finish(
            Self.requestKeys + ["when", "until", "failed", "result", "message", "every", "for"],
            &diagnostics)
        guard var request = request(map),
            let until = map.required("until", &diagnostics).flatMap({ condition($0, for: "until") })
        else { return nil }
        request.effect = .read
        return Poll(
            condition: map.node("when").flatMap { condition($0, for: "when") }, request: request, until: until,
            failed: map.node("failed").flatMap { condition($0, for: "failed") },
            result: map.node("result").flatMap { resultOfJob($0) },
            message: map.node("message").flatMap { template($0, for: "message") },
            interval: map.duration("every", &diagnostics) ?? .seconds(2),
            limit: map.duration("for", &diagnostics) ?? .seconds(600))
    }

    private mutating func resultOfJob(_ node: SourceNode) -> RequestTemplate? {
        guard let map = MapDecoder(node, "\"result\"", &diagnostics) else { return nil }
        map.finish(Self.requestKeys, &diagnostics)
        var request = request(map)
        request?.effect = .read
        return request
    }

    /// `{ of: records, size: 10 }`
    mutating func batch(_ node: SourceNode, _ parameters: [OperationParameter]) -> Batch? {
        guard let map = MapDecoder(node, "\"batch\"", &diagnostics) else { return nil }
        map.finish(["of", "size", "gives"], &diagnostics)
        guard let name = map.requiredString("of", &diagnostics), map.required("size", &diagnostics) != nil,
            let size = map.int("size", in: 1...100_000, &diagnostics)
        else { return nil }
        guard let parameter = parameters.first(where: { $0.name == name }), case .list = parameter.parameter.type else {
            let lists = parameters.filter { if case .list = $0.parameter.type { true } else { false } }.map(\.name)
            diagnostics.error(
                "unknown-parameter", "there is no list \"\(name)\" among the parameters",
                at: map.node("of")?.span ?? map.start, hint: Suggestion.didYouMean(name, among: lists))
            return nil
        }
        return Batch(parameter: name, size: size, gives: map.choice("gives", &diagnostics) ?? .all)
    }

    // MARK: Lookups

    mutating func lookups(_ map: MapDecoder) -> [Lookup] {
        map.map("resolve", &diagnostics)?.compactMap { lookup($0) } ?? []
    }

    private mutating func lookup(_ entry: SourceNode.Entry) -> Lookup? {
        guard let name = identifier(entry.key, at: entry.keySpan, "a value"),
            let map = MapDecoder(entry.value, "\"\(name)\"", &diagnostics)
        else { return nil }
        map.finish(
            Self.requestKeys + ["when", "given", "value", "exactly_one", "hint", "fresh"],
            &diagnostics)
        guard var request = request(map) else { return nil }
        request.effect = .read
        let result: Lookup.Result?
        switch (map.node("value"), map.node("exactly_one")) {
        case (let node?, nil): result = valueTemplate(node).map { .value($0) }
        case (nil, let node?): result = template(node, for: "exactly_one").map { .exactlyOne($0) }
        default:
            diagnostics.error(
                "contradiction", "\"\(name)\" needs one of \"value\" and \"exactly_one\"", at: entry.keySpan)
            return nil
        }
        return result.map {
            Lookup(
                name: name, condition: map.node("when").flatMap { condition($0, for: "when") },
                given: map.node("given").flatMap { template($0, for: "given") }, request: request,
                result: $0, hint: map.node("hint").flatMap { template($0, for: "hint") },
                isFresh: map.bool("fresh", &diagnostics) ?? false, span: entry.keySpan)
        }
    }

    // MARK: Things of the app

    /// `{ create: issue, id: number }`
    mutating func resource(_ node: SourceNode, _ parameters: [OperationParameter]) -> ResourceRole? {
        guard let map = MapDecoder(node, "\"resource\"", &diagnostics) else { return nil }
        let verbs = ResourceRole.Verb.allCases
        map.finish(verbs.map(\.rawValue) + ["id", "by", "at", "fields"], &diagnostics)
        let given = verbs.filter { map.has($0.rawValue) }
        guard given.count == 1, let verb = given.first, let kind = map.string(verb.rawValue, &diagnostics) else {
            diagnostics.error(
                "wrong-type", "a resource needs one of \(verbs.map(\.rawValue).joined(separator: ", "))", at: map.start,
                hint: "write { create: issue, id: number }")
            return nil
        }
        let parameter = map.string("by", &diagnostics)
        if let parameter, !parameters.contains(where: { $0.name == parameter }) {
            diagnostics.error(
                "unknown-parameter", "there is no parameter \"\(parameter)\"", at: map.node("by")?.span ?? map.start,
                hint: Suggestion.didYouMean(parameter, among: parameters.map(\.name)))
        }
        let needed = verb == .create ? "id" : verb == .list ? nil : "by"
        if let needed, !map.has(needed) { _ = map.required(needed, &diagnostics) }
        return ResourceRole(
            verb: verb, kind: kind, identifier: map.string("id", &diagnostics), parameter: parameter,
            place: members(map, "at"), fields: membersOfBody(map))
    }

    /// Where in the JSON of the request the thing's members are.
    private mutating func membersOfBody(_ map: MapDecoder) -> [String] {
        var path = members(map, "fields")
        guard !path.isEmpty else { return [] }
        if path.removeFirst() != "json" {
            diagnostics.error(
                "wrong-value", "the members of a thing are in the JSON of a request",
                at: map.node("fields")?.span ?? map.start,
                hint: "write json.fields for those under \"fields\"")
        }
        return path
    }

    /// `data.issue`
    private mutating func members(_ map: MapDecoder, _ key: String) -> [String] {
        map.string(key, &diagnostics)?.split(separator: ".").map(String.init) ?? []
    }
}
