import FlowCore

/// `cel.bind(name, value, body)`
final class BindNode: Node {
    let range: Range<Int>
    let slot: Int
    let bound: any Node
    let body: any Node

    init(slot: Int, bound: any Node, body: any Node, range: Range<Int>) {
        self.slot = slot
        self.bound = bound
        self.body = body
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        frame.slots[slot] = try bound.value(&frame)
        return try body.value(&frame)
    }
}

/// `default(value, fallback)`: the fallback stands in for null, a missing key or index, and an empty optional.
final class DefaultNode: Node {
    let range: Range<Int>
    let wanted: any Node
    let fallback: any Node

    init(_ wanted: any Node, fallback: any Node, range: Range<Int>) {
        self.wanted = wanted
        self.fallback = fallback
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        do {
            let value = try wanted.value(&frame)
            switch value {
            case .null, .absent, .optional(nil): break
            case .optional(let inner?) where !inner.isNull: return inner
            case .optional: break
            case .secret(let inner):
                let isMissing: Bool
                switch inner {
                case .null, .absent, .optional(nil): isMissing = true
                default: isMissing = false
                }
                return isMissing ? try fallback.value(&frame).markedSecret : value
            default: return value
            }
        } catch {
            guard case .absence = error.kind else { throw error }
            // Writing the message took longer than a step.
            try frame.spend(steps: 4)
        }
        return try fallback.value(&frame)
    }
}

/// `optional.optMap(name, body)` and `optional.optFlatMap(name, body)`
final class OptionalMapNode: Node {
    let range: Range<Int>
    let source: any Node
    let slot: Int
    let body: any Node
    let isFlat: Bool

    init(_ source: any Node, slot: Int, body: any Node, isFlat: Bool, range: Range<Int>) {
        self.source = source
        self.slot = slot
        self.body = body
        self.isFlat = isFlat
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try source.value(&frame)
        guard let inner = try OptionalValue.unwrap(value, at: source.range) else { return .optional(nil) }
        frame.slots[slot] = inner
        let result = try body.value(&frame)
        guard isFlat else { return .optional(result) }
        return .optional(try OptionalValue.unwrap(result, at: body.range))
    }
}

/// A call of a function that doesn't exist, where the text wasn't checked first.
final class UnknownFunctionNode: Node {
    let range: Range<Int>
    let name: String

    init(_ name: String, range: Range<Int>) {
        self.name = name
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        throw Fault(.invalid, "unknown function \"\(name)\"", range: range)
    }
}
