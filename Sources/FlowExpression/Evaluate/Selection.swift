import FlowCore

/// Reaching into maps, lists and files: `a.b`, `a[b]`, `a.?b`, `a[?b]` and `has(a.b)`.
enum Selection {
    /// - Parameter path: the operand as it was written, for messages.
    static func member(_ key: MapKey, of operand: Value, path: String) throws(Fault) -> Value {
        switch operand {
        case .map(let map):
            if let value = map[key] { return value }
            throw missing(key, in: map, path: path)
        case .secret(let inner):
            // The keys of a secret are not told.
            guard let value = try optionalMember(key, of: inner, path: path) else {
                throw Fault(.absence, "\(path) has no key \"\(key.text)\"")
            }
            return value.markedSecret
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return .optional(try optionalMember(key, of: inner, path: path))
        case .file(let file):
            if let value = file.asMap[key] { return value }
            throw missing(key, in: file.asMap, path: path)
        case .null, .absent:
            throw Fault(
                .absence, "\(path) is \(operand.isNull ? "null" : "absent") and has no key \"\(key.text)\"",
                hint: "use default(\(path).\(key.text), …) where it may be missing")
        default: throw noMembers(operand, key, path: path)
        }
    }

    /// nil where the key is not there, or what it holds was left out; a fault where the operand can't have keys.
    static func optionalMember(_ key: MapKey, of operand: Value, path: String) throws(Fault) -> Value? {
        switch operand {
        case .map(let map): return map[key].flatMap { $0.isAbsent ? Optional.none : $0 }
        case .file(let file): return file.asMap[key]
        case .secret(let inner): return try optionalMember(key, of: inner, path: path)?.markedSecret
        case .optional(let inner):
            guard let inner else { return nil }
            return try optionalMember(key, of: inner, path: path)
        default: throw noMembers(operand, key, path: path)
        }
    }

    static func element(_ index: Value, of operand: Value, path: String) throws(Fault) -> Value {
        switch operand {
        case .list(let items):
            if let position = try listPosition(index) {
                if items.indices.contains(position) { return mark(items[position], like: index) }
                throw Fault(
                    .absence,
                    "\(path) has no item \(isSecret(index) ? "at that index" : "\(position)"); "
                        + (items.isEmpty ? "it is empty" : "its last is \(items.count - 1)"))
            }
            throw .invalid("a list index must be a whole number, found \(index.type.withArticle)")
        case .map(let map):
            guard let key = MapKey(index) else {
                throw Fault(.absence, "\(path) has no key of type \(index.type.plainName)")
            }
            if let value = map[key] { return mark(value, like: index) }
            if isSecret(index) { throw Fault(.absence, "\(path) has no such key") }
            throw missing(key, in: map, path: path)
        case .secret(let inner):
            guard let value = try optionalElement(index, of: inner, path: path) else {
                throw Fault(.absence, "\(path) has no such key or index")
            }
            return value.markedSecret
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return .optional(try optionalElement(index, of: inner, path: path))
        case .file(let file): return try element(index, of: .map(file.asMap), path: path)
        case .null, .absent:
            throw Fault(
                .absence, "\(path) is \(operand.isNull ? "null" : "absent") and has no items",
                hint: "use default(…, …) where it may be missing")
        default: throw noMembers(operand, path: path)
        }
    }

    static func optionalElement(_ index: Value, of operand: Value, path: String) throws(Fault) -> Value? {
        switch operand {
        case .list(let items):
            guard let position = try listPosition(index) else {
                throw .invalid("a list index must be a whole number, found \(index.type.withArticle)")
            }
            guard items.indices.contains(position) else { return nil }
            return mark(items[position], like: index)
        case .map(let map): return MapKey(index).flatMap { map[$0] }.map { mark($0, like: index) }
        case .file(let file): return MapKey(index).flatMap { file.asMap[$0] }
        case .secret(let inner): return try optionalElement(index, of: inner, path: path)?.markedSecret
        case .optional(let inner):
            guard let inner else { return nil }
            return try optionalElement(index, of: inner, path: path)
        default: throw noMembers(operand, path: path)
        }
    }

    private static func listPosition(_ index: Value) throws(Fault) -> Int? {
        switch index {
        case .int, .uint, .double: index.intValue.map { Int($0) }
        case .secret(let inner): try listPosition(inner)
        default: nil
        }
    }

    private static func isSecret(_ value: Value) -> Bool {
        if case .secret = value { return true }
        return false
    }

    /// What a secret index selects is secret too.
    private static func mark(_ value: Value, like index: Value) -> Value {
        isSecret(index) ? value.markedSecret : value
    }

    private static func missing(_ key: MapKey, in map: ValueMap, path: String) -> Fault {
        Fault(.absence) {
            let names = map.names
            let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
            return (
                "\(path) has no key \"\(key.text)\"; it \(names.isEmpty ? "is empty" : "has \(shown)")",
                Suggestion.didYouMean(key.text, among: names)
            )
        }
    }

    private static func noMembers(_ operand: Value, _ key: MapKey? = nil, path: String) -> Fault {
        if case .stream = operand {
            return .invalid(
                "\(path) is a stream and can't be read by an expression", hint: "read it with for_each")
        }
        if operand.isNull || operand.isAbsent { return Fault(.absence, "\(path) is \(operand.type.plainName)") }
        let isCount = key.map { ["length", "count", "len", "size"].contains($0.text) } ?? false
        return .invalid(
            "\(path) is \(operand.type.withArticle) and has no keys", hint: isCount ? "write size(\(path))" : nil)
    }
}

/// `operand.key` or `operand.?key`.
final class SelectNode: Node {
    let range: Range<Int>
    let operand: any Node
    let key: MapKey
    let isOptional: Bool
    let path: String

    init(_ operand: any Node, key: String, isOptional: Bool, path: String, range: Range<Int>) {
        self.operand = operand
        self.key = .string(key)
        self.isOptional = isOptional
        self.path = path
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try operand.value(&frame)
        if !isOptional, case .map(let map) = value, let member = map[key] { return member }
        do {
            guard isOptional else { return try Selection.member(key, of: value, path: path) }
            return .optional(try Selection.optionalMember(key, of: value, path: path))
        } catch { throw error.located(at: range) }
    }

    /// Whether the member is there: `has(operand.key)`.
    func isPresent(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try operand.value(&frame)
        do {
            let isThere = try Selection.optionalMember(key, of: value, path: path).map { _ in true } ?? false
            if case .secret = value { return .secret(.bool(isThere)) }
            return .bool(isThere)
        } catch { throw error.located(at: range) }
    }
}

/// `operand[index]` or `operand[?index]`.
final class IndexNode: Node {
    let range: Range<Int>
    let operand: any Node
    let index: any Node
    let isOptional: Bool
    let path: String

    init(_ operand: any Node, index: any Node, isOptional: Bool, path: String, range: Range<Int>) {
        self.operand = operand
        self.index = index
        self.isOptional = isOptional
        self.path = path
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let value = try operand.value(&frame)
        let position = try index.value(&frame)
        do throws(Fault) {
            if case .string(let key) = position { try frame.hash(.string(key)) }
            guard isOptional else { return try Selection.element(position, of: value, path: path) }
            return .optional(try Selection.optionalElement(position, of: value, path: path))
        } catch { throw error.located(at: range) }
    }
}

/// `has(operand.key)`
final class HasNode: Node {
    let range: Range<Int>
    let selection: SelectNode

    init(_ selection: SelectNode, range: Range<Int>) {
        self.selection = selection
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value { try selection.isPresent(&frame) }
}
