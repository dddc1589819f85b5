import FlowCore

/// A macro that runs over a list or the entries of a map.
///
/// With one variable it takes the items of a list or the keys of a map; with two, index and item or key and value.
final class ComprehensionNode: Node {
    enum Kind: Sendable {
        case all, exists, existsOne, filter, map
        case transformMap, transformMapEntry
        case sortBy, groupBy, indexBy
    }

    let range: Range<Int>
    let kind: Kind
    let source: any Node
    let firstSlot: Int
    let secondSlot: Int?
    let condition: (any Node)?
    let body: any Node

    init(
        _ kind: Kind, over source: any Node, slots: (Int, Int?), where condition: (any Node)? = nil, body: any Node,
        range: Range<Int>
    ) {
        self.kind = kind
        self.source = source
        (firstSlot, secondSlot) = slots
        self.condition = condition
        self.body = body
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let items = try source.value(&frame)
        do {
            if case .secret(let inner) = items { return try run(inner, areSecret: true, &frame).markedSecret }
            return try run(items, areSecret: false, &frame)
        } catch { throw error.located(at: range) }
    }

    private func run(_ items: Value, areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        switch kind {
        case .all: try connective(items, areSecret, isOr: false, &frame)
        case .exists: try connective(items, areSecret, isOr: true, &frame)
        case .existsOne: try exactlyOne(items, areSecret, &frame)
        case .filter, .map: try collected(items, areSecret, &frame)
        case .transformMap, .transformMapEntry: try transformed(items, areSecret, &frame)
        case .sortBy: try sorted(items, areSecret, &frame)
        case .groupBy, .indexBy: try indexed(items, areSecret, &frame)
        }
    }

    /// Calls `visit` for each item with the variables set, until it answers false.
    private func each(
        _ items: Value, _ areSecret: Bool, _ frame: inout Frame,
        _ visit: (_ key: Value, _ item: Value, inout Frame) throws(Fault) -> Bool
    ) throws(Fault) {
        switch items {
        case .list(let list):
            for index in list.indices {
                let item = areSecret ? list[index].markedSecret : list[index]
                if let secondSlot {
                    frame.slots[firstSlot] = .int(Int64(index))
                    frame.slots[secondSlot] = item
                } else {
                    frame.slots[firstSlot] = item
                }
                guard try visit(.int(Int64(index)), item, &frame) else { return }
            }
        case .map(let map):
            for (key, value) in map {
                let name = areSecret ? key.value.markedSecret : key.value
                frame.slots[firstSlot] = name
                if let secondSlot { frame.slots[secondSlot] = areSecret ? value.markedSecret : value }
                guard try visit(name, name, &frame) else { return }
            }
        case .stream:
            throw Fault(
                .invalid, "a stream can't be read by an expression", hint: "read it with for_each",
                range: source.range)
        case .null, .absent:
            throw Fault(
                .absence, "the list to go through is \(items.type.plainName)", hint: "use default(x, [])",
                range: source.range)
        default:
            throw Fault(
                .invalid, "only lists and maps can be gone through, found \(items.type.withArticle)",
                range: source.range)
        }
    }

    private func truth(of node: any Node, _ frame: inout Frame) throws(Fault) -> Truth {
        let value = try node.value(&frame)
        if let truth = Truth(value) { return truth }
        throw Fault(.invalid, "the condition must be a bool, found \(value.type.withArticle)", range: node.range)
    }
}

// MARK: - Questions

extension ComprehensionNode {
    private func connective(
        _ items: Value, _ areSecret: Bool, isOr: Bool, _ frame: inout Frame
    ) throws(Fault) -> Value {
        var fault: Fault?
        var isSecret = false
        var isDecided = false
        try each(items, areSecret, &frame) { (_, _, frame: inout Frame) throws(Fault) in
            do throws(Fault) {
                let truth = try truth(of: body, &frame)
                isSecret = isSecret || truth.isSecret
                isDecided = truth.isTrue == isOr
            } catch {
                if case .budget = error.kind { throw error }
                if fault == nil { fault = error }
            }
            return !isDecided
        }
        if isDecided { return isOr.asValue(isSecret: isSecret) }
        if let fault { throw fault }
        return (!isOr).asValue(isSecret: isSecret)
    }

    private func exactlyOne(_ items: Value, _ areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        var count = 0
        var isSecret = false
        try each(items, areSecret, &frame) { (_, _, frame: inout Frame) throws(Fault) in
            let truth = try truth(of: body, &frame)
            isSecret = isSecret || truth.isSecret
            if truth.isTrue { count += 1 }
            return true
        }
        return (count == 1).asValue(isSecret: isSecret)
    }
}

// MARK: - Lists

extension ComprehensionNode {
    /// `filter`, `map` and `transformList`; for a filter the condition is the body.
    private func collected(_ items: Value, _ areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        var results: [Value] = []
        var isSecret = false
        let isFilter = kind == .filter
        if case .list(let list) = items, !isFilter, condition == nil { results.reserveCapacity(list.count) }
        try each(items, areSecret, &frame) { (_, item, frame: inout Frame) throws(Fault) in
            if let test = isFilter ? body : condition {
                let truth = try truth(of: test, &frame)
                isSecret = isSecret || truth.isSecret
                guard truth.isTrue else { return true }
            }
            let result = isFilter ? item : try body.value(&frame)
            try frame.grow(by: result)
            results.append(result)
            return true
        }
        return isSecret ? .secret(.list(results)) : .list(results)
    }

    private func sorted(_ items: Value, _ areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        var keyed: [(key: Value, item: Value)] = []
        try each(items, areSecret, &frame) { (_, item, frame: inout Frame) throws(Fault) in
            let key = try body.value(&frame)
            try frame.grow(by: key)
            try frame.grow(by: item)
            keyed.append((key, item))
            return true
        }
        return try Sorting.sorted(keyed, &frame)
    }
}

// MARK: - Maps

extension ComprehensionNode {
    private func transformed(_ items: Value, _ areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        var result = ValueMap()
        var isSecret = false
        try each(items, areSecret, &frame) { (key, _, frame: inout Frame) throws(Fault) in
            if let condition {
                let truth = try truth(of: condition, &frame)
                isSecret = isSecret || truth.isSecret
                guard truth.isTrue else { return true }
            }
            try frame.growByEntry()
            let value = try body.value(&frame)
            guard kind == .transformMapEntry else {
                let mapKey = try MapBuilding.key(key, at: range, isSecret: &isSecret, &frame)
                result[mapKey] = value
                return true
            }
            guard case .map(let entries) = value else {
                throw Fault(
                    .invalid, "transformMapEntry needs a map of new entries, found \(value.type.withArticle)",
                    hint: "write {key: value}", range: body.range)
            }
            for (key, value) in entries {
                try frame.growByEntry()
                try frame.hash(key)
                try MapBuilding.insert(value, for: key, into: &result, at: body.range)
            }
            return true
        }
        return isSecret ? .secret(.map(result)) : .map(result)
    }

    private func indexed(_ items: Value, _ areSecret: Bool, _ frame: inout Frame) throws(Fault) -> Value {
        var keys: [MapKey] = []
        var groups: [MapKey: [Value]] = [:]
        var isSecret = false
        try each(items, areSecret, &frame) { (_, item, frame: inout Frame) throws(Fault) in
            let key = try MapBuilding.key(
                try body.value(&frame), at: body.range, isSecret: &isSecret, &frame)
            if groups[key] == nil {
                try frame.growByEntry()
                try frame.make(items: 2)
                keys.append(key)
            }
            try frame.grow(by: item)
            groups[key, default: []].append(item)
            return true
        }
        var result = ValueMap(minimumCapacity: keys.count)
        for key in keys {
            let members = groups[key] ?? []
            if kind == .groupBy {
                result[key] = .list(members)
            } else {
                guard members.count == 1 else {
                    throw Fault(
                        .invalid, "index_by found two items with one key",
                        hint: "use group_by(…), which keeps a list for each key", range: range)
                }
                result[key] = members[0]
            }
        }
        return isSecret ? .secret(.map(result)) : .map(result)
    }
}
