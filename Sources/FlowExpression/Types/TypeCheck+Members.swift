import FlowCore

extension StaticType {
    /// The members of a file that expressions see.
    private static let fileMembers = StaticType.record([
        ("path", .string), ("name", .string), ("size", .int), ("media_type", .string), ("sha256", .string),
    ]).members

    /// The keys there are, where a value of the type has keys at all and they are known.
    fileprivate var knownKeys: [String]? {
        if let members { return members.names }
        return may(be: .file) ? StaticType.fileMembers?.names : held?.knownKeys
    }

    /// What `.name` gives: of an optional another one. nil where no value of the type has such a member.
    fileprivate func member(_ name: String) -> StaticType? {
        selected { $0.ownMember(name) }
    }

    /// What `.?name` finds where there is something, also in an optional. nil where that is never the case.
    fileprivate func optionalMember(_ name: String) -> StaticType? {
        found { $0.ownMember(name) }
    }

    private static let positions: Set<ValueType> = [.int, .uint, .double]
    /// A double that is whole finds the int it equals.
    private static let keys = MapTypes.key.joined(with: .double)

    /// nil where no value of the type that is no optional has an element at such an index.
    fileprivate func ownElement(at position: StaticType) -> StaticType? {
        var elements: [StaticType] = []
        if let item, position.may(beOneOf: StaticType.positions) { elements.append(item) }
        if position.overlaps(StaticType.keys) {
            if let members { elements.append(members.all) }
            if may(be: .file) { elements.append(.dynamic) }
        }
        return StaticType.union(of: elements)
    }

    private func ownMember(_ name: String) -> StaticType? {
        let members = [members?[name], may(be: .file) ? StaticType.fileMembers?[name] : nil]
        return StaticType.union(of: members.compactMap(\.self))
    }

    /// What a selection gives: `own` says it of values that are no optionals.
    fileprivate func selected(_ own: (StaticType) -> StaticType?) -> StaticType? {
        if isDynamic { return .dynamic }
        let inside = held?.found(own).map(StaticType.optional(of:))
        return StaticType.union(of: [own(self), inside].compactMap(\.self))
    }

    /// What a selection finds that looks through optionals: of an optional inside another one no more than of one.
    fileprivate func found(_ own: (StaticType) -> StaticType?) -> StaticType? {
        if isDynamic { return .dynamic }
        return StaticType.union(of: [own(self), held?.found(own)].compactMap(\.self))
    }
}

extension TypeCheck {
    mutating func select(
        _ member: String, of operand: Syntax, isOptional: Bool, at range: Range<Int>
    ) -> StaticType {
        let type = type(of: operand)
        return select(member, of: operand, type, isOptional: isOptional, at: range)
    }

    private mutating func select(
        _ member: String, of operand: Syntax, _ type: StaticType, isOptional: Bool, at range: Range<Int>
    ) -> StaticType {
        if isOptional {
            if let found = type.optionalMember(member) { return .optional(of: found) }
        } else if let found = type.member(member) {
            return found
        }
        let path = excerpt(operand)
        if let keys = type.knownKeys {
            report(
                "unknown-member",
                "\(path) has no key \"\(member)\"; it \(keys.isEmpty ? "is empty" : "has \(TypeCheck.list(keys))")",
                hint: Suggestion.didYouMean(member, among: keys) ?? "use one of its keys", at: range,
                fails: tolerance == 0 && !isOptional && !type.may(be: .optional))
        } else {
            reportNoMembers(type, of: operand, member, at: range)
        }
        return isOptional ? .optional(of: .dynamic) : .dynamic
    }

    private mutating func reportNoMembers(
        _ type: StaticType, of operand: Syntax, _ member: String, at range: Range<Int>
    ) {
        let path = excerpt(operand)
        guard type.without([.null, .absent]) != nil else {
            report(
                "no-members", "\(path) is always \(type.name) and has no key \"\(member)\"",
                hint: TypeCheck.remedyForNothing, at: range, fails: tolerance == 0)
            return
        }
        let hint: String
        if FunctionLibrary.methods[member] != nil {
            hint = "call it: \(receiver(operand)).\(member)(…)"
        } else if ["length", "count", "len"].contains(member) {
            hint = "write size(\(path))"
        } else if type.may(be: .list) {
            hint = "take one item with \(receiver(operand))[0], or all with \(receiver(operand)).map(x, x.\(member))"
        } else if type.may(be: .string) {
            hint = "write json(\(path)).\(member) where it is JSON"
        } else {
            hint = "use \(path) itself"
        }
        report(
            "no-members", "\(path) is \(type.withArticle) and has no keys", hint: hint, at: range,
            fails: failsEvenIfMissing(type))
    }

    mutating func index(_ operand: Syntax, _ key: Syntax, isOptional: Bool, at range: Range<Int>) -> StaticType {
        let type = type(of: operand)
        let position = self.type(of: key)
        if case .literal(.string(let member)) = key.kind, !type.may(be: .list) {
            return select(member, of: operand, type, isOptional: isOptional, at: range)
        }
        let own = { (type: StaticType) in type.ownElement(at: position) }
        let found = isOptional ? type.found(own) : type.selected(own)
        if found == nil {
            // Of nothing, `default(…)` takes whatever is asked for.
            if type.without([.null, .absent]) == nil, tolerance > 0 { return isOptional ? .optional(of: type) : type }
            reportIndex(position, key, type, of: operand)
        }
        return isOptional ? .optional(of: found ?? .dynamic) : found ?? .dynamic
    }

    private mutating func reportIndex(
        _ position: StaticType, _ key: Syntax, _ type: StaticType, of operand: Syntax
    ) {
        let path = excerpt(operand)
        if type.may(be: .list) {
            report(
                "index-type", "a list index must be a whole number, found \(position.withArticle)",
                hint: position.may(be: .string)
                    ? "write \(path)[int(\(excerpt(key)))], or look an item up with \(path).filter(x, …)[0]"
                    : "write a number such as \(path)[0]", at: key.range)
        } else if type.may(beOneOf: [.map, .file]) {
            report(
                "index-type", "a map key can't be \(position.withArticle)",
                hint: "use a string, an int, a uint or a bool as key", at: key.range)
        } else if type.without([.null, .absent]) == nil {
            report(
                "no-members", "\(path) is always \(type.name) and has no items", hint: TypeCheck.remedyForNothing,
                at: operand.range)
        } else {
            report(
                "no-members", "\(path) is \(type.withArticle) and has no items",
                hint: type.may(be: .string) ? "write \(receiver(operand)).charAt(…) for one character" : nil,
                at: operand.range, fails: failsEvenIfMissing(type))
        }
    }

    private static let remedyForNothing = "nothing gives it a value; a block does with outputs:"

    /// Whether it fails also where there turns out to be no value: `default(…)` takes null, an empty optional stays one.
    private func failsEvenIfMissing(_ type: StaticType) -> Bool {
        !type.may(be: .optional) && (tolerance == 0 || !type.may(beOneOf: [.null, .absent]))
    }

    /// The first names of a list that may be long.
    static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
}
