package import FlowCore

extension Explanation {
    /// What made a condition false, for a message: `a > 3 is false (a is 2), inputs.on is false`.
    ///
    /// - Returns: nil where the condition is not false, as one that looks at the time may not be any more, or where
    ///   nothing can be said that its text doesn't.
    package func reasonsForFalse(masker: Masker) -> String? {
        guard case .value(let value) = root.result, value.boolValue == false else { return nil }
        let deciding = root.deciding
        var reasons = deciding.prefix(Explanation.mostReasons).compactMap { reason in
            reason.text(of: reason.term.text == root.text ? nil : reason.term, masker)
        }
        if deciding.count > Explanation.mostReasons { reasons.append("…") }
        return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
    }

    fileprivate static let mostReasons = 3
    /// Characters of a value in a message.
    fileprivate static let valueLimit = 40
}

/// A term that alone, or together with others, made the whole what it is.
private struct Reason {
    let term: Explanation.Term
    /// The item of a macro it was evaluated for.
    var item: Int?

    /// - Parameter shown: nil where the term is what the message speaks of already.
    func text(of shown: Explanation.Term?, _ masker: Masker) -> String? {
        func statement(_ term: Explanation.Term) -> String? {
            guard case .value(let value) = term.result else { return nil }
            return "\(term.text) is \(ValueExcerpt.text(value, masker: masker, limit: Explanation.valueLimit))"
        }
        var seen: Set<String> = []
        let leaves = term.leaves.filter { seen.insert($0.text).inserted }.compactMap(statement)
        let values = leaves.prefix(Explanation.mostReasons).joined(separator: ", ")
        let place = item.map { "item \($0): " } ?? ""
        guard let shown, !shown.isLeaf else { return values.isEmpty ? nil : place + values }
        guard let whole = statement(shown) else { return nil }
        return place + whole + (values.isEmpty ? "" : " (\(values))")
    }
}

extension Explanation.Term {
    fileprivate var isLeaf: Bool { terms.isEmpty && items == nil }

    /// The innermost terms; of a macro only what it went through.
    fileprivate var leaves: [Explanation.Term] { isLeaf ? [self] : terms.flatMap(\.leaves) }

    private var truth: Bool? {
        guard case .value(let value) = result else { return nil }
        return value.boolValue
    }

    /// Goes down through `&&`, `||`, `!`, `?:` and the items of `all` and `exists`.
    fileprivate var deciding: [Reason] {
        guard let truth else { return [Reason(term: self)] }
        switch kind {
        case .conjunction, .disjunction:
            let agreeing = terms.filter { $0.truth == truth }
            return agreeing.isEmpty ? [Reason(term: self)] : agreeing.flatMap(\.deciding)
        case .negation, .choice:
            let evaluated = terms.filter { $0.truth != nil }
            return evaluated.isEmpty ? [Reason(term: self)] : evaluated.flatMap(\.deciding)
        case .quantifier(let decisive):
            guard truth == decisive, let last = items?.shown.last, let body = last.terms.last, body.truth == truth
            else { return [Reason(term: self)] }
            return body.deciding.map { Reason(term: $0.term, item: last.index) }
        case .other: return [Reason(term: self)]
        }
    }
}
