import FlowCore

/// `+ - * / %` and unary minus. Integers are exact or an error; an int and a double give a double.
enum Arithmetic {
    static func apply(
        _ operation: BinaryOperator, _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(Fault) -> Value {
        switch (left, right) {
        case (.int(let a), .int(let b)): return .int(try integers(operation, a, b))
        case (.double(let a), .double(let b)): return .double(try doubles(operation, a, b))
        case (.int(let a), .double(let b)): return .double(try doubles(operation, Double(a), b))
        case (.double(let a), .int(let b)): return .double(try doubles(operation, a, Double(b)))
        case (.uint(let a), .uint(let b)): return .uint(try integers(operation, a, b))
        case (.string(let a), .string(let b)) where operation == .add:
            try frame.make(text: a.utf8.count + b.utf8.count)
            return .string(a + b)
        case (.list(let a), .list(let b)) where operation == .add:
            try frame.make(items: a.count + b.count)
            return .list(a + b)
        case (.bytes(let a), .bytes(let b)) where operation == .add:
            try frame.make(text: a.count + b.count)
            return .bytes(a + b)
        case (.secret(let a), _): return try apply(operation, a, right, &frame).markedSecret
        case (_, .secret(let b)): return try apply(operation, left, b, &frame).markedSecret
        case (.timestamp, _), (.duration, _): return try times(operation, left, right)
        case (.number, _), (_, .number): throw exactNumber()
        default: throw mismatch(operation, left, right)
        }
    }

    static func negate(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int(let number):
            guard number != .min else { throw overflow("-") }
            return .int(-number)
        case .double(let number): return .double(-number)
        case .secret(let inner): return try negate(inner).markedSecret
        case .number: throw exactNumber()
        default: throw .invalid("\"-\" can't negate \(value.type.withArticle)")
        }
    }

    private static func integers<Number: FixedWidthInteger>(
        _ operation: BinaryOperator, _ a: Number, _ b: Number
    ) throws(Fault) -> Number {
        let (result, isOverflow): (Number, Bool)
        switch operation {
        case .add: (result, isOverflow) = a.addingReportingOverflow(b)
        case .subtract: (result, isOverflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, isOverflow) = a.multipliedReportingOverflow(by: b)
        case .divide:
            guard b != 0 else { throw .invalid("division by zero") }
            (result, isOverflow) = a.dividedReportingOverflow(by: b)
        default:
            guard b != 0 else { throw .invalid("remainder of a division by zero") }
            (result, isOverflow) = a.remainderReportingOverflow(dividingBy: b)
        }
        if isOverflow { throw overflow(operation.rawValue) }
        return result
    }

    private static func doubles(_ operation: BinaryOperator, _ a: Double, _ b: Double) throws(Fault) -> Double {
        switch operation {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        default: throw .invalid("\"%\" works on whole numbers only", hint: "convert with int(…)")
        }
    }

    private static func times(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws(Fault) -> Value {
        switch (operation, left, right) {
        case (.add, .timestamp(let time), .duration(let span)), (.add, .duration(let span), .timestamp(let time)):
            guard let sum = time.adding(span) else { throw timeRange() }
            return .timestamp(sum)
        case (.subtract, .timestamp(let time), .duration(let span)):
            guard let sum = time.adding(.zero - span) else { throw timeRange() }
            return .timestamp(sum)
        case (.subtract, .timestamp(let later), .timestamp(let earlier)):
            return .duration(try checked(later.since(earlier)))
        case (.add, .duration(let a), .duration(let b)): return .duration(try checked(a + b))
        case (.subtract, .duration(let a), .duration(let b)): return .duration(try checked(a - b))
        default: throw mismatch(operation, left, right)
        }
    }

    static func checked(_ duration: Duration) throws(Fault) -> Duration {
        guard duration.isValid else { throw .invalid("the duration is beyond 292 years") }
        return duration
    }

    static func timeRange() -> Fault { .invalid("the timestamp is outside the years 1 to 9999") }

    static func overflow(_ operation: String) -> Fault {
        .invalid(
            "the result of \"\(operation)\" doesn't fit into 64 bits",
            hint: "calculate with doubles: double(x)")
    }

    static func exactNumber() -> Fault {
        .invalid(
            "a number with more digits than 64 bits hold can't be calculated with",
            hint: "pass it on as it is, or round it with double(x)")
    }

    private static func mismatch(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Fault {
        let sides = (left.type, right.type)
        let hint: String? =
            switch (operation, sides) {
            case (.add, (.string, .int)), (.add, (.string, .uint)), (.add, (.string, .double)),
                (.add, (.string, .bool)):
                "convert the right side with string(…)"
            case (.add, (.int, .string)), (.add, (.uint, .string)), (.add, (.double, .string)),
                (.add, (.bool, .string)):
                "convert the left side with string(…)"
            case (_, (.null, _)), (_, (_, .null)): "use default(x, 0) where a value may be null"
            case (_, (.int, .uint)), (_, (.uint, .int)): "convert one side with int(…)"
            case (_, (.uint, .double)), (_, (.double, .uint)): "convert the uint with double(…)"
            default: nil
            }
        return .invalid(
            "\"\(operation.rawValue)\" can't take \(left.type.withArticle) and \(right.type.withArticle)", hint: hint)
    }
}
