import FlowCore

/// Stable sorting by CEL's order.
enum Sorting {
    /// - Throws: where two keys can't be compared.
    static func sorted(_ items: [(key: Value, item: Value)], _ frame: inout Frame) throws(Fault) -> Value {
        let comparisons = Int.bitWidth - items.count.leadingZeroBitCount
        try frame.spend(steps: items.count * comparisons)
        try frame.make(items: items.count)
        var isSecret = false
        var keys: [Value] = []
        keys.reserveCapacity(items.count)
        for (key, _) in items {
            if case .secret = key { isSecret = true }
            if case .string(let text) = key.revealed { try frame.compare(bytes: text.utf8.count * comparisons) }
            keys.append(key.revealed)
        }
        for key in keys {
            guard let first = keys.first, let order = Comparison.order(first, key), order != .unordered else {
                // What can't be compared even with itself is the first of them, which may be null.
                let other = keys.first { Comparison.order(keys[0], $0) == nil && $0.type != keys[0].type } ?? key
                throw .invalid(
                    "\(keys[0].type.withArticle) and \(other.type.withArticle) can't be brought into an order",
                    hint: "sort by a key of one type: list.sortBy(x, string(x))")
            }
        }
        let order = keys.indices.sorted { left, right in
            let comparison = Comparison.order(keys[left], keys[right])
            return comparison == .less || (comparison == .equal && left < right)
        }
        let result = order.map { items[$0].item }
        return isSecret ? .secret(.list(result)) : .list(result)
    }
}
