import FlowCore
import FlowExpression

/// What the items of a loop are called: by `key`, by the values of their combination, else by their index. No two share
/// a name.
struct ItemKeys: Sendable {
    /// Empty where each is called by its index.
    private var keys: [String] = []

    /// - Parameter names: of all items; they go by their index where these don't tell them apart.
    init(_ names: [String] = []) {
        if Set(names).count == names.count { keys = names }
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
        func failure(_ message: String, _ hint: String? = nil) -> Failure {
            Failure(.invalid, "key: \(message)", hint: hint, position: template.span)
        }
        keys.reserveCapacity(items.count)
        var indices: [String: Int] = [:]
        for (index, item) in items.enumerated() {
            let value = try name(index, item)
            guard !value.containsSecret else {
                throw failure("the name of item \(index) would be a secret", "use a member that may be shown")
            }
            let key: String
            switch value {
            case .string(let text) where !text.isEmpty: key = text
            case .string: throw failure("the name of item \(index) is empty")
            case .int(let number): key = String(number)
            default:
                throw failure("must be a string or an int, not \(value.shortTextOfType), as for item \(index)")
            }
            if let other = indices.updateValue(index, forKey: key) {
                throw failure(
                    "items \(other) and \(index) are both called \"\(key)\"", "add what tells them apart")
            }
            keys.append(key)
        }
    }
}
