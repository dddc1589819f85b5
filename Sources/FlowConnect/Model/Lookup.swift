import FlowCore
import FlowExpression

/// A value that is asked for before an operation is sent: the id of a name, whether a server has a feature.
struct Lookup: Sendable {
    enum Result: Sendable {
        case value(ValueTemplate)
        /// The only item of a list.
        case exactlyOne(Template)
    }

    var name: String
    /// Whether it is needed at all; absent where it isn't.
    var condition: Expression?
    /// Taken where it is there, and nothing is asked then.
    var given: Template?
    @Indirect var request: RequestTemplate
    var result: Result
    /// What to do where there isn't exactly one.
    var hint: Template?
    /// Asked each time, as the answer changes with what a run does.
    var isFresh: Bool
    var span: SourceSpan

    /// What is evaluated before it is asked.
    var expressionsBefore: [Expression] {
        [condition].compactMap(\.self) + (given?.expressions ?? []) + request.expressions
    }

    var expressionsAfter: [Expression] {
        switch result {
        case .value(let template): template.expressions
        case .exactlyOne(let template): template.expressions
        }
    }

    /// The lookups that are needed for what `expressions` read, in the order they stand in.
    static func needed(by expressions: [Expression], of all: [Lookup]) -> [Lookup] {
        func names(_ expressions: [Expression]) -> Set<String> {
            Set(expressions.flatMap(\.references).filter { $0.root == "resolved" }.compactMap(\.members.first))
        }
        var wanted = names(expressions)
        var needed: [Lookup] = []
        // One may read those before it only, so that the last are asked about first.
        for lookup in all.reversed() where wanted.contains(lookup.name) {
            needed.append(lookup)
            wanted.formUnion(names(lookup.expressionsBefore + lookup.expressionsAfter))
        }
        return needed.reversed()
    }
}
