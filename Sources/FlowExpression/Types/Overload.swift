import FlowCore
import Synchronization

/// One way to call a function, read from its signature: `list<T>.first() -> optional<T>`.
struct Overload: Sendable {
    let signature: String
    /// The receiver first, where it is called on a value.
    let parameters: [TypePattern]
    /// Whether any number of arguments may follow.
    let isOpen: Bool
    let result: TypePattern

    private init(_ signature: String, of name: String, onValue: Bool) {
        self.signature = signature
        var written = Function.parameters(of: signature)
        isOpen = written.last == "..."
        if isOpen { written.removeLast() }
        if onValue { written.insert(Overload.receiver(signature, name), at: 0) }
        parameters = written.map(TypePattern.init(parsing:))
        result = TypePattern(parsing: Overload.result(signature))
    }

    func accepts(count: Int) -> Bool { isOpen ? count >= parameters.count : count == parameters.count }

    func accepts(_ type: StaticType, at position: Int) -> Bool {
        position >= parameters.count || parameters[position].accepts(type)
    }

    func result(for arguments: [StaticType]) -> StaticType {
        var variables: [String: StaticType] = [:]
        for (parameter, argument) in zip(parameters, arguments) { parameter.bind(argument, &variables) }
        return result.type(variables)
    }

    // MARK: Reading signatures

    private static let known = Mutex<[String: [Overload]]>([:])

    /// Those of a function, read when they are first asked for.
    static func all(of function: Function, onValue: Bool) -> [Overload] {
        let key = (onValue ? "." : "") + function.name
        return known.withLock { known in
            if let found = known[key] { return found }
            let overloads = function.signatures.filter { function.isFree($0) != onValue }.map {
                Overload($0, of: function.name, onValue: onValue)
            }
            known[key] = overloads
            return overloads
        }
    }

    /// `list<T>` of `list<T>.first() -> optional<T>`
    private static func receiver(_ signature: String, _ name: String) -> String {
        let head = signature.prefix { $0 != "(" }
        return String(head.dropLast(name.count + 1))
    }

    /// What follows `->`.
    private static func result(_ signature: String) -> String {
        guard let arrow = signature.lastIndex(of: "-") else { return "any" }
        return String(signature[arrow...].dropFirst(2).drop { $0 == " " })
    }
}

/// A type of a signature, with variables such as `T` for what is handed through.
indirect enum TypePattern: Sendable {
    case type(StaticType)
    case variable(String)
    case list(TypePattern)
    /// The pattern of the values.
    case map(TypePattern)
    case optional(TypePattern)

    /// Words that name no type, such as `key`, stand for any value.
    init(parsing text: String) {
        let name = String(text.prefix { $0 != "<" })
        guard name.count < text.count, let inner = TypePattern.inner(text) else {
            self = TypePattern.named(name)
            return
        }
        switch name {
        case "list": self = .list(inner)
        case "map": self = .map(inner)
        case "optional": self = .optional(inner)
        default: self = TypePattern.named(name)
        }
    }

    /// What stands between `<` and `>`; of `K, V` the `V`.
    private static func inner(_ text: String) -> TypePattern? {
        guard let open = text.firstIndex(of: "<"), text.last == ">" else { return nil }
        let inside = text[text.index(after: open)..<text.index(before: text.endIndex)]
        let name = inside.prefix { $0 != "<" }
        let start = name.lastIndex(of: ",").map { inside.index(after: $0) } ?? inside.startIndex
        return TypePattern(parsing: String(inside[start...].drop { $0 == " " }))
    }

    private static func named(_ name: String) -> TypePattern {
        if name.count == 1 { return .variable(name) }
        if name == "number" { return .type(.number) }
        return .type(ValueType.allCases.first { $0.plainName == name }.map(StaticType.init(kind:)) ?? .dynamic)
    }

    func accepts(_ type: StaticType) -> Bool {
        switch self {
        case .type(let accepted): accepted.overlaps(type)
        case .variable: true
        case .list: type.may(be: .list)
        case .map: type.may(be: .map)
        case .optional: type.may(be: .optional)
        }
    }

    /// The type without what is known of its inside.
    var outer: StaticType {
        switch self {
        case .type(let type): type
        case .variable: .dynamic
        case .list: .list
        case .map: .map
        case .optional: .optional
        }
    }

    func bind(_ type: StaticType, _ variables: inout [String: StaticType]) {
        switch self {
        case .type: break
        case .variable(let name): variables[name] = variables[name]?.joined(with: type) ?? type
        case .list(let item): if let found = type.item { item.bind(found, &variables) }
        case .map(let value): if let found = type.members?.all { value.bind(found, &variables) }
        case .optional(let held): if let found = type.held { held.bind(found, &variables) }
        }
    }

    func type(_ variables: [String: StaticType]) -> StaticType {
        switch self {
        case .type(let type): type
        case .variable(let name): variables[name] ?? .dynamic
        case .list(let item): .list(of: item.type(variables))
        case .map(let value): .map(of: value.type(variables))
        case .optional(let held): .optional(of: held.type(variables))
        }
    }
}
