import FlowCore

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
        do { try frame.make(items: items.count) } catch { throw error.located(at: range) }
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
            let key = try MapBuilding.key(keyValue, at: entry.key.range, isSecret: &isSecret, &frame)
            var value = try entry.value.value(&frame)
            if entry.isOptional {
                guard let present = try OptionalValue.unwrap(value, at: entry.value.range) else { continue }
                value = present
            }
            try MapBuilding.insert(value, for: key, into: &map, at: entry.key.range)
        }
        do { try frame.make(entries: map.count) } catch { throw error.located(at: range) }
        return isSecret ? .secret(.map(map)) : .map(map)
    }
}

/// The rules for keys, shared by map literals and `transformMap`.
enum MapBuilding {
    static func key(
        _ value: Value, at range: Range<Int>, isSecret: inout Bool, _ frame: inout Frame
    ) throws(Fault) -> MapKey {
        switch value {
        case .secret(let inner):
            isSecret = true
            return try key(inner, at: range, isSecret: &isSecret, &frame)
        case .string(let text):
            do { try frame.hash(.string(text)) } catch { throw error.located(at: range) }
            return .string(text)
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
