import FlowCore
import FlowExpression
import FlowSpec

/// `data.transform`: named CEL expressions over one input.
struct DataTransform: Node {
    let spec = NodeSpec(
        "data.transform", summary: "Compute values from data with named expressions.",
        details: """
            The fields are CEL without ${{ }}. They see input, vars, and the fields above them by their names. Where \
            each is true, they are computed for every item of the input, as item.
            """,
        effect: .read,
        parameters: [
            Parameter("input", .any, help: "The data, as input in the expressions.", example: [1, 2, 3]),
            Parameter("vars", .map, help: "More data, as vars in the expressions."),
            Parameter(
                "fields", .expressions, required: true, help: "Names and their expressions.",
                example: ["total": "sum(input)", "mean": "total / input.size()"]),
            Parameter(
                "each", .bool, default: false,
                help: "Compute the fields for each item of the input, which must be a list."),
        ],
        output: "A map with the fields; with each, a list of such maps.",
        example: .init(
            ["input": [1, 2, 3], "fields": ["count": "input.size()", "more": "count + 1"]],
            output: ["count": 3, "more": 4]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        guard case .written(.map(let fields)) = arguments["fields"] else { return .dynamic }
        let map = StaticType.record(fields.names.map { ($0, .dynamic) })
        switch arguments["each"] {
        case .missing, .written(false): return map
        case .written: return .list(of: map)
        case .computed: return .dynamic
        }
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let fields = try fields(of: arguments)
        var names = ValueMap([("input", arguments["input"] ?? .null), ("vars", arguments["vars"] ?? [:])])
        guard arguments.bool("each") ?? false else { return try compute(fields, names, context) }
        guard let items = names["input"]?.listValue else {
            throw Failure(
                .invalid, "data.transform: with each, \"input\" must be a list", hint: "leave out each, or give a list")
        }
        return .list(
            try items.map { item in
                try Task.checkCancellation()
                names["item"] = item
                return try compute(fields, names, context)
            })
    }

    /// Finds what is wrong with the expressions before the run.
    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        let text = "\(spec.name) \(JSON.text(.map(arguments.values)))"
        // Where a part of them isn't known yet they can't be read.
        if !text.contains("‹") { _ = try fields(of: arguments) }
        return [.text(text)]
    }

    /// - Throws: `invalid` where one can't be read, or reads a name that there isn't: with `default()` around it, it would
    ///   give what is there for want of a value.
    private func fields(of arguments: Arguments) throws -> [(name: String, expression: Expression)] {
        let each = arguments["each"] ?? false
        var names = ["input", "vars"] + (each == false ? [] : ["item"])
        return try (arguments.map("fields") ?? ValueMap()).map { key, text in
            let expression = try compile(text, name: key.text)
            if let unknown = expression.references.map(\.root).first(where: { !names.contains($0) }) {
                throw Failure(
                    .invalid, "data.transform: field \"\(key.text)\": unknown name \"\(unknown)\"",
                    hint: Suggestion.didYouMean(unknown, among: names)
                        ?? "it sees \(names.joined(separator: ", ")); give it more with vars")
            }
            names.append(key.text)
            return (name: key.text, expression: expression)
        }
    }

    private func compute(
        _ fields: [(name: String, expression: Expression)], _ names: ValueMap, _ context: NodeContext
    ) throws -> Value {
        let world = context.world
        let folder = FolderView(context.workingDirectory, in: world.files)
        var known = names
        var result = ValueMap()
        for field in fields {
            let seen = known
            let scope = EvaluationScope(
                now: { world.clock.now() }, uuid: { world.random.uuid() },
                files: ScopeFiles(paths: folder.paths, read: folder.read)
            ) { seen[$0] }
            let value: Value
            do {
                value = try field.expression.evaluate(scope)
            } catch {
                var failure = error
                failure.message = "field \"\(field.name)\": \(error.message)"
                throw failure
            }
            if !value.isAbsent {
                result[field.name] = value
                if names[field.name] == nil { known[field.name] = value }
            }
        }
        return .map(result)
    }

    private func compile(_ value: Value, name: String) throws -> Expression {
        guard let text = value.stringValue else {
            throw Failure(
                .invalid, "data.transform: the field \"\(name)\" must be an expression, not \(value.shortText)",
                hint: "write it as text, such as \"input.size()\"")
        }
        do {
            return try Expression.compile(text)
        } catch {
            let first = error.diagnostics.first
            throw Failure(
                .invalid, "data.transform: field \"\(name)\": \(first?.message ?? "the expression can't be read")",
                hint: first?.hint, position: first?.span)
        }
    }
}
