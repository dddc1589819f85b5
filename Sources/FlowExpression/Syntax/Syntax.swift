import FlowCore

/// An expression as it was written: what the checker reads and the compiler turns into nodes. Macros still look like
/// calls here.
struct Syntax: Sendable {
    indirect enum Kind: Sendable {
        case literal(Value)
        /// `isAbsolute`: written with a leading point, so that variables of macros don't hide it.
        case name(String, isAbsolute: Bool)
        case select(Syntax, member: String, isOptional: Bool)
        case index(Syntax, Syntax, isOptional: Bool)
        case call(Call)
        case list([Element])
        case map([Entry])
        case not(Syntax)
        case negate(Syntax)
        case binary(BinaryOperator, Syntax, Syntax)
        /// A chain of `&&`, flat so that its length costs no depth.
        case and([Syntax])
        case or([Syntax])
        case conditional(Syntax, then: Syntax, otherwise: Syntax)
    }

    struct Call: Sendable {
        var receiver: Syntax?
        var name: String
        var nameRange: Range<Int>
        var arguments: [Syntax]
    }

    struct Element: Sendable {
        var value: Syntax
        /// `[?x]`: left out where the optional is empty.
        var isOptional: Bool
    }

    struct Entry: Sendable {
        var key: Syntax
        var value: Syntax
        var isOptional: Bool
    }

    let kind: Kind
    /// Bytes of the expression's text.
    let range: Range<Int>
    /// Levels of nesting below and including this one.
    let height: Int

    /// The parts it is made of, in the order of the text.
    var children: [Syntax] {
        switch kind {
        case .literal, .name: []
        case .select(let operand, _, _), .not(let operand), .negate(let operand): [operand]
        case .index(let operand, let key, _): [operand, key]
        case .call(let call): (call.receiver.map { [$0] } ?? []) + call.arguments
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .binary(_, let left, let right): [left, right]
        case .and(let terms), .or(let terms): terms
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        }
    }

    /// The names of a chain such as `a.b.c`, or nil where it is none.
    var qualifiedName: [String]? {
        switch kind {
        case .name(let name, _): [name]
        case .select(let operand, let member, false): operand.qualifiedName.map { $0 + [member] }
        default: nil
        }
    }

    /// The same term with wider bounds: what stands in parentheses.
    func widened(to range: Range<Int>) -> Syntax { Syntax(kind: kind, range: range, height: height) }

    /// The name where it is nothing else.
    var simpleName: String? {
        if case .name(let name, false) = kind { return name }
        return nil
    }
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
}
