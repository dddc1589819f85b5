import FlowCore
import FlowExpression
import FlowSpec

/// Conditions that can never be true or false: each use fails by them.
extension ConnectorLint {
    mutating func checkConditions() {
        let names: [String: StaticType] = ["status": .int, "headers": .map]
        check(connector.errors.conditions, names)
        for scheme in connector.auth { for lookup in scheme.lookups { check(lookup.conditions, names) } }
    }

    mutating func checkConditions(_ operation: Operation) {
        // What converters make of an argument may be anything.
        let params = operation.parameters.map { parameter -> (String, StaticType) in
            (parameter.name, parameter.converters.isEmpty ? parameter.parameter.valueType : .dynamic)
        }
        check(operation.conditions, ["params": .record(params), "status": .int, "headers": .map])
    }

    private mutating func check(_ conditions: [Condition], _ names: [String: StaticType]) {
        for (key, condition) in conditions {
            // What else is wrong with a term is told where it is used.
            var others = Diagnostics()
            let type = condition.type(names, &others)
            guard others.all.isEmpty, !(type.held ?? type).may(be: .bool), !type.may(be: .bool),
                // Of what several operations share, or two parts of one, once is enough.
                !diagnostics.all.contains(where: { $0.id == "not-a-condition" && $0.span == condition.span })
            else { continue }
            diagnostics.error(
                "not-a-condition", "\"\(key)\" must be true or false, found \(type.withArticle)", at: condition.span,
                hint: TypeHint.condition(from: type, condition.source))
        }
    }
}

/// A condition with the key that it stands under.
typealias Condition = (key: String, condition: Expression)

extension Operation {
    /// All of them but those of the connector.
    fileprivate var conditions: [Condition] {
        var all = [writeCondition].compactMap(\.self).map { ("write_when", $0) }
        all += lookups.flatMap(\.conditions)
        switch work {
        case .request(let variants): all += variants.conditions.map { ("when", $0) }
        case .pages(let variants, let pagination):
            all += variants.conditions.map { ("when", $0) } + pagination.conditions
        case .steps(let sequence): all += sequence.steps.flatMap(\.conditions)
        }
        if let poll {
            all += [("when", poll.condition), ("until", poll.until), ("failed", poll.failed)].compactMap(named)
        }
        // What says that more pieces are wanted stands among what a request accepts, too.
        return all + requests.flatMap(\.conditions)
    }
}

extension RequestTemplate {
    fileprivate var conditions: [Condition] {
        var all = acceptedWhen.map { ("ok", $0) } + doneSigns.compactMap(\.condition).map { ("done_already", $0) }
        if let asksForPart { all.append(("part", asksForPart)) }
        if case .rules(let rules) = judgement { all += rules.conditions }
        return all
    }
}

extension ErrorRules {
    fileprivate var conditions: [Condition] {
        [("when", when)].compactMap(named)
            + kinds.flatMap { kind, signs in signs.compactMap(\.condition).map { (kind.rawValue, $0) } }
            + finalSigns.compactMap(\.condition).map { ("no_retry", $0) }
            + delays.compactMap(\.condition).map { ("when", $0) }
    }
}

extension Lookup {
    fileprivate var conditions: [Condition] { [("when", condition)].compactMap(named) }
}

extension Pagination {
    fileprivate var conditions: [Condition] { [("more", more), ("when", incomplete?.condition)].compactMap(named) }
}

extension StepSequence.Step {
    fileprivate var conditions: [Condition] {
        var all = [("done", probe?.done)].compactMap(named)
        if case .condition(let more)? = chunking?.more { all.append(("more", more)) }
        return all
    }
}

private func named(_ key: String, _ condition: Expression?) -> Condition? { condition.map { (key, $0) } }
