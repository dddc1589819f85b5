import FlowCore

/// One word of an expression with the bytes it stands at.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case identifier(String)
        /// A name in backticks, which may hold `-`, `.`, `/` and spaces: allowed after a point only.
        case quotedIdentifier(String)
        /// The magnitude; the sign is the parser's.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable, CaseIterable {
        case conditionalOr = "||"
        case conditionalAnd = "&&"
        case equal = "=="
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case not = "!"
        case question = "?"
        case colon = ":"
        case comma = ","
        case point = "."
        case openParenthesis = "("
        case closeParenthesis = ")"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
    }

    let kind: Kind
    let range: Range<Int>

    /// The token as a message shows it.
    var shown: String {
        switch kind {
        case .identifier(let name), .quotedIdentifier(let name): "\"\(name)\""
        case .int, .uint, .double: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .symbol(let symbol): "\"\(symbol.rawValue)\""
        case .end: "the end"
        }
    }
}

/// A mistake in the text of an expression, before it has a place in a file.
struct SyntaxFault: Error {
    var id = "expression-syntax"
    var message: String
    var hint: String?
    var range: Range<Int>
}
