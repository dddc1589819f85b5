import FlowCore

/// Where an argument holds filters. A member of one that has no value must not be left out as others are: a filter with
/// less in it fits more documents, and one with nothing all of them.
enum MongoFilters {
    /// - Parameters:
    ///   - value: what an expression gave.
    ///   - keys: where it stands, from the parameter's name on.
    /// - Returns: why it can't be used; nil where it can.
    static func objection(_ value: Value, _ keys: [String]) -> Failure? {
        guard let gap = gap(in: value, below: keys) else { return nil }
        return Failure(
            .invalid, "\"\(place(gap))\" has no value", hint: "use default(…), as without it more documents would fit",
            nothingSent: true)
    }

    /// The keys of what a filter lacks.
    private static func gap(in value: Value, below keys: [String]) -> [String]? {
        switch value {
        case .absent, .optional(nil): return isFilter(keys) ? keys : nil
        case .optional(let inner?), .secret(let inner): return gap(in: inner, below: keys)
        case .list(let items): return items.lazy.compactMap { gap(in: $0, below: keys + ["[]"]) }.first
        case .map(let map): return map.lazy.compactMap { gap(in: $0.value, below: keys + [$0.key.text]) }.first
        default: return nil
        }
    }

    /// Whether it is a part of a filter. One that is an argument of its own may be left out as a whole.
    private static func isFilter(_ keys: [String]) -> Bool {
        guard keys.count > 1 else { return false }
        // Conditions on items of lists, too: without one, $pull removes all.
        if keys.contains("$match") || keys.contains("$pull") { return true }
        func key(_ index: Int) -> String { keys.indices.contains(index) ? keys[index] : "" }
        switch keys[0] {
        case "filter", "array_filters", "only": return true
        case "operations": return ["filter", "array_filters"].contains(key(3))
        case "command":
            return ["filter", "query", "arrayFilters"].contains(key(1))
                || ["deletes", "updates", "ops"].contains(key(1)) && ["q", "filter", "arrayFilters"].contains(key(3))
        default: return false
        }
    }

    private static func place(_ keys: [String]) -> String {
        keys.dropFirst().reduce(keys[0]) { $1 == "[]" ? $0 + $1 : "\($0).\($1)" }
    }
}
