import FlowCore

extension BinaryOperator {
    func apply(_ left: Value, _ right: Value, _ frame: inout Frame) throws(Fault) -> Value {
        switch self {
        case .add, .subtract, .multiply, .divide, .modulo:
            return try Arithmetic.apply(self, left, right, &frame)
        case .equal, .notEqual:
            var taint = false
            let areEqual = try Comparison.areEqual(left, right, taint: &taint, &frame)
            return (areEqual == (self == .equal)).asValue(isSecret: taint)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try Comparison.ordered(self, left, right, &frame)
        case .isIn: return try Comparison.isIn(left, right, &frame)
        }
    }
}

/// `left + right`, `left == right`: both sides are always evaluated.
final class BinaryNode: Node {
    let range: Range<Int>
    let operation: BinaryOperator
    let left: any Node
    let right: any Node

    init(_ operation: BinaryOperator, _ left: any Node, _ right: any Node, range: Range<Int>) {
        self.operation = operation
        self.left = left
        self.right = right
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let first = try left.value(&frame)
        let second = try right.value(&frame)
        do { return try operation.apply(first, second, &frame) } catch { throw error.located(at: range) }
    }
}

/// `-operand`, `!operand`
final class UnaryNode: Node {
    typealias Operation = @Sendable (Value) throws(Fault) -> Value

    let range: Range<Int>
    let operand: any Node
    let apply: Operation

    init(_ operand: any Node, range: Range<Int>, apply: @escaping Operation) {
        self.operand = operand
        self.range = range
        self.apply = apply
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try operand.value(&frame)
        do { return try apply(value) } catch { throw error.located(at: range) }
    }
}
