import FlowCore

/// Reads an expression by the grammar of the CEL specification.
///
/// Nesting is bounded by ``maximumDepth`` while reading and by ``maximumHeight`` in the tree, so that neither reading nor
/// evaluating can exhaust the stack.
struct Parser {
    static let maximumDepth = 128
    static let maximumHeight = 256
    static let maximumBytes = 100_000

    private var lexer: Lexer
    private var token: Token
    private var previousEnd = 0
    private var previous: Token.Kind?
    private var depth = 0

    static func parse(_ text: String) throws(SyntaxFault) -> Syntax {
        guard text.utf8.count <= maximumBytes else {
            throw SyntaxFault(
                message: "the expression is longer than \(maximumBytes) bytes", hint: "split it over several steps",
                range: 0..<0)
        }
        var parser = try Parser(text)
        if case .end = parser.token.kind {
            throw SyntaxFault(
                message: "the expression is empty", hint: "write an expression such as inputs.name",
                range: 0..<text.utf8.count)
        }
        let syntax = try parser.expression()
        guard case .end = parser.token.kind else { throw parser.unexpected("an operator or the end") }
        return syntax
    }

    private init(_ text: String) throws(SyntaxFault) {
        lexer = Lexer(text)
        token = try lexer.next()
    }
}

// MARK: - Tokens

extension Parser {
    private mutating func advance() throws(SyntaxFault) {
        previousEnd = token.range.upperBound
        previous = token.kind
        token = try lexer.next()
    }

    private func stands(_ symbol: Token.Symbol) -> Bool { token.kind == .symbol(symbol) }

    private mutating func take(_ symbol: Token.Symbol) throws(SyntaxFault) -> Bool {
        guard stands(symbol) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ symbol: Token.Symbol) throws(SyntaxFault) {
        guard try take(symbol) else { throw unexpected("\"\(symbol.rawValue)\"") }
    }

    private func unexpected(_ wanted: String) -> SyntaxFault {
        if case .end = token.kind {
            return SyntaxFault(message: "the expression ends where \(wanted) is expected", range: token.range)
        }
        return SyntaxFault(
            message: "expected \(wanted), found \(token.shown)", hint: hintForOtherLanguage, range: token.range)
    }

    /// How what is an operator elsewhere is written here.
    private var hintForOtherLanguage: String? {
        switch (previous, token.kind) {
        case (_, .identifier("and")): "write \"&&\""
        case (_, .identifier("or")): "write \"||\""
        case (_, .identifier("not")): "write !(x in list)"
        case (.identifier("not")?, _): "write \"!\""
        case (.symbol(.question)?, .symbol(.question)): "write default(x, y) for y where x is missing"
        default: nil
        }
    }

    private func node(_ kind: Syntax.Kind, from start: Int) throws(SyntaxFault) -> Syntax {
        let draft = Syntax(kind: kind, range: start..<previousEnd, height: 1)
        let height = 1 + draft.children.reduce(0) { max($0, $1.height) }
        guard height <= Parser.maximumHeight else { throw tooDeep(start..<previousEnd) }
        return Syntax(kind: kind, range: draft.range, height: height)
    }

    private func tooDeep(_ range: Range<Int>) -> SyntaxFault {
        SyntaxFault(
            id: "expression-depth", message: "the expression is nested too deeply",
            hint: "split it over several steps, or name a part with cel.bind(name, value, …)", range: range)
    }
}

// MARK: - Operators

extension Parser {
    private mutating func expression() throws(SyntaxFault) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Parser.maximumDepth else { throw tooDeep(token.range) }
        let start = token.range.lowerBound
        let condition = try chain(.conditionalOr)
        guard try take(.question) else { return condition }
        let then = try chain(.conditionalOr)
        try expect(.colon)
        // A chain `a ? b : c ? d : e` is as long as it is deep; it counts against the height of the tree.
        let otherwise = try expression()
        return try node(.conditional(condition, then: then, otherwise: otherwise), from: start)
    }

    /// `a || b || c` or, one level down, `a && b && c`.
    private mutating func chain(_ symbol: Token.Symbol) throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        let isOr = symbol == .conditionalOr
        let first = isOr ? try chain(.conditionalAnd) : try binary(minimum: 0)
        guard stands(symbol) else { return first }
        var terms = [first]
        while try take(symbol) { terms.append(isOr ? try chain(.conditionalAnd) : try binary(minimum: 0)) }
        return try node(isOr ? .or(terms) : .and(terms), from: start)
    }

    private var standingOperator: (operator: BinaryOperator, strength: Int)? {
        switch token.kind {
        case .symbol(.equal): (.equal, 0)
        case .symbol(.notEqual): (.notEqual, 0)
        case .symbol(.less): (.less, 0)
        case .symbol(.lessOrEqual): (.lessOrEqual, 0)
        case .symbol(.greater): (.greater, 0)
        case .symbol(.greaterOrEqual): (.greaterOrEqual, 0)
        case .identifier("in"): (.isIn, 0)
        case .symbol(.plus): (.add, 1)
        case .symbol(.minus): (.subtract, 1)
        case .symbol(.star): (.multiply, 2)
        case .symbol(.slash): (.divide, 2)
        case .symbol(.percent): (.modulo, 2)
        default: nil
        }
    }

    /// Relations, sums and products by precedence climbing: one level of the stack instead of three.
    private mutating func binary(minimum: Int) throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        var left = try unary()
        while let (operation, strength) = standingOperator, strength >= minimum {
            try advance()
            let right = try binary(minimum: strength + 1)
            left = try node(.binary(operation, left, right), from: start)
        }
        return left
    }

    private mutating func unary() throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        guard stands(.not) || stands(.minus) else { return try member() }
        let symbol = stands(.not) ? Token.Symbol.not : .minus
        var starts: [Int] = []
        while stands(symbol) {
            starts.append(token.range.lowerBound)
            try advance()
        }
        var operand: Syntax
        if symbol == .minus, let literal = try negativeLiteral(from: starts.last ?? start) {
            starts.removeLast()
            operand = try selections(of: literal)
        } else {
            operand = try member()
        }
        for begin in starts.reversed() {
            operand = try node(symbol == .not ? .not(operand) : .negate(operand), from: begin)
        }
        return operand
    }

    /// The number that stands here with a minus before it; only so can -9223372036854775808 be written.
    private mutating func negativeLiteral(from start: Int) throws(SyntaxFault) -> Syntax? {
        let value: Value
        switch token.kind {
        case .int(let magnitude): value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let magnitude): value = .double(-magnitude)
        default: return nil
        }
        try advance()
        return try node(.literal(value), from: start)
    }
}

// MARK: - Members and primaries

extension Parser {
    private mutating func member() throws(SyntaxFault) -> Syntax { try selections(of: primary()) }

    private mutating func selections(of primary: Syntax) throws(SyntaxFault) -> Syntax {
        let start = primary.range.lowerBound
        var operand = primary
        while true {
            if try take(.point) {
                let isOptional = try take(.question)
                let nameRange = token.range
                let name = try selector()
                if !isOptional, stands(.openParenthesis) {
                    let arguments = try arguments()
                    let call = Syntax.Call(receiver: operand, name: name, nameRange: nameRange, arguments: arguments)
                    operand = try node(.call(call), from: start)
                } else {
                    operand = try node(.select(operand, member: name, isOptional: isOptional), from: start)
                }
            } else if try take(.openBracket) {
                let isOptional = try take(.question)
                let key = try expression()
                try expect(.closeBracket)
                operand = try node(.index(operand, key, isOptional: isOptional), from: start)
            } else {
                return operand
            }
        }
    }

    private mutating func selector() throws(SyntaxFault) -> String {
        switch token.kind {
        case .identifier(let name):
            guard !Keyword.literals.contains(name) else {
                throw SyntaxFault(
                    message: "\"\(name)\" is a keyword and can't follow a point", hint: "write [\"\(name)\"]",
                    range: token.range)
            }
            try advance()
            return name
        case .quotedIdentifier(let name):
            try advance()
            return name
        case .symbol(.star):
            throw SyntaxFault(
                message: "\".*\" is no selection here", hint: "write list.map(x, x.name) to take a member of each",
                range: token.range)
        default: throw unexpected("a name")
        }
    }

    private mutating func arguments() throws(SyntaxFault) -> [Syntax] {
        try expect(.openParenthesis)
        var arguments: [Syntax] = []
        if try take(.closeParenthesis) { return [] }
        repeat { arguments.append(try expression()) } while try take(.comma)
        try expect(.closeParenthesis)
        return arguments
    }

    private mutating func primary() throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        switch token.kind {
        case .int(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw SyntaxFault(
                    message: "the number doesn't fit into 64 bits", hint: "write it as a double, such as 1e20",
                    range: token.range)
            }
            return try literal(.int(value))
        case .uint(let value): return try literal(.uint(value))
        case .double(let value): return try literal(.double(value))
        case .string(let value): return try literal(.string(value))
        case .bytes(let value): return try literal(.bytes(value))
        case .identifier(let name): return try nameOrCall(name, from: start)
        case .quotedIdentifier:
            throw SyntaxFault(message: "a name in backticks must follow a point", range: token.range)
        case .symbol(.point):
            try advance()
            guard case .identifier(let name) = token.kind else { throw unexpected("a name") }
            return try nameOrCall(name, from: start, isAbsolute: true)
        case .symbol(.openParenthesis):
            try advance()
            let inner = try expression()
            try expect(.closeParenthesis)
            return inner.widened(to: start..<previousEnd)
        case .symbol(.openBracket): return try list()
        case .symbol(.openBrace): return try map()
        default: throw unexpected("a value")
        }
    }

    private mutating func literal(_ value: Value) throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        try advance()
        return try node(.literal(value), from: start)
    }

    private mutating func nameOrCall(
        _ name: String, from start: Int, isAbsolute: Bool = false
    ) throws(SyntaxFault) -> Syntax {
        switch name {
        case "true": return try literal(true)
        case "false": return try literal(false)
        case "null": return try literal(.null)
        case _ where Keyword.all.contains(name):
            throw SyntaxFault(message: "\"\(name)\" is a reserved word and no name", range: token.range)
        default: break
        }
        let nameRange = token.range
        try advance()
        if stands(.openParenthesis) {
            let arguments = try arguments()
            return try node(
                .call(Syntax.Call(receiver: nil, name: name, nameRange: nameRange, arguments: arguments)), from: start)
        }
        if stands(.openBrace) {
            throw SyntaxFault(
                message: "messages such as \(name){…} don't exist here", hint: "write a map: {\"key\": value}",
                range: token.range)
        }
        return try node(.name(name, isAbsolute: isAbsolute), from: start)
    }

    private mutating func list() throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        try expect(.openBracket)
        var elements: [Syntax.Element] = []
        while !stands(.closeBracket) {
            let isOptional = try take(.question)
            elements.append(Syntax.Element(value: try expression(), isOptional: isOptional))
            guard try take(.comma) else { break }
        }
        guard try take(.closeBracket) else { throw unexpected("\",\" or \"]\"") }
        return try node(.list(elements), from: start)
    }

    private mutating func map() throws(SyntaxFault) -> Syntax {
        let start = token.range.lowerBound
        try expect(.openBrace)
        var entries: [Syntax.Entry] = []
        while !stands(.closeBrace) {
            let isOptional = try take(.question)
            let key = try expression()
            try expect(.colon)
            entries.append(Syntax.Entry(key: key, value: try expression(), isOptional: isOptional))
            guard try take(.comma) else { break }
        }
        guard try take(.closeBrace) else { throw unexpected("\",\" or \"}\"") }
        return try node(.map(entries), from: start)
    }
}

/// Words that can't be names.
enum Keyword {
    static let literals: Set<String> = ["true", "false", "null", "in"]
    static let all: Set<String> = literals.union([
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ])
}
