/// Puts what was recorded of an evaluation into the shape of the text.
struct ExplanationBuilder {
    private let text: [UInt8]
    /// Variables of the macros around the term.
    private var locals: Set<String> = []

    init(text: String) { self.text = Array(text.utf8) }

    /// - Parameter visit: nil where the term was not evaluated.
    func term(_ syntax: Syntax, _ visit: Recorder.Visit?) -> Explanation.Term {
        let parts = parts(of: syntax)
        return Explanation.Term(
            text: line(syntax.range), result: result(of: visit),
            terms: visit == nil ? [] : terms(parts.once, in: visit?.inner ?? []),
            items: visit.flatMap { items(parts, $0) }, kind: kind(of: syntax))
    }

    private func result(of visit: Recorder.Visit?) -> Explanation.Term.Result {
        switch visit?.result {
        case .success(let value)?: .value(value)
        case .failure(let fault)?: .failure(message: fault.message, hint: fault.hint)
        case nil: .notEvaluated
        }
    }

    private func terms(_ parts: [Syntax], in visits: [Recorder.Visit]) -> [Explanation.Term] {
        parts.filter { !isConstant($0) }.map { part in term(part, find(part.range, in: visits)) }
    }

    /// Ranges nest as terms do, so that the way to one is direct.
    private func find(_ range: Range<Int>, in visits: [Recorder.Visit]) -> Recorder.Visit? {
        for visit in visits {
            if visit.range == range { return visit }
            if visit.range.lowerBound <= range.lowerBound, range.upperBound <= visit.range.upperBound,
                let found = find(range, in: visit.inner)
            {
                return found
            }
        }
        return nil
    }

    private func items(_ parts: Parts, _ visit: Recorder.Visit) -> Explanation.Items? {
        guard !parts.perItem.isEmpty, visit.items > 0 else { return nil }
        var inside = self
        inside.locals.formUnion(parts.variables)
        let indices = Set(visit.inner.compactMap(\.item)).sorted()
        let shown = indices.map { index in
            let visits = visit.inner.filter { $0.item == index }
            // A constant says nothing, but for an item it is all there is to say.
            let terms = parts.perItem.map { inside.term($0, inside.find($0.range, in: visits)) }
            return Explanation.Items.Item(index: index, terms: terms)
        }
        return Explanation.Items(count: visit.items, shown: shown)
    }
}

// MARK: - Parts

extension ExplanationBuilder {
    /// What a term is made of.
    private struct Parts {
        var once: [Syntax] = []
        /// Of a macro: evaluated for each item.
        var perItem: [Syntax] = []
        var variables: [String] = []
    }

    private func parts(of syntax: Syntax) -> Parts {
        switch syntax.kind {
        case .select, .index: return Parts(once: chain(syntax))
        case .call(let call): return parts(of: call)
        default: return Parts(once: syntax.children)
        }
    }

    private func parts(of call: Syntax.Call) -> Parts {
        let target = CallTarget(call) { locals.contains($0) }
        let receiver = target.receiver.map { [$0] } ?? []
        switch target.macro {
        case .comprehension(_, let variables, _)?:
            return Parts(
                once: receiver, perItem: Array(call.arguments.dropFirst(variables)),
                variables: call.arguments.prefix(variables).compactMap(\.simpleName))
        case .has?: return Parts(once: call.arguments.flatMap(\.children))
        case let macro?: return Parts(once: receiver + call.arguments.dropFirst(macro.variables))
        case nil: return Parts(once: receiver + call.arguments)
        }
    }

    /// What a path is made of besides constant members: what it starts from where that is no name, and its indices.
    private func chain(_ syntax: Syntax) -> [Syntax] {
        switch syntax.kind {
        case .name: []
        case .select(let operand, _, _): chain(operand)
        case .index(let operand, let key, _): chain(operand) + [key]
        default: [syntax]
        }
    }

    private func isConstant(_ syntax: Syntax) -> Bool {
        switch syntax.kind {
        case .literal: true
        case .list, .map, .negate: syntax.children.allSatisfy(isConstant)
        default: false
        }
    }

    private func kind(of syntax: Syntax) -> Explanation.Term.Kind {
        switch syntax.kind {
        case .and: return .conjunction
        case .or: return .disjunction
        case .not: return .negation
        case .conditional: return .choice
        case .call(let call):
            switch CallTarget(call, isLocal: { locals.contains($0) }).macro {
            case .comprehension(.all, _, _)?: return .quantifier(decidedBy: false)
            case .comprehension(.exists, _, _)?: return .quantifier(decidedBy: true)
            default: return .other
            }
        default: return .other
        }
    }

    /// On one line, and without parentheses around the whole.
    private func line(_ range: Range<Int>) -> String {
        Compiler.line(text, isInParentheses(range) ? range.dropFirst().dropLast() : range)
    }

    private func isInParentheses(_ range: Range<Int>) -> Bool {
        guard range.count > 1, text[range.lowerBound] == UInt8(ascii: "(") else { return false }
        var lexer = Lexer(Array(text[range]), at: 0)
        var depth = 0
        while let token = try? lexer.next(), token.kind != .end {
            switch token.kind {
            case .symbol(.openParenthesis): depth += 1
            case .symbol(.closeParenthesis): depth -= 1
            default: break
            }
            if depth == 0 { return token.range.upperBound == range.count }
        }
        return false
    }
}
