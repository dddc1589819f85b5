import FlowCore
import FlowExpression
import FlowYAML

extension ConnectorReader {
    mutating func errorRules(_ node: SourceNode) -> ErrorRules {
        var rules = ErrorRules()
        guard let map = MapDecoder(node, "\"errors\"", &diagnostics) else { return rules }
        map.finish(["when", "code", "message", "request_id", "kinds", "no_retry", "hints", "delay"], &diagnostics)
        rules.when = map.node("when").flatMap { condition($0, for: "when") }
        rules.code = map.node("code").flatMap { template($0, for: "code") }
        rules.message = map.node("message").flatMap { template($0, for: "message") }
        rules.requestID = map.node("request_id").flatMap { template($0, for: "request_id") }
        rules.kinds = map.map("kinds", &diagnostics)?.compactMap { kind($0) } ?? []
        rules.finalSigns = map.list("no_retry", &diagnostics)?.compactMap { sign($0, for: "no_retry") } ?? []
        for entry in map.map("hints", &diagnostics) ?? [] {
            if let hint = template(entry.value, for: entry.key) { rules.hints.append((entry.key, hint)) }
        }
        if let delay = map.node("delay") {
            rules.delays = (delay.list ?? [delay]).compactMap { self.delay($0) }
        }
        return rules
    }

    private mutating func kind(_ entry: SourceNode.Entry) -> (kind: FailureKind, signs: [ErrorRules.Sign])? {
        guard let kind = FailureKind(rawValue: entry.key) else {
            let known = FailureKind.allCases.map(\.rawValue)
            diagnostics.error(
                "unknown-kind", "\(JSON.quoted(entry.key)) is no kind of error", at: entry.keySpan,
                hint: Suggestion.didYouMean(entry.key, among: known) ?? "use one of \(known.joined(separator: ", "))")
            return nil
        }
        guard let items = entry.value.list else {
            entry.value.expected("a list of codes and conditions", for: entry.key, &diagnostics)
            return nil
        }
        return (kind, items.compactMap { sign($0, for: entry.key) })
    }

    /// `not_in_channel`, `409`, `${{ … }}`
    mutating func sign(_ node: SourceNode, for key: String) -> ErrorRules.Sign? {
        if node.scalar?.intValue != nil {
            return node.decodeInt(for: key, in: 100...599, &diagnostics).map { .status($0) }
        }
        guard let text = node.decodeString(for: key, &diagnostics) else { return nil }
        guard text.contains("${{") else { return .code(text) }
        return condition(node, for: key).map { .condition($0) }
    }

    private static let delaySources = [
        "header_seconds", "header_milliseconds", "header_epoch", "header_date", "json_seconds", "json_milliseconds",
        "json_epoch", "seconds",
    ]

    /// `{ header_epoch: x-ratelimit-reset, when: … }`
    private mutating func delay(_ node: SourceNode) -> ErrorRules.Delay? {
        guard let map = MapDecoder(node, "\"delay\"", &diagnostics) else { return nil }
        map.finish(Self.delaySources + ["when"], &diagnostics)
        let given = Self.delaySources.filter(map.has)
        guard given.count == 1 else {
            diagnostics.error(
                "wrong-type", "a delay needs exactly one source", at: map.start,
                hint: "use one of \(Self.delaySources.joined(separator: ", "))")
            return nil
        }
        let source: ErrorRules.Delay.Source?
        switch given[0] {
        case "header_seconds": source = map.string(given[0], &diagnostics).map { .headerSeconds($0) }
        case "header_milliseconds": source = map.string(given[0], &diagnostics).map { .headerMilliseconds($0) }
        case "header_epoch": source = map.string(given[0], &diagnostics).map { .headerEpoch($0) }
        case "header_date": source = map.string(given[0], &diagnostics).map { .headerDate($0) }
        case "json_seconds": source = path(map, given[0]).map { .jsonSeconds($0) }
        case "json_milliseconds": source = path(map, given[0]).map { .jsonMilliseconds($0) }
        case "json_epoch": source = path(map, given[0]).map { .jsonEpoch($0) }
        default: source = map.int("seconds", in: 0...86_400, &diagnostics).map { .seconds($0) }
        }
        let condition = map.node("when").flatMap { self.condition($0, for: "when") }
        return source.map { ErrorRules.Delay(source: $0, condition: condition) }
    }

    /// Members of the body, outermost first: `error.retry_after`.
    private mutating func path(_ map: MapDecoder, _ key: String) -> [String]? {
        map.string(key, &diagnostics)?.split(separator: ".").map(String.init)
    }
}
