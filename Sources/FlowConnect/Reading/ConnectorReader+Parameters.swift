import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    private static let keys = [
        "type", "of", "required", "default", "help", "example", "enum", "min", "max", "in", "as", "join",
        "repeat", "spread", "pattern", "convert",
    ]
    private static let laterKeys = ["secret"]

    mutating func parameter(_ entry: SourceNode.Entry) -> OperationParameter? {
        guard let name = identifier(entry.key, at: entry.keySpan, "a parameter"),
            let map = MapDecoder(entry.value, "the parameter \"\(name)\"", &diagnostics)
        else { return nil }
        map.finish(Self.keys, later: Self.laterKeys, &diagnostics)
        guard let type = type(map) else { return nil }
        let parameter = Parameter(
            name, type, required: map.bool("required", &diagnostics) ?? false, default: map.node("default")?.value,
            help: map.string("help", &diagnostics) ?? "", example: map.node("example")?.value,
            choices: map.list("enum", &diagnostics)?.map(\.value) ?? [], minimum: map.number("min", &diagnostics),
            maximum: map.number("max", &diagnostics), pattern: map.node("pattern").flatMap { pattern($0) })
        if name == Pagination.limitParameter {
            diagnostics.error(
                "reserved-name", "\"\(name)\" is the name of what bounds a list", at: entry.keySpan,
                hint: "give the parameter another name, and say what it is sent as with as:")
        }
        checkBounds(map, type)
        for key in ["default", "example"] {
            guard let node = map.node(key), let objection = parameter.objection(to: node.value) else { continue }
            diagnostics.error("wrong-type", "\"\(key)\" of \"\(name)\" \(objection)", at: node.shortSpan)
        }
        if parameter.isRequired, parameter.defaultValue != nil {
            diagnostics.error(
                "contradiction", "\"\(name)\" is required and has a default", at: entry.keySpan,
                hint: "remove one of the two")
        }
        return OperationParameter(
            parameter: parameter, place: place(map), wireName: map.string("as", &diagnostics) ?? name,
            join: map.string("join", &diagnostics), repeats: repeats(map, type), spreads: spreads(map, type),
            converters: map.node("convert").map { converters($0) } ?? [], span: entry.keySpan)
    }

    private mutating func checkBounds(_ map: MapDecoder, _ type: ParameterType) {
        for key in ["min", "max"] {
            guard let entry = map.entry(key), !type.hasNumbers else { continue }
            diagnostics.error(
                "contradiction", "\"\(key)\" bounds a number, not a \(type.name)", at: entry.keySpan,
                hint: type == .string ? "bound its length with pattern:, as ^.{2,5}$" : "remove it")
        }
    }

    private mutating func repeats(_ map: MapDecoder, _ type: ParameterType) -> Bool {
        guard map.bool("repeat", &diagnostics) == true, let entry = map.entry("repeat") else { return false }
        if case .list = type {
        } else {
            diagnostics.error("contradiction", "only a list can be sent as one parameter each", at: entry.keySpan)
        }
        if map.has("join") {
            diagnostics.error(
                "contradiction", "a list is sent as one text or as one parameter each, not both", at: entry.keySpan,
                hint: "remove join or repeat")
        }
        return true
    }

    private mutating func spreads(_ map: MapDecoder, _ type: ParameterType) -> Bool {
        guard map.bool("spread", &diagnostics) == true, let entry = map.entry("spread") else { return false }
        let isInJSON =
            switch map.node("in")?.string.flatMap(OperationParameter.Place.init) {
            case nil, .json: true
            default: false
            }
        if type != .map || !isInJSON {
            diagnostics.error("contradiction", "only a map in the JSON of the body can be spread", at: entry.keySpan)
        }
        return true
    }

    /// `adf`, `[rfc5322, base64url]`
    private mutating func converters(_ node: SourceNode) -> [Converter] {
        (node.list ?? [node]).compactMap { $0.decodeChoice(for: "convert", &diagnostics) }
    }

    private mutating func type(_ map: MapDecoder) -> ParameterType? {
        guard let node = map.required("type", &diagnostics),
            let text = node.decodeString(for: "type", &diagnostics)
        else { return nil }
        guard let type = ParameterType(name: text) else {
            diagnostics.error(
                "unknown-value", "\(JSON.quoted(text)) is no type", at: node.span,
                hint: Suggestion.didYouMean(text, among: ParameterType.names)
                    ?? "use one of \(ParameterType.names.joined(separator: ", "))")
            return nil
        }
        guard let of = map.node("of") else { return type }
        guard type == .list(of: .any), let item = of.string.flatMap(ParameterType.init(name:)) else {
            diagnostics.error(
                "wrong-type", "\"of\" is the type of a list's items", at: of.span,
                hint: "write { type: list, of: string }")
            return nil
        }
        return .list(of: item)
    }

    private mutating func place(_ map: MapDecoder) -> OperationParameter.Place? {
        guard let node = map.node("in"), let text = node.decodeString(for: "in", &diagnostics) else { return nil }
        if let place = OperationParameter.Place(text) { return place }
        let known = OperationParameter.Place.names
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is no place in a request", at: node.span,
            hint: Suggestion.didYouMean(text, among: known) ?? "use one of \(known.joined(separator: ", "))")
        return nil
    }

    private mutating func pattern(_ node: SourceNode) -> TextPattern? {
        guard let text = node.decodeString(for: "pattern", &diagnostics) else { return nil }
        do {
            let check = try Expression.compile("value.matches(\(JSON.quoted(text)))")
            // A pattern that can't be read is found by using it.
            _ = try check.evaluate(EvaluationScope(ValueMap([("value", .string(""))])))
            return TextPattern(text) { text in
                let scope = EvaluationScope(ValueMap([("value", .string(text))]))
                return (try? check.evaluate(scope).boolValue) == true
            }
        } catch {
            diagnostics.error("bad-pattern", "\(JSON.quoted(text)) is no regular expression", at: node.span)
            return nil
        }
    }
}

extension ParameterType {
    /// Whether it may be a number, or a list of them.
    fileprivate var hasNumbers: Bool {
        switch self {
        case .int, .number, .any: true
        case .list(let item): item.hasNumbers
        default: false
        }
    }
}
