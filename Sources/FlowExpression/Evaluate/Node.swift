import FlowCore

/// A term that has been compiled: names are slots, functions are found, literals are values.
protocol Node: AnyObject, Sendable {
    /// Bytes of the expression's text.
    var range: Range<Int> { get }
    func evaluate(_ frame: inout Frame) throws(Fault) -> Value
}

extension Node {
    /// The term's value, counted as one step. Every node asks its children through this.
    @inline(__always)
    func value(_ frame: inout Frame) throws(Fault) -> Value {
        try frame.step()
        return try evaluate(&frame)
    }

    func located<Result>(_ body: () throws(Fault) -> Result) throws(Fault) -> Result {
        do { return try body() } catch { throw error.located(at: range) }
    }
}

final class LiteralNode: Node {
    let range: Range<Int>
    let literal: Value

    init(_ literal: Value, range: Range<Int>) {
        self.literal = literal
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value { literal }
}

/// A name the scope gives.
final class RootNode: Node {
    let range: Range<Int>
    let name: String
    let slot: Int
    /// What the name means where the scope doesn't know it: a type, or `absent`.
    let builtin: Value?

    init(name: String, slot: Int, builtin: Value?, range: Range<Int>) {
        self.name = name
        self.slot = slot
        self.builtin = builtin
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        if let value = frame.root(name, slot: slot) ?? builtin { return value }
        throw Fault(.absence, "unknown name \"\(name)\"", range: range)
    }
}

/// A variable of a macro.
final class LocalNode: Node {
    let range: Range<Int>
    let slot: Int

    init(slot: Int, range: Range<Int>) {
        self.slot = slot
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value { frame.slots[slot] ?? .null }
}

/// `a.b.c` where a scope may know `a.b` as one name, as CEL's containers do: the longest known name wins.
final class QualifiedNode: Node {
    let range: Range<Int>
    let candidates: [(name: String, slot: Int, members: [MapKey])]
    let plain: any Node

    init(candidates: [(name: String, slot: Int, members: [MapKey])], plain: any Node, range: Range<Int>) {
        self.candidates = candidates
        self.plain = plain
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        for (name, slot, members) in candidates {
            guard var value = frame.root(name, slot: slot) else { continue }
            for member in members {
                value = try located { () throws(Fault) in try Selection.member(member, of: value, path: name) }
            }
            return value
        }
        return try plain.evaluate(&frame)
    }
}

final class ListNode: Node {
    let range: Range<Int>
    let elements: [(node: any Node, isOptional: Bool)]

    init(_ elements: [(node: any Node, isOptional: Bool)], range: Range<Int>) {
        self.elements = elements
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        var items: [Value] = []
        items.reserveCapacity(elements.count)
        for (node, isOptional) in elements {
            let value = try node.value(&frame)
            if isOptional {
                if let present = try OptionalValue.unwrap(value, at: node.range) { items.append(present) }
            } else {
                items.append(value)
            }
        }
        try frame.spend(bytes: items.count * MemoryLayout<Value>.stride)
        return .list(items)
    }
}

final class MapNode: Node {
    let range: Range<Int>
    let entries: [(key: any Node, value: any Node, isOptional: Bool)]

    init(_ entries: [(key: any Node, value: any Node, isOptional: Bool)], range: Range<Int>) {
        self.entries = entries
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        var map = ValueMap(minimumCapacity: entries.count)
        var isSecret = false
        for entry in entries {
            let keyValue = try entry.key.value(&frame)
            let key = try MapBuilding.key(keyValue, at: entry.key.range, isSecret: &isSecret)
            var value = try entry.value.value(&frame)
            if entry.isOptional {
                guard let present = try OptionalValue.unwrap(value, at: entry.value.range) else { continue }
                value = present
            }
            try MapBuilding.insert(value, for: key, into: &map, at: entry.key.range)
        }
        try frame.spend(bytes: map.count * 2 * MemoryLayout<Value>.stride)
        return isSecret ? .secret(.map(map)) : .map(map)
    }
}

/// The rules for keys, shared by map literals and `transformMap`.
enum MapBuilding {
    static func key(_ value: Value, at range: Range<Int>, isSecret: inout Bool) throws(Fault) -> MapKey {
        if case .secret(let inner) = value {
            isSecret = true
            return try key(inner, at: range, isSecret: &isSecret)
        }
        switch value {
        case .string(let text): return .string(text)
        case .int(let number): return .int(number)
        case .uint(let number): return .uint(number)
        case .bool(let flag): return .bool(flag)
        default:
            throw Fault(
                .invalid, "a map key can't be \(value.type.withArticle)",
                hint: "use a string, an int, a uint or a bool as key", range: range)
        }
    }

    static func insert(
        _ value: Value, for key: MapKey, into map: inout ValueMap, at range: Range<Int>
    ) throws(Fault) {
        let count = map.count
        map[key] = value
        if map.count == count {
            throw Fault(.invalid, "the map has a key twice", hint: "remove one of the two", range: range)
        }
    }
}

/// What `[?x]` and `{?k: x}` take.
enum OptionalValue {
    static func unwrap(_ value: Value, at range: Range<Int>) throws(Fault) -> Value? {
        switch value {
        case .optional(let inner): return inner
        case .secret(let inner): return try unwrap(inner, at: range)?.markedSecret
        default:
            throw Fault(
                .invalid, "\"?\" needs an optional value, found \(value.type.withArticle)",
                hint: "use a.?b, or optional.of(x)", range: range)
        }
    }
}
