import FlowCore

extension TypeCheck {
    mutating func not(_ operand: Syntax) -> StaticType {
        requireBool(operand, saying: "\"!\" needs a bool", isNegated: true)
        return .bool
    }

    mutating func negate(_ operand: Syntax, at range: Range<Int>) -> StaticType {
        let type = type(of: operand)
        let result = StaticType.union(of: [.int, .double].filter(type.overlaps))
        if result == nil {
            report(
                "expression-type", "\"-\" can't negate \(type.withArticle)",
                hint: TypeHint.conversion(from: type, to: .int, receiver(operand)), at: range)
        }
        return result ?? .dynamic
    }

    mutating func binary(
        _ operation: BinaryOperator, _ left: Syntax, _ right: Syntax, at range: Range<Int>
    ) -> StaticType {
        let sides = Sides(left: left, right: right, types: (type(of: left), type(of: right)), range: range)
        switch operation {
        case .add, .subtract, .multiply, .divide, .modulo: return arithmetic(operation, sides)
        case .equal, .notEqual: equality(operation, sides)
        case .isIn: membership(sides)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: order(operation, sides)
        }
        return .bool
    }

    struct Sides {
        let left: Syntax
        let right: Syntax
        let types: (left: StaticType, right: StaticType)
        let range: Range<Int>
    }

    // MARK: Arithmetic

    private struct Rule {
        let operations: [BinaryOperator]
        let left: StaticType
        let right: StaticType
        let result: StaticType
    }

    /// What the operators take; everything else fails when it is evaluated.
    private static let rules: [Rule] = {
        let all: [BinaryOperator] = [.add, .subtract, .multiply, .divide]
        return [
            Rule(operations: all + [.modulo], left: .int, right: .int, result: .int),
            Rule(operations: all + [.modulo], left: .uint, right: .uint, result: .uint),
            Rule(operations: all, left: .double, right: .double, result: .double),
            Rule(operations: all, left: .int, right: .double, result: .double),
            Rule(operations: all, left: .double, right: .int, result: .double),
            Rule(operations: [.add], left: .string, right: .string, result: .string),
            Rule(operations: [.add], left: .bytes, right: .bytes, result: .bytes),
            Rule(operations: [.add, .subtract], left: .timestamp, right: .duration, result: .timestamp),
            Rule(operations: [.add], left: .duration, right: .timestamp, result: .timestamp),
            Rule(operations: [.subtract], left: .timestamp, right: .timestamp, result: .duration),
            Rule(operations: [.add, .subtract], left: .duration, right: .duration, result: .duration),
        ]
    }()

    private mutating func arithmetic(_ operation: BinaryOperator, _ sides: Sides) -> StaticType {
        let (left, right) = sides.types
        var results = TypeCheck.rules.filter {
            $0.operations.contains(operation) && $0.left.overlaps(left) && $0.right.overlaps(right)
        }.map(\.result)
        if operation == .add, let first = left.item, let second = right.item {
            results.append(.list(of: first.joined(with: second)))
        }
        if let result = StaticType.union(of: results) { return result }
        report(
            "expression-type",
            "\"\(operation.rawValue)\" can't take \(left.withArticle) and \(right.withArticle)",
            hint: hint(operation, sides), at: sides.range)
        return .dynamic
    }

    private func hint(_ operation: BinaryOperator, _ sides: Sides) -> String? {
        let (left, right) = sides.types
        if let hint = missing(sides.left, left) ?? missing(sides.right, right) { return hint }
        if left.may(beOneOf: [.timestamp, .duration]), right.overlaps(.number) {
            return "write a duration, such as duration('90s')"
        }
        if operation == .modulo, left.may(be: .double) || right.may(be: .double) { return "convert with int(…)" }
        if operation == .add, left.may(be: .string) {
            return TypeHint.conversion(from: right, to: .string, receiver(sides.right))
        }
        if operation == .add, right.may(be: .string) {
            return TypeHint.conversion(from: left, to: .string, receiver(sides.left))
        }
        if left.overlaps(.number) { return TypeHint.conversion(from: right, to: left, receiver(sides.right)) }
        return TypeHint.conversion(from: left, to: right, receiver(sides.left))
    }

    private func missing(_ side: Syntax, _ type: StaticType) -> String? {
        type.without([.null, .absent]) == nil ? "use default(\(excerpt(side)), …) where it may be missing" : nil
    }

    // MARK: Comparison

    private mutating func equality(_ operation: BinaryOperator, _ sides: Sides) {
        let (left, right) = sides.types
        // Asking for null is sensible everywhere: it does no harm where there never is one.
        guard left.without([.null, .absent]) != nil, right.without([.null, .absent]) != nil else { return }
        let always = "\"\(operation.rawValue)\" is always \(operation == .equal ? "false" : "true") here"
        guard TypeCheck.areComparable(left, right) else {
            report(
                "never-equal", "\(always): \(left.withArticle) never equals \(right.withArticle)",
                hint: equalityHint(sides), at: sides.range, fails: false)
            return
        }
        guard let texts = left.onlyTexts, let others = right.onlyTexts, !texts.contains(where: others.contains)
        else { return }
        // The side with fewer texts is what is asked for.
        let (asked, known, wanted) =
            others.count <= texts.count ? (sides.left, texts, others) : (sides.right, others, texts)
        let near = wanted.count == 1 && known.count > 1 ? Suggestion.didYouMean(wanted[0], among: known) : nil
        report(
            "never-equal",
            "\(always): \(excerpt(asked)) is never \(TypeCheck.list(wanted.map { JSON.quoted($0) }))",
            hint: near ?? "it is one of \(TypeCheck.list(known))", at: sides.range, fails: false)
    }

    /// Whether values of the two can be equal: numbers of all kinds are on one line.
    private static func areComparable(_ left: StaticType, _ right: StaticType) -> Bool {
        left.overlaps(right) || left.overlaps(.number) && right.overlaps(.number)
    }

    private func equalityHint(_ sides: Sides) -> String? {
        literalHint(sides.left, sides.types.right)
            ?? literalHint(sides.right, sides.types.left)
            ?? TypeHint.conversion(from: sides.types.right, to: sides.types.left, receiver(sides.right))
            ?? TypeHint.conversion(from: sides.types.left, to: sides.types.right, receiver(sides.left))
    }

    /// Where one side is written out, it can be written as what the other side is.
    private func literalHint(_ literal: Syntax, _ type: StaticType) -> String? {
        guard case .literal(let value) = literal.kind else { return nil }
        switch value {
        case .string(let text) where type.may(be: .bool) && ["true", "false"].contains(text):
            return "compare with \(text), without quotes"
        case .string(let text) where type.overlaps(.number) && Double(text) != nil:
            return "compare with \(text), without quotes"
        case .string where type.may(be: .type): return "compare with the type's name without quotes"
        case .int, .uint, .double, .bool:
            guard type.may(be: .string) else { return nil }
            return "compare with text: '\(excerpt(literal))'"
        default: return nil
        }
    }

    private mutating func order(_ operation: BinaryOperator, _ sides: Sides) {
        let (left, right) = sides.types
        let ordered: Set<ValueType> = [.string, .bool, .bytes, .timestamp, .duration]
        if left.overlaps(.number) && right.overlaps(.number) { return }
        if ordered.contains(where: { left.may(be: $0) && right.may(be: $0) }) { return }
        report(
            "expression-type",
            "\"\(operation.rawValue)\" can't compare \(left.withArticle) with \(right.withArticle)",
            hint: missing(sides.left, left) ?? missing(sides.right, right)
                ?? (left.overlaps(.number)
                    ? TypeHint.conversion(from: right, to: left, receiver(sides.right))
                    : TypeHint.conversion(from: left, to: right, receiver(sides.left))),
            at: sides.range)
    }

    private mutating func membership(_ sides: Sides) {
        let (item, container) = sides.types
        guard container.may(beOneOf: [.list, .map]) else {
            report(
                "expression-type", "\"in\" needs a list or a map, found \(container.withArticle)",
                hint: container.may(be: .string)
                    ? "write \(receiver(sides.right)).contains(\(excerpt(sides.left)))"
                    : missing(sides.right, container), at: sides.right.range)
            return
        }
        guard !container.may(be: .map), let items = container.item, item.without([.null, .absent]) != nil else {
            return
        }
        if !TypeCheck.areComparable(item, items) {
            report(
                "never-equal", "\"in\" is always false here: the list never holds \(item.withArticle)",
                hint: TypeHint.conversion(from: item, to: items, receiver(sides.left)), at: sides.range, fails: false)
        } else if let texts = item.onlyTexts, let others = items.onlyTexts, !texts.contains(where: others.contains) {
            report(
                "never-equal", "\"in\" is always false here: \(excerpt(sides.left)) is never one of these",
                hint: "it is one of \(TypeCheck.list(texts))", at: sides.range, fails: false)
        }
    }

    // MARK: Connectives

    mutating func and(_ terms: [Syntax]) -> StaticType {
        for term in terms { requireBool(term, saying: "\"&&\" joins conditions") }
        return .bool
    }

    mutating func or(_ terms: [Syntax], at range: Range<Int>) -> StaticType {
        if terms.count == 2, case .and(let conditions) = terms[0].kind, let last = conditions.last {
            return choice(conditions.dropLast(), last, terms[1], at: range)
        }
        var isReported = false
        for (position, term) in terms.enumerated() {
            let type = type(of: term)
            guard !type.may(be: .bool), !isReported else { continue }
            isReported = true
            report(
                "or-as-default", "\"||\" joins conditions, found \(type.withArticle)",
                hint: alternatives(terms, position)
                    ?? "use " + Compiler.defaultCall(for: terms) { excerpt($0) }, at: term.range)
        }
        return .bool
    }

    /// `condition && a || b`: two conditions joined, or what other languages write for `condition ? a : b`.
    private mutating func choice(
        _ conditions: ArraySlice<Syntax>, _ then: Syntax, _ otherwise: Syntax, at range: Range<Int>
    ) -> StaticType {
        _ = and(Array(conditions))
        let (first, second) = (type(of: then), type(of: otherwise))
        let wrong = !first.may(be: .bool) ? first : !second.may(be: .bool) ? second : nil
        guard let wrong else { return .bool }
        let condition = conditions.map { excerpt($0) }.joined(separator: " && ")
        report(
            "or-as-default", "\"&&\" and \"||\" join conditions, found \(wrong.withArticle)",
            hint: "write \(condition) ? \(excerpt(then)) : \(excerpt(otherwise))", at: range)
        return .dynamic
    }

    /// The remedy for `x == "a" || "b"`.
    private func alternatives(_ terms: [Syntax], _ position: Int) -> String? {
        guard position > 0, case .binary(.equal, let asked, let first) = terms[0].kind else { return nil }
        let others = terms[1...]
        guard others.allSatisfy({ if case .literal = $0.kind { true } else { false } }) else { return nil }
        return "write \(excerpt(asked)) in [\(([first] + others).map { excerpt($0) }.joined(separator: ", "))]"
    }
}

extension StaticType {
    /// The texts it may be, where it may be nothing else.
    var onlyTexts: [String]? {
        guard (without([.null, .absent]) ?? self).kinds == [.string] else { return nil }
        return texts
    }
}
