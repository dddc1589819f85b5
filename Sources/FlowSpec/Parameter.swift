package import FlowCore

/// What a parameter's argument must be.
package indirect enum ParameterType: Sendable, Hashable {
    case any
    case string, int, number, bool, map, timestamp, duration
    /// A file reference, or a path that is made into one.
    case file
    /// A list whose items are of the given type.
    case list(of: ParameterType)
    /// Named CEL expressions, evaluated by the node itself (`data.transform`).
    case expressions

    /// The name people write and read: `string`, `list of int`.
    package var name: String {
        switch self {
        case .any: "any"
        case .string: "string"
        case .int: "int"
        case .number: "number"
        case .bool: "bool"
        case .map: "map"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .file: "file"
        case .list(of: .any): "list"
        case .list(let item): "list of \(item.name)"
        case .expressions: "map of expressions"
        }
    }

    /// The type named `name` (`string int number bool list map file timestamp duration any`), nil where there is none.
    package init?(name: String) {
        switch name {
        case "any": self = .any
        case "string": self = .string
        case "int": self = .int
        case "number": self = .number
        case "bool": self = .bool
        case "map": self = .map
        case "timestamp": self = .timestamp
        case "duration": self = .duration
        case "file": self = .file
        case "list": self = .list(of: .any)
        default: return nil
        }
    }

    /// What a value of it may be; null and what is left out fit every parameter besides.
    package var accepted: StaticType {
        switch self {
        case .any: .dynamic
        case .string: .string
        // A double that is whole will do.
        case .int: .int.joined(with: .uint).joined(with: .double)
        case .number: .number
        case .bool: .bool
        case .map, .expressions: .map
        case .file: .file.joined(with: .string)
        case .timestamp: .timestamp.joined(with: .string)
        case .duration: .duration.joined(with: .string)
        case .list(let item): .list(of: item.accepted.orNull)
        }
    }

    /// A value that fits, as nodes get it: an int is one, whether it came as 7 or as 7.0.
    package func fitted(_ value: Value) -> Value {
        switch self {
        case .int:
            guard case .double = value.revealed, let number = value.intValue else { return value }
            return value.containsSecret ? .secret(.int(number)) : .int(number)
        case .list(let item) where item.holdsInt:
            guard value.type != .stream, let items = value.listValue else { return value }
            let fitted = Value.list(items.map(item.fitted))
            if case .secret = value { return fitted.markedSecret }
            return fitted
        default: return value
        }
    }

    private var holdsInt: Bool {
        switch self {
        case .int: true
        case .list(let item): item.holdsInt
        default: false
        }
    }

    package static let names = [
        "any", "string", "int", "number", "bool", "list", "map", "file", "timestamp", "duration",
    ]
}

/// What the text of an argument must look like.
package struct TextPattern: Sendable, Hashable {
    /// The regular expression, as messages show it.
    package let text: String
    private let fits: @Sendable (String) -> Bool

    /// - Parameter fits: says of a text whether it is of the pattern, the same each time.
    package init(_ text: String, fits: @escaping @Sendable (String) -> Bool) {
        self.text = text
        self.fits = fits
    }

    package func matches(_ text: String) -> Bool { fits(text) }

    package static func == (one: TextPattern, other: TextPattern) -> Bool { one.text == other.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// One argument a node takes. Help, lint, schema, completion, man pages and docs are all made from it.
package struct Parameter: Sendable, Hashable {
    package var name: String
    package var type: ParameterType
    package var isRequired: Bool
    package var defaultValue: Value?
    /// One sentence, with a full stop.
    package var help: String
    package var example: Value?
    /// The values allowed, where they are a closed set.
    package var choices: [Value]
    package var minimum: Double?
    package var maximum: Double?
    /// What a duration may be at least; nil is anything, also less than nothing.
    package var shortest: ShortestDuration?
    /// What a text given for it must look like; the items of a list are not held against it.
    package var pattern: TextPattern?
    /// Whether `secrets.…` may be used in it.
    package var takesSecrets: Bool
    /// Set where the text is code (a shell command, SQL): `${{ }}` in it is refused with this remedy.
    package var codeRemedy: String?
    /// Members of the maps in it that are code, each with such a remedy.
    package var codeMembers: [String: String]
    /// What `${{ }}` in it may give; nil is anything.
    package var computed: ComputedRule?
    /// Names in lower case, in whatever case a map may not have them as its own.
    package var refusedMembers: Set<String>

    package init(
        _ name: String, _ type: ParameterType, required isRequired: Bool = false, default defaultValue: Value? = nil,
        help: String = "", example: Value? = nil, choices: [Value] = [], minimum: Double? = nil,
        maximum: Double? = nil, shortest: ShortestDuration? = nil, pattern: TextPattern? = nil,
        takesSecrets: Bool = false, codeRemedy: String? = nil,
        codeMembers: [String: String] = [:],
        computed: ComputedRule? = nil, refusedMembers: Set<String> = []
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.help = help
        self.example = example
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.shortest = shortest
        self.pattern = pattern
        self.takesSecrets = takesSecrets
        self.codeRemedy = codeRemedy
        self.codeMembers = codeMembers
        self.computed = computed
        self.refusedMembers = refusedMembers
    }

    /// What a value given for it may be: its choices, null, and `absent` where it may be left out.
    package var valueType: StaticType {
        let texts = choices.compactMap(\.stringValue)
        let type = type == .string && !texts.isEmpty && texts.count == choices.count ? .text(texts) : type.accepted
        return isRequired || defaultValue != nil ? type.orNull : type.orNull.joined(with: .absent)
    }

    /// Why `value` can't be this parameter's argument, as `must be a string, not 3`; nil where it can.
    package func objection(to value: Value) -> String? {
        if let objection = Parameter.objection(to: value, type: type, parameter: self) { return objection }
        guard let pattern, let text = value.stringValue, !pattern.matches(text) else { return nil }
        return "must match \(pattern.text)"
    }

    private static func objection(to value: Value, type: ParameterType, parameter: Parameter) -> String? {
        let plain = type.fitted(value.revealed)
        if plain.isNull || plain.isAbsent { return nil }
        let fits: Bool
        switch type {
        case .any: fits = true
        case .string: fits = plain.type == .string
        case .int: fits = plain.intValue != nil
        case .number: fits = plain.doubleValue != nil || plain.type == .number
        case .bool: fits = plain.type == .bool
        case .map, .expressions: fits = plain.type == .map
        case .timestamp: fits = plain.type == .timestamp || plain.stringValue.flatMap(Timestamp.init(rfc3339:)) != nil
        case .duration: fits = plain.asDuration != nil
        case .file: fits = plain.type == .file || plain.type == .string
        case .list(let itemType):
            if plain.type == .stream { return nil }
            guard let items = plain.listValue else { return "must be a \(type.name), not \(value.shortText)" }
            for (index, item) in items.enumerated() {
                if let objection = objection(to: item, type: itemType, parameter: parameter) {
                    return "item \(index) \(objection)"
                }
            }
            return nil
        }
        guard fits else {
            return "must be \(type.article) \(type.name), not \(value.containsSecret ? "a secret" : plain.shortText)"
        }
        if !parameter.choices.isEmpty, !parameter.choices.contains(plain) {
            let known = parameter.choices.map { JSON.text($0) }.joined(separator: ", ")
            return "must be one of \(known)"
        }
        let refused = (plain.mapValue?.names ?? []).filter { parameter.refusedMembers.contains($0.lowercased()) }
        if !refused.isEmpty {
            return "must be without \(refused.map(JSON.quoted).joined(separator: " and ")), which flowctl writes itself"
        }
        if let number = plain.doubleValue {
            if let minimum = parameter.minimum, number < minimum { return "must be at least \(text(minimum))" }
            if let maximum = parameter.maximum, number > maximum { return "must be at most \(text(maximum))" }
        }
        if type == .duration, let shortest = parameter.shortest, let duration = plain.asDuration {
            return shortest.objection(to: duration)
        }
        return nil
    }

    private static func text(_ number: Double) -> String { Int64(exactly: number).map(String.init) ?? "\(number)" }
}

/// What a duration may be at least.
package enum ShortestDuration: Sendable, Hashable {
    /// Nothing: then it is looked once, or not waited at all.
    case zero
    /// Anything but nothing, in which nothing could be done.
    case aboveZero

    fileprivate func objection(to duration: Duration) -> String? {
        switch self {
        case .zero: duration < .zero ? "must be at least 0s" : nil
        case .aboveZero: duration <= .zero ? "must be more than 0s" : nil
        }
    }
}

extension Value {
    fileprivate var asDuration: Duration? {
        if case .duration(let duration) = self { return duration }
        return stringValue.flatMap(Duration.init(text:))
    }
}

extension ParameterType {
    fileprivate var article: String { name.first.map { "aeiou".contains($0) } == true ? "an" : "a" }
}

extension Value {
    /// The value in a few words for a message: short scalars as they are, the rest by type.
    package var shortText: String {
        switch self {
        case .string(let text) where text.count <= 30: JSON.quoted(text)
        case .null, .bool, .int, .uint, .double, .number: JSON.text(self)
        case .list(let items): "a list of \(items.count)"
        case .secret: "a secret"
        default: "a \(type.plainName)"
        }
    }
}
