import FlowCore

/// `== != < <= > >=` and `in`, over all numbers on one line.
enum Comparison {
    /// Deep equality. `taint` becomes true where a secret had to be looked at to know.
    static func areEqual(
        _ left: Value, _ right: Value, taint: inout Bool, _ frame: inout Frame
    ) throws(Fault) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): return a == b
        case (.string(let a), .string(let b)):
            try frame.compare(bytes: min(a.utf8.count, b.utf8.count))
            return a.hasSameScalars(as: b)
        case (.bool(let a), .bool(let b)): return a == b
        case (.secret(let a), _):
            taint = true
            return try areEqual(a, right, taint: &taint, &frame)
        case (_, .secret(let b)):
            taint = true
            return try areEqual(left, b, taint: &taint, &frame)
        case (.list(let a), .list(let b)):
            guard a.count == b.count else { return false }
            for index in a.indices {
                try frame.step()
                guard try areEqual(a[index], b[index], taint: &taint, &frame) else { return false }
            }
            return true
        case (.map(let a), .map(let b)):
            guard a.count == b.count else { return false }
            for (key, value) in a {
                try frame.step()
                try frame.hash(key)
                guard let other = b[key], try areEqual(value, other, taint: &taint, &frame) else { return false }
            }
            return true
        case (.optional(let a?), .optional(let b?)): return try areEqual(a, b, taint: &taint, &frame)
        case (.bytes(let a), .bytes(let b)):
            try frame.compare(bytes: min(a.count, b.count))
            return a == b
        default: return left == right
        }
    }

    enum Order { case less, equal, greater, unordered }

    /// nil where the two can't be ordered.
    static func order(_ left: Value, _ right: Value) -> Order? {
        switch (left, right) {
        case (.int(let a), .int(let b)): return order(a, b)
        case (.string(let a), .string(let b)): return order(a, b)
        case (.double(let a), .double(let b)): return a.isNaN || b.isNaN ? .unordered : order(a, b)
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        case (.bytes(let a), .bytes(let b)):
            return a == b ? .equal : a.lexicographicallyPrecedes(b) ? .less : .greater
        case (.timestamp(let a), .timestamp(let b)): return order(a, b)
        case (.duration(let a), .duration(let b)): return order(a, b)
        case (.int, .double), (.uint, .double):
            guard case .double(let b) = right, let a = left.doubleValue else { return nil }
            // Rounded to a double, as CEL's cases ask for: 9223372036854775807 is not less than 9223372036854775808.0.
            return b.isNaN ? .unordered : order(a, b)
        case (.double, .int), (.double, .uint):
            guard case .double(let a) = left, let b = right.doubleValue else { return nil }
            return a.isNaN ? .unordered : order(a, b)
        default:
            guard let a = Numeric(left), let b = Numeric(right) else { return nil }
            if a == b { return .equal }
            if a < b { return .less }
            return b < a ? .greater : .unordered
        }
    }

    private static func order<Item: Comparable>(_ a: Item, _ b: Item) -> Order {
        a < b ? .less : a == b ? .equal : .greater
    }

    /// By code points, not by Swift's canonical order of characters.
    private static func order(_ a: String, _ b: String) -> Order {
        order(a.comparison(with: b), 0)
    }

    static func ordered(
        _ operation: BinaryOperator, _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(Fault) -> Value {
        if case .secret(let inner) = left { return try ordered(operation, inner, right, &frame).markedSecret }
        if case .secret(let inner) = right { return try ordered(operation, left, inner, &frame).markedSecret }
        if case .string(let text) = left { try frame.compare(bytes: text.utf8.count) }
        if case .bytes(let bytes) = left { try frame.compare(bytes: bytes.count) }
        guard let order = order(left, right) else {
            throw .invalid(
                "\"\(operation.rawValue)\" can't compare \(left.type.withArticle) with \(right.type.withArticle)",
                hint: left.isNull || right.isNull ? "use default(x, 0) where a value may be null" : nil)
        }
        switch operation {
        case .less: return .bool(order == .less)
        case .lessOrEqual: return .bool(order == .less || order == .equal)
        case .greater: return .bool(order == .greater)
        default: return .bool(order == .greater || order == .equal)
        }
    }

    static func isIn(_ item: Value, _ container: Value, _ frame: inout Frame) throws(Fault) -> Value {
        switch container {
        case .list(let items):
            var taint = false
            for element in items {
                try frame.step()
                if try areEqual(item, element, taint: &taint, &frame) { return taint ? .secret(true) : true }
            }
            return taint ? .secret(false) : false
        case .map(let map):
            var isThere = false
            if let key = MapKey(item) {
                try frame.hash(key)
                isThere = map[key] != nil
            }
            if case .secret = item { return .secret(.bool(isThere)) }
            return .bool(isThere)
        case .secret(let inner): return try isIn(item, inner, &frame).markedSecret
        case .string:
            throw .invalid("\"in\" needs a list or a map, found a string", hint: "use text.contains(part)")
        default: throw .invalid("\"in\" needs a list or a map, found \(container.type.withArticle)")
        }
    }
}
