/// What is known of a value before there is one: the kinds it may be of, and what is known of the inside of each.
///
/// It claims too little rather than too much: no value is ever of a kind that its static type leaves out. Where nothing
/// is known it is ``dynamic``, which leaves out nothing; so what is an error by it certainly goes wrong.
package struct StaticType: Sendable, Hashable {
    /// What is known of the inside of a value of one kind.
    enum Inside: Sendable, Hashable {
        case anything
        /// The text is one of these.
        case texts([String])
        /// Of a list.
        case items(StaticType)
        case members(Members)
        /// Of an optional that isn't empty.
        case held(StaticType)
    }

    /// What is known of the members of a map.
    package struct Members: Sendable, Hashable {
        /// The keys that are known, in their order.
        package private(set) var names: [String] = []
        private var known: [String: StaticType] = [:]
        /// The type of members with other keys; nil where there are none.
        package private(set) var others: StaticType?

        /// A later member of the same name counts.
        fileprivate init(_ members: some Sequence<(String, StaticType)>, others: StaticType?) {
            self.others = others
            for (name, type) in members where known.updateValue(type, forKey: name) == nil { names.append(name) }
        }

        package subscript(name: String) -> StaticType? { known[name] ?? others }

        /// What any member may be; dynamic where there is none.
        package var all: StaticType { StaticType.union(of: known.values + (others.map { [$0] } ?? [])) ?? .dynamic }

        fileprivate func joined(with other: Members) -> Members {
            var joined = self
            for name in other.names where known[name] == nil { joined.names.append(name) }
            joined.known.merge(other.known) { $0.joined(with: $1) }
            joined.others = StaticType.union(of: [others, other.others].compactMap(\.self))
            return joined
        }

        fileprivate func mapped(_ transform: (StaticType) -> StaticType) -> Members {
            var mapped = self
            mapped.known = known.mapValues(transform)
            mapped.others = others.map(transform)
            return mapped
        }
    }

    /// Never empty.
    private let insides: [ValueType: Inside]

    private init(_ insides: [ValueType: Inside]) { self.insides = insides }

    private init(_ kind: ValueType, _ inside: Inside = .anything) { insides = [kind: inside] }

    /// Of one kind, whatever its inside.
    package init(kind: ValueType) { self.init(kind) }

    package var kinds: Set<ValueType> { Set(insides.keys) }
    package var isDynamic: Bool { self == .dynamic }

    package func may(be kind: ValueType) -> Bool { insides[kind] != nil }
    package func may(beOneOf kinds: Set<ValueType>) -> Bool { kinds.contains { insides[$0] != nil } }

    /// Whether a value can be of both types, as far as their kinds tell.
    package func overlaps(_ other: StaticType) -> Bool { insides.keys.contains { other.insides[$0] != nil } }

    // MARK: Insides

    /// What the items of a list are; nil where it is no list.
    package var item: StaticType? {
        switch insides[.list] {
        case nil: nil
        case .items(let item)?: item
        case _?: .dynamic
        }
    }

    /// nil where it is no map.
    package var members: Members? {
        switch insides[.map] {
        case nil: nil
        case .members(let members)?: members
        case _?: Members([], others: .dynamic)
        }
    }

    /// What an optional holds; nil where it is none.
    package var held: StaticType? {
        switch insides[.optional] {
        case nil: nil
        case .held(let held)?: held
        case _?: .dynamic
        }
    }

    /// The texts it may be; nil where it is no text, or any.
    package var texts: [String]? {
        if case .texts(let texts)? = insides[.string] { return texts }
        return nil
    }

    // MARK: Making others

    package func joined(with other: StaticType) -> StaticType {
        StaticType(insides.merging(other.insides) { StaticType.join($0, $1) })
    }

    /// nil where there are none to join.
    package static func union(of types: some Sequence<StaticType>) -> StaticType? {
        var union: StaticType?
        for type in types { union = union?.joined(with: type) ?? type }
        return union
    }

    /// nil where nothing is left.
    package func without(_ kinds: Set<ValueType>) -> StaticType? {
        let left = insides.filter { !kinds.contains($0.key) }
        return left.isEmpty ? nil : StaticType(left)
    }

    package var orNull: StaticType { joined(with: .null) }

    /// Without the particular texts, also inside: what is left where a value may be edited.
    package var widened: StaticType {
        StaticType(
            insides.mapValues { inside in
                switch inside {
                case .anything, .texts: .anything
                case .items(let item): .items(item.widened)
                case .members(let members): .members(members.mapped(\.widened))
                case .held(let held): .held(held.widened)
                }
            })
    }

    /// What a value may be where optionals are taken for what they hold, perhaps not all that stand inside.
    package var unwrapped: StaticType {
        if isDynamic { return self }
        let inner = StaticType(
            insides.mapValues { inside in
                switch inside {
                case .anything, .texts, .held: inside
                case .items(let item): .items(item.unwrapped)
                case .members(let members): .members(members.mapped(\.unwrapped))
                }
            })
        return held.map { inner.joined(with: $0.unwrapped).joined(with: .absent) } ?? inner
    }

    /// More texts than this are any text.
    private static let mostTexts = 64

    private static func join(_ left: Inside, _ right: Inside) -> Inside {
        switch (left, right) {
        case (.texts(let a), .texts(let b)):
            let all = a + b.filter { !a.contains($0) }
            return all.count <= mostTexts ? .texts(all) : .anything
        case (.items(let a), .items(let b)): return .items(a.joined(with: b))
        case (.members(let a), .members(let b)): return .members(a.joined(with: b))
        case (.held(let a), .held(let b)): return .held(a.joined(with: b))
        default: return .anything
        }
    }
}

// MARK: - Types by name

extension StaticType {
    /// Nothing is known.
    package static let dynamic = StaticType(
        Dictionary(uniqueKeysWithValues: ValueType.allCases.map { ($0, Inside.anything) }))

    package static let null = StaticType(.null)
    package static let absent = StaticType(.absent)
    package static let bool = StaticType(.bool)
    package static let int = StaticType(.int)
    package static let uint = StaticType(.uint)
    package static let double = StaticType(.double)
    package static let string = StaticType(.string)
    package static let bytes = StaticType(.bytes)
    package static let timestamp = StaticType(.timestamp)
    package static let duration = StaticType(.duration)
    package static let file = StaticType(.file)
    package static let type = StaticType(.type)
    package static let list = StaticType(.list)
    package static let map = StaticType(.map)
    package static let optional = StaticType(.optional)
    package static let number = StaticType([.int: .anything, .uint: .anything, .double: .anything, .number: .anything])

    package static func text(_ texts: [String]) -> StaticType { StaticType(.string, .texts(texts)) }
    package static func list(of item: StaticType) -> StaticType { StaticType(.list, .items(item)) }
    package static func optional(of held: StaticType) -> StaticType { StaticType(.optional, .held(held)) }

    /// A map with any keys, whose values are of one type.
    package static func map(of value: StaticType) -> StaticType {
        StaticType(.map, .members(Members([], others: value)))
    }

    /// A map with these keys, in this order; a later one of the same name counts.
    ///
    /// - Parameter others: the type of members with other keys; nil where there are none.
    package static func record(
        _ members: some Sequence<(String, StaticType)>, others: StaticType? = nil
    ) -> StaticType {
        StaticType(.map, .members(Members(members, others: others)))
    }

    /// What a value that is written in a file is.
    package init(of value: Value) {
        switch value {
        case .string(let text): self = .text([text])
        case .list(let items): self = .list(of: StaticType.union(of: items.map(StaticType.init(of:))) ?? .dynamic)
        case .map(let map):
            self = .record(map.map { ($0.key.text, StaticType(of: $0.value)) })
        case .optional(let inner?): self = .optional(of: StaticType(of: inner))
        case .secret(let inner): self.init(of: inner)
        default: self.init(value.type)
        }
    }
}
