import FlowCore
import FlowExpression

/// What the items of a loop are called: by `key`, by the values of their combination, else by their index. No two share
/// a name.
struct ItemKeys: Sendable {
    /// Empty where each is called by its index.
    private var keys: [String] = []
    /// The index of the item that has a name, by the name's hash.
    private var indices: [Int: Int] = [:]

    /// - Parameter names: of all items; they go by their index where these don't tell them apart.
    init(_ names: [String] = []) {
        if Set(names.lazy.map(MapKey.string)).count == names.count { keys = names }
    }

    subscript(index: Int) -> String { index < keys.count ? keys[index] : String(index) }

    /// Where only some items are known, as in a journal, the others go by their index.
    mutating func set(_ key: String, of index: Int) {
        guard key != self[index] else { return }
        while keys.count <= index { keys.append(String(keys.count)) }
        keys[index] = key
    }

    /// - Parameter name: evaluates `key` for an item.
    /// - Throws: a `Failure` of kind `invalid` where two items have the same name, or one has none.
    mutating func assign(
        _ template: Template, to items: [Value], name: (Int, Value) throws -> Value
    ) throws {
        keys.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            keys.append(try claim(try name(index, item), for: index, by: template))
        }
        indices = [:]
    }

    /// Gives a name to an item, and forgets all of it but its hash: the names of a million items would be most of what
    /// a loop keeps in memory. Of as many, two different ones have the same hash once in thirty million runs.
    ///
    /// - Parameter value: what `key` gave for the item.
    /// - Throws: a `Failure` of kind `invalid` where another item has this name, or it is none.
    mutating func claim(_ value: Value, for index: Int, by template: Template) throws(Failure) -> String {
        func failure(_ message: String, _ hint: String? = nil) -> Failure {
            Failure(.invalid, "key: \(message)", hint: hint, position: template.span)
        }
        guard !value.containsSecret else {
            throw failure("the name of item \(index) would be a secret", "use a member that may be shown")
        }
        let key: String
        switch value {
        case .string(let text) where !text.isEmpty: key = text
        case .string: throw failure("the name of item \(index) is empty")
        case .int(let number): key = String(number)
        default: throw failure("must be a string or an int, not \(value.shortTextOfType), as for item \(index)")
        }
        if let other = indices.updateValue(index, forKey: MapKey.string(key).hashValue) {
            throw failure("items \(other) and \(index) are both called \"\(key)\"", "add what tells them apart")
        }
        return key
    }
}
