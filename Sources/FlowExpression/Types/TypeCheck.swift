import FlowCore

/// Follows the types of an expression's terms as far as they are known, and finds what can't work.
///
/// A term is wrong only where none of the kinds it may be of works, so what isn't known is never an error.
struct TypeCheck {
    struct Finding {
        let fault: SyntaxFault
        /// Whether evaluating the term fails; otherwise it always gives the same.
        let fails: Bool
    }

    private let text: [UInt8]
    /// What the names are that the expression sees; any other is dynamic.
    private let names: [String: StaticType]
    /// Variables of macros, the innermost last.
    private var locals: [(name: String, type: StaticType)] = []
    /// Above 0 inside `default(…)` and `has(…)`, where a missing key is no fault.
    var tolerance = 0
    private(set) var findings: [Finding] = []

    init(text: String, names: [String: StaticType]) {
        self.text = Array(text.utf8)
        self.names = names
    }

    mutating func type(of syntax: Syntax) -> StaticType {
        switch syntax.kind {
        case .literal(let value): return StaticType(of: value)
        case .name(let name, let isAbsolute):
            if !isAbsolute, let local = locals.last(where: { $0.name == name }) { return local.type }
            return names[name] ?? Builtin.constants[name].map(StaticType.init(of:)) ?? .dynamic
        case .select(let operand, let member, let isOptional):
            if let names = syntax.qualifiedName, !isLocal(names[0]),
                let constant = Builtin.constants[names.joined(separator: ".")]
            {
                return StaticType(of: constant)
            }
            return select(member, of: operand, isOptional: isOptional, at: syntax.range)
        case .index(let operand, let key, let isOptional):
            return index(operand, key, isOptional: isOptional, at: syntax.range)
        case .call(let call): return self.call(call, at: syntax.range)
        case .list(let elements): return list(elements)
        case .map(let entries): return map(entries)
        case .not(let operand): return not(operand)
        case .negate(let operand): return negate(operand, at: syntax.range)
        case .binary(let operation, let left, let right): return binary(operation, left, right, at: syntax.range)
        case .and(let terms): return and(terms)
        case .or(let terms): return or(terms, at: syntax.range)
        case .conditional(let condition, let then, let otherwise):
            requireBool(condition, saying: "the condition before \"?\" must be a bool")
            let first = type(of: then)
            return first.joined(with: type(of: otherwise))
        }
    }

    // MARK: Names

    func isLocal(_ name: String) -> Bool { locals.contains { $0.name == name } }

    /// Follows `body` with variables of a macro.
    mutating func with<Result>(
        _ variables: [(name: String, type: StaticType)], _ body: (inout TypeCheck) -> Result
    ) -> Result {
        locals += variables
        defer { locals.removeLast(variables.count) }
        return body(&self)
    }

    // MARK: Findings

    mutating func report(_ id: String, _ message: String, hint: String?, at range: Range<Int>, fails: Bool = true) {
        findings.append(
            Finding(fault: SyntaxFault(id: id, message: message, hint: hint, range: range), fails: fails))
    }

    /// Reports a term that can't be what is needed: `needs a bool, found a string`.
    mutating func require(
        _ needed: StaticType, _ type: StaticType, at range: Range<Int>, id: String = "expression-type",
        saying message: String, hint: String?
    ) {
        guard !needed.overlaps(type) else { return }
        report(id, "\(message), found \(type.withArticle)", hint: hint, at: range)
    }

    /// - Parameter isNegated: whether the term stands behind `!`.
    mutating func requireBool(_ syntax: Syntax, saying message: String, isNegated: Bool = false) {
        let type = type(of: syntax)
        require(
            .bool, type, at: syntax.range, saying: message,
            hint: TypeHint.condition(from: type, receiver(syntax), isNegated: isNegated))
    }

    /// The term as it was written, where it isn't too long.
    func excerpt(_ syntax: Syntax) -> String { excerpt(syntax.range) }
    func excerpt(_ range: Range<Int>) -> String { Compiler.excerpt(text, range) }

    /// The term in front of `.method()`.
    func receiver(_ syntax: Syntax) -> String {
        switch syntax.kind {
        case .not, .negate, .binary, .and, .or, .conditional: "(\(excerpt(syntax)))"
        default: excerpt(syntax)
        }
    }

    // MARK: Lists and maps

    private mutating func list(_ elements: [Syntax.Element]) -> StaticType {
        var items: [StaticType] = []
        for element in elements {
            let type = type(of: element.value)
            items.append(element.isOptional ? unwrapped(type, of: element.value) : type)
        }
        return .list(of: StaticType.union(of: items) ?? .dynamic)
    }

    private mutating func map(_ entries: [Syntax.Entry]) -> StaticType {
        var known: [(String, StaticType)] = []
        var others: [StaticType] = []
        for entry in entries {
            let key = type(of: entry.key)
            require(
                MapTypes.key, key, at: entry.key.range, saying: "a map key must be a string, an int, a uint or a bool",
                hint: "write the key as text")
            var value = type(of: entry.value)
            if entry.isOptional { value = unwrapped(value, of: entry.value) }
            if case .literal(.string(let name)) = entry.key.kind {
                known.append((name, value))
            } else {
                others.append(value)
            }
        }
        return .record(known, others: StaticType.union(of: others))
    }

    /// What `[?x]` and `{?k: x}` take out of an optional.
    private mutating func unwrapped(_ type: StaticType, of syntax: Syntax) -> StaticType {
        require(
            .optional, type, at: syntax.range, saying: "\"?\" needs an optional value",
            hint: "use a.?b, or optional.of(\(excerpt(syntax)))")
        return type.held ?? .dynamic
    }
}

/// What maps are made of.
enum MapTypes {
    static let key = StaticType.string.joined(with: .int).joined(with: .uint).joined(with: .bool)

    /// What the keys of a map are, as far as is known of its members.
    static func keys(of members: StaticType.Members) -> StaticType { members.others == nil ? .string : key }
}
