import FlowCore

/// A condition's answer with its secret mark.
struct Truth {
    var isTrue: Bool
    var isSecret: Bool

    /// `!value`
    static func opposite(of value: Value) throws(Fault) -> Value {
        guard let truth = Truth(value) else {
            throw .invalid(
                "\"!\" needs a bool, found \(value.type.withArticle)",
                hint: "compare it: x == null, x == \"\", size(x) == 0")
        }
        return (!truth.isTrue).asValue(isSecret: truth.isSecret)
    }

    /// nil where the value is no bool.
    init?(_ value: Value) {
        switch value {
        case .bool(let flag): (isTrue, isSecret) = (flag, false)
        case .secret(let inner):
            guard let truth = Truth(inner) else { return nil }
            (isTrue, isSecret) = (truth.isTrue, true)
        default: return nil
        }
    }
}

extension Bool {
    func asValue(isSecret: Bool) -> Value { isSecret ? .secret(.bool(self)) : .bool(self) }
}

/// `a && b && …` or `a || b || …`: a term that decides wins over a fault in any other, wherever it stands.
final class ConnectiveNode: Node {
    let range: Range<Int>
    let isOr: Bool
    let terms: [any Node]
    /// The terms as they were written, for the hint.
    let suggestion: String

    init(isOr: Bool, _ terms: [any Node], suggestion: String, range: Range<Int>) {
        self.isOr = isOr
        self.terms = terms
        self.suggestion = suggestion
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        var fault: Fault?
        var isSecret = false
        for term in terms {
            do {
                let value = try term.value(&frame)
                if let truth = Truth(value) {
                    isSecret = isSecret || truth.isSecret
                    if truth.isTrue == isOr { return isOr.asValue(isSecret: isSecret) }
                } else if fault == nil {
                    fault = notBool(value, at: term.range)
                }
            } catch {
                if case .budget = error.kind { throw error }
                if fault == nil { fault = error }
            }
        }
        if let fault { throw fault }
        return (!isOr).asValue(isSecret: isSecret)
    }

    private func notBool(_ value: Value, at place: Range<Int>) -> Fault {
        Fault(
            .invalid, "\"\(isOr ? "||" : "&&")\" joins conditions, found \(value.type.withArticle)",
            hint: isOr ? "use \(suggestion)" : "compare it: x != null, x != \"\", size(x) > 0", range: place)
    }
}

/// `condition ? then : otherwise`
final class ConditionalNode: Node {
    let range: Range<Int>
    let condition: any Node
    let then: any Node
    let otherwise: any Node

    init(_ condition: any Node, then: any Node, otherwise: any Node, range: Range<Int>) {
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try condition.value(&frame)
        guard let truth = Truth(value) else {
            throw Fault(
                .invalid, "the condition before \"?\" must be a bool, found \(value.type.withArticle)",
                range: condition.range)
        }
        let result = try truth.isTrue ? then.value(&frame) : otherwise.value(&frame)
        return truth.isSecret ? result.markedSecret : result
    }
}
