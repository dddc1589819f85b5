/// One operation with its variables and selections; fragments are not known.
struct GraphQLQuery {
    struct Selection {
        var name: String
        var arguments: [(name: String, value: GraphQLLiteral)]
        var selections: [Selection]
    }

    /// `Query` or `Mutation`.
    var root = "Query"
    var variables: [String: GraphQLSchema.Reference] = [:]
    var selections: [Selection] = []

    /// nil where the text is no single operation.
    init?(_ text: String) {
        var tokens = GraphQLTokens(text)
        if tokens.takes(word: "mutation") {
            root = "Mutation"
        } else if !tokens.takes(word: "query") {
            return nil
        }
        _ = tokens.name()
        if tokens.takes("(") {
            while tokens.takes("$"), let name = tokens.name(), tokens.takes(":") {
                variables[name] = GraphQLSchema.reference(&tokens)
            }
            guard tokens.takes(")") else { return nil }
        }
        guard let selections = GraphQLQuery.selections(&tokens), tokens.next == .end else { return nil }
        self.selections = selections
    }

    private static func selections(_ tokens: inout GraphQLTokens) -> [Selection]? {
        guard tokens.takes("{") else { return nil }
        var found: [Selection] = []
        while !tokens.takes("}") {
            guard var name = tokens.name() else { return nil }
            if tokens.takes(":") {
                guard let field = tokens.name() else { return nil }
                name = field
            }
            var selection = Selection(name: name, arguments: [], selections: [])
            if tokens.takes("(") {
                while let name = tokens.name(), tokens.takes(":"), let value = GraphQLLiteral(&tokens) {
                    selection.arguments.append((name, value))
                }
                guard tokens.takes(")") else { return nil }
            }
            if tokens.next == .mark("{") {
                guard let inner = selections(&tokens) else { return nil }
                selection.selections = inner
            }
            found.append(selection)
        }
        return found
    }
}

/// A value as a query writes it.
indirect enum GraphQLLiteral {
    case variable(String)
    case list([GraphQLLiteral])
    case object([(name: String, value: GraphQLLiteral)])
    case constant(GraphQLTokens.Token)

    /// nil where no value comes next.
    init?(_ tokens: inout GraphQLTokens) {
        if tokens.takes("$") {
            guard let name = tokens.name() else { return nil }
            self = .variable(name)
        } else if tokens.takes("[") {
            var items: [GraphQLLiteral] = []
            while !tokens.takes("]") {
                guard let item = GraphQLLiteral(&tokens) else { return nil }
                items.append(item)
            }
            self = .list(items)
        } else if tokens.takes("{") {
            var members: [(name: String, value: GraphQLLiteral)] = []
            while !tokens.takes("}") {
                guard let name = tokens.name(), tokens.takes(":"), let value = GraphQLLiteral(&tokens) else {
                    return nil
                }
                members.append((name, value))
            }
            self = .object(members)
        } else {
            switch tokens.next {
            case .mark, .end: return nil
            default: self = .constant(tokens.next)
            }
            tokens.advance()
        }
    }

    static func skip(_ tokens: inout GraphQLTokens) { _ = GraphQLLiteral(&tokens) }
}
