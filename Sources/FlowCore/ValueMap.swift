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
        case .string(let value): value.hashScalars(into: &hasher)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(UInt64(bitPattern: value))
        case .uint(let value): hasher.combine(value)
        }
    }
}

/// A map that keeps the order its keys came in. Equality ignores the order, as JSON and CEL do.
///
/// The entries stand in one array, and most maps of a workflow are searched from its start; only those with more than
/// ``searchedCount`` have an index of their keys beside it. Copies, and maps with the same keys in the same order that
/// one JSON text holds, share theirs.
package struct ValueMap: Sendable {
    package typealias Element = (key: MapKey, value: Value)

    private var entries: [Element]
    /// Where each key stands; nil in a small map.
    private var index: [MapKey: Int]?

    /// Up to so many keys, comparing each is quicker than hashing one.
    package static let searchedCount = 8

    package init() { entries = [] }

    package init(minimumCapacity: Int) {
        entries = []
        entries.reserveCapacity(minimumCapacity)
    }

    /// Later pairs replace earlier ones with the same key.
    package init(_ pairs: some Sequence<(String, Value)>) {
        self.init(minimumCapacity: pairs.underestimatedCount)
        for (key, value) in pairs { self[.string(key)] = value }
    }

    /// Entries that have exactly the keys of another map, in its order.
    init(_ entries: [Element], keyedLike other: ValueMap) {
        self.entries = entries
        index = other.index
    }

    /// Entries whose keys are known to differ.
    init(distinct entries: [Element]) {
        self.entries = entries
        if entries.count > ValueMap.searchedCount { indexKeys() }
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var keys: [MapKey] { entries.map(\.key) }
    package var values: [Value] { entries.map(\.value) }
    /// The string keys, in order.
    package var names: [String] { entries.map(\.key.text) }

    package subscript(key: String) -> Value? {
        get { self[MapKey.string(key)] }
        set { self[MapKey.string(key)] = newValue }
    }

    package subscript(key: MapKey) -> Value? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (nil, let value?): append(value, for: key)
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    private func position(of key: MapKey) -> Int? {
        if let index { return index[key] }
        return entries.firstIndex { $0.key == key }
    }

    private mutating func append(_ value: Value, for key: MapKey) {
        entries.append((key, value))
        if index != nil {
            index?[key] = entries.count - 1
        } else if entries.count > ValueMap.searchedCount {
            indexKeys()
        }
    }

    private mutating func remove(at position: Int) {
        entries.remove(at: position)
        if index != nil { indexKeys() }
    }

    private mutating func indexKeys() {
        var index = [MapKey: Int](minimumCapacity: 2 * entries.count)
        for (position, entry) in entries.enumerated() { index[entry.key] = position }
        self.index = index
    }

    package func mapValues(_ transform: (Value) throws -> Value) rethrows -> ValueMap {
        ValueMap(try entries.map { ($0.key, try transform($0.value)) }, keyedLike: self)
    }
}

extension ValueMap: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(position: Int) -> Element { entries[position] }
    /// That of the array: a general one takes an allocation for each element where this type is not known.
    package func makeIterator() -> Array<Element>.Iterator { entries.makeIterator() }
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
        for (key, value) in entries {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}
