import OrderedCollections

/// The keys a CEL map can have. Equal numbers are equal keys: `1`, `1u` and (in look-ups) `1.0`.
package enum MapKey: Sendable {
    case string(String)
    case int(Int64)
    case uint(UInt64)
    case bool(Bool)

    /// nil where the value can't be a key. A whole double becomes the int it equals.
    package init?(_ value: Value) {
        switch value.revealed {
        case .string(let value): self = .string(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = .uint(value)
        case .bool(let value): self = .bool(value)
        case .double(let value):
            if let whole = Int64(exactly: value) {
                self = .int(whole)
            } else if let large = UInt64(exactly: value) {
                self = .uint(large)
            } else {
                return nil
            }
        default: return nil
        }
    }

    package var value: Value {
        switch self {
        case .string(let value): .string(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .bool(let value): .bool(value)
        }
    }

    /// The key as JSON writes it: always text.
    package var text: String {
        switch self {
        case .string(let value): value
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .bool(let value): String(value)
        }
    }
}

extension MapKey: Hashable {
    package static func == (left: MapKey, right: MapKey) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)): a.hasSameScalars(as: b)
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.int(let a), .uint(let b)), (.uint(let b), .int(let a)): a >= 0 && UInt64(a) == b
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(UInt64(bitPattern: value))
        case .uint(let value): hasher.combine(value)
        }
    }
}

/// A map that keeps the order its keys came in. Equality ignores the order, as JSON and CEL do.
package struct ValueMap: Sendable {
    private var storage: OrderedDictionary<MapKey, Value>

    package init() { storage = [:] }

    package init(minimumCapacity: Int) { storage = OrderedDictionary(minimumCapacity: minimumCapacity) }

    /// Later pairs replace earlier ones with the same key.
    package init(_ pairs: some Sequence<(String, Value)>) {
        storage = [:]
        for (key, value) in pairs { storage[.string(key)] = value }
    }

    package var count: Int { storage.count }
    package var isEmpty: Bool { storage.isEmpty }
    package var keys: [MapKey] { Array(storage.keys) }
    package var values: [Value] { Array(storage.values) }
    /// The string keys, in order.
    package var names: [String] { storage.keys.map(\.text) }

    package subscript(key: String) -> Value? {
        get { storage[.string(key)] }
        set { storage[.string(key)] = newValue }
    }

    package subscript(key: MapKey) -> Value? {
        get { storage[key] }
        set { storage[key] = newValue }
    }

    package func mapValues(_ transform: (Value) throws -> Value) rethrows -> ValueMap {
        var copy = self
        copy.storage = try storage.mapValues(transform)
        return copy
    }
}

extension ValueMap: RandomAccessCollection {
    package typealias Element = (key: MapKey, value: Value)
    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.count }
    package subscript(position: Int) -> Element { storage.elements[position] }
}

extension ValueMap: Hashable {
    package static func == (left: ValueMap, right: ValueMap) -> Bool {
        guard left.count == right.count else { return false }
        return left.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        // Order must not matter: combine the members' hashes with a commutative operation.
        var sum = 0
        for (key, value) in storage {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}
