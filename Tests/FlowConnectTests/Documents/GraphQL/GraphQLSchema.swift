/// The types of a GraphQL schema as its definition language writes them.
struct GraphQLSchema: Sendable {
    indirect enum Reference: Equatable, Sendable, CustomStringConvertible {
        case named(String)
        case list(Reference)
        case required(Reference)

        /// `[ID!]!`
        var description: String {
            switch self {
            case .named(let name): name
            case .list(let item): "[\(item)]"
            case .required(let type): "\(type)!"
            }
        }

        /// Without lists and marks: `ID`.
        var name: String {
            switch self {
            case .named(let name): name
            case .list(let type), .required(let type): type.name
            }
        }

        var isRequired: Bool {
            if case .required = self { return true }
            return false
        }
    }

    struct Field: Sendable {
        var type: Reference
        var arguments: [String: Field] = [:]
        var hasDefault = false
    }

    struct Definition: Sendable {
        /// `type`, `interface`, `input`, `enum`, `union` or `scalar`.
        var kind: String
        var fields: [String: Field] = [:]
        /// The values of an enum.
        var values: Set<String> = []
    }

    private(set) var types: [String: Definition] = [:]

    init(_ text: String) {
        var tokens = GraphQLTokens(text)
        while tokens.next != .end {
            tokens.skipStrings()
            guard let kind = tokens.name() else {
                tokens.advance()
                continue
            }
            switch kind {
            case "type", "interface", "input", "enum", "union", "scalar":
                guard let name = tokens.name() else { continue }
                types[name] = GraphQLSchema.definition(kind, &tokens)
            default: continue
            }
        }
    }

    private static func definition(_ kind: String, _ tokens: inout GraphQLTokens) -> Definition {
        var definition = Definition(kind: kind)
        guard kind != "scalar", kind != "union" else { return definition }
        // What is implemented, and directives.
        while tokens.next != .mark("{"), tokens.next != .end { tokens.advance() }
        guard tokens.takes("{") else { return definition }
        while !tokens.takes("}"), tokens.next != .end {
            tokens.skipStrings()
            guard let name = tokens.name() else {
                tokens.advance()
                continue
            }
            if kind == "enum" {
                definition.values.insert(name)
            } else {
                definition.fields[name] = field(&tokens)
            }
            skipDirectives(&tokens)
        }
        return definition
    }

    /// What stands behind the name of a field or an argument.
    private static func field(_ tokens: inout GraphQLTokens) -> Field {
        var arguments: [String: Field] = [:]
        if tokens.takes("(") {
            while !tokens.takes(")"), tokens.next != .end {
                tokens.skipStrings()
                if let name = tokens.name() { arguments[name] = field(&tokens) } else { tokens.advance() }
                skipDirectives(&tokens)
            }
        }
        _ = tokens.takes(":")
        var field = Field(type: reference(&tokens), arguments: arguments)
        if tokens.takes("=") {
            field.hasDefault = true
            GraphQLLiteral.skip(&tokens)
        }
        return field
    }

    static func reference(_ tokens: inout GraphQLTokens) -> Reference {
        var type: Reference
        if tokens.takes("[") {
            type = .list(reference(&tokens))
            _ = tokens.takes("]")
        } else {
            type = .named(tokens.name() ?? "")
        }
        if tokens.takes("!") { type = .required(type) }
        return type
    }

    /// `@deprecated(reason: "…")`
    private static func skipDirectives(_ tokens: inout GraphQLTokens) {
        while tokens.takes("@") {
            _ = tokens.name()
            guard tokens.takes("(") else { continue }
            while !tokens.takes(")"), tokens.next != .end { tokens.advance() }
        }
    }
}
