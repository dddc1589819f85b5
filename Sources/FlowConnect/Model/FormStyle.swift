import FlowCore

/// How maps and lists stand in a form or a query, which know text only.
enum FormStyle: String, Sendable, CaseIterable {
    /// As JSON.
    case json
    /// A field for each member: `metadata[key]`, `items[0][price]`; one without any is an empty field.
    case brackets

    /// The fields that a value of this name becomes.
    func fields(_ name: String, _ value: Value) -> [(name: String, value: Value)] {
        guard self == .brackets else { return [(name, value)] }
        var members: [(key: String, value: Value)]
        switch value {
        case .secret(let inner) where inner.listValue != nil || inner.mapValue != nil:
            return fields(name, inner).map { ($0.name, $0.value.markedSecret) }
        case .list(let items): members = items.enumerated().map { (String($0.offset), $0.element) }
        case .map(let map): members = map.map { ($0.key.text, $0.value) }
        case .null: return [(name, "")]
        case .optional(let held?): return fields(name, held)
        default: return [(name, value)]
        }
        if members.isEmpty { return [(name, "")] }
        members.removeAll { $0.value.isLeftOut }
        return members.flatMap { fields("\(name)[\($0.key)]", $0.value) }
    }
}
